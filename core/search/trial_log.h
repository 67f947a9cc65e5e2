// TrialLog: one JSON line per event of a study, appended and flushed. The source of --resume and of trials.csv.
#pragma once
#include <string>
#include <vector>

#include "mase/sampler.h"
#include "mase/value.h"

namespace mase {

// One finished trial with what a table needs of it.
struct Finding {
  Trial trial;
  int64_t draw = 0;
  std::vector<Value> metrics;  // in the order of the study's metric names
  double seconds = 0;
  std::string reason;  // of a failed one
};

class TrialLog {
 public:
  TrialLog() = default;
  ~TrialLog();
  TrialLog(const TrialLog&) = delete;
  TrialLog& operator=(const TrialLog&) = delete;

  // What an earlier session has written; a last line that a kill has cut off is dropped.
  struct Story {
    std::string study;  // what the study searched, or ""
    std::vector<std::string> metrics;
    std::vector<Finding> findings;
    std::vector<Point> refused;
    int64_t next_draw = 0;
  };
  static Story read(const std::string& file);

  // Appends to `file` from its last whole line on; a new one begins with `study`, the text that tells studies apart.
  void open(const std::string& file, const std::string& study);
  void metrics(const std::vector<std::string>& names);
  void refused(int64_t draw, const Point& point);  // written together with the next trial
  void finding(const Finding& finding);
  void flush();

 private:
  int file_ = -1;
  std::string pending_;
};

}  // namespace mase
