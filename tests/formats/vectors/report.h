// What a run over golden vectors has compared, per format, and where the first difference lies.
#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace vectors {

// Where a row of expected values comes from. Informative rows are compared and counted, and fail nothing.
struct Case {
  std::string group;  // the format's name in the manifest
  std::string file, row;
  std::string format;  // the component and its fields, as run
  bool informative = false;
};

struct Tally {
  int64_t cases = 0, values = 0, mismatches = 0, informative = 0, informative_differ = 0;
};

class Report {
 public:
  explicit Report(bool all) : all_(all) {}
  void begin(const Case& c);  // counts the case
  void equal(const Case& c) { ++values_of(c); }
  void differ(const Case& c, const std::string& element, const std::string& input, const std::string& expected,
              const std::string& got);
  void refused(const Case& c, int64_t values, const std::string& why);  // the whole case did not run
  int64_t cases() const { return total().cases; }
  int print() const;  // the table; 1 when anything differed

 private:
  int64_t& values_of(const Case& c) { return c.informative ? tallies_[c.group].informative : tallies_[c.group].values; }
  Tally total() const;
  void locate(const Case& c, const std::string& text);

  std::map<std::string, Tally> tallies_;
  std::map<std::string, bool> located_;  // one line per case is enough
  std::string first_;
  bool all_;
};

}  // namespace vectors
