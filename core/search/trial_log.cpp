// TrialLog: lines are put together by hand, since a study may finish thousands of trials a second.
#include "search/trial_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>

#include "mase/text.h"
#include "run/files.h"

namespace mase {
namespace {

void add(std::string& line, double v) {
  if (std::isnan(v)) return void(line += "null");
  if (std::isinf(v)) return void(line += v > 0 ? "\"inf\"" : "\"-inf\"");
  char digits[32];
  line.append(digits, std::to_chars(digits, digits + sizeof digits, v).ptr);
}

void add(std::string& line, int64_t v) {
  char digits[24];
  line.append(digits, std::to_chars(digits, digits + sizeof digits, v).ptr);
}

void add(std::string& line, const Value& v) {
  if (v.is_int()) return add(line, v.as_int());
  if (!v.is_number()) return void(line += v.json());
  const size_t begin = line.size();
  add(line, v.as_double());
  // 32.0 is read again as what it is, so that tables of a resumed search have the same text.
  if (line.find_first_not_of("-0123456789", begin) == line.npos) line += ".0";
}

template <class Items>
void add_list(std::string& line, const char* key, const Items& items) {
  line += key;
  char separator = '[';
  for (const auto& item : items) {
    line += separator;
    add(line, item);
    separator = ',';
  }
  line += items.empty() ? "[]" : "]";
}

double number(const Value& v) {
  if (v.is_null()) return kInactive;
  if (v.is_string()) return v.as_string() == "inf" ? INFINITY : -INFINITY;
  return v.as_double();
}

std::vector<double> numbers(const Value& list) {
  std::vector<double> numbers;
  for (const Value& v : list.as_list()) numbers.push_back(number(v));
  return numbers;
}

Finding finding_from(const Map& m) {
  Finding f;
  f.trial.number = m.at("trial").as_int(), f.draw = m.at("draw").as_int();
  f.trial.state = m.at("state").as_string() == "complete" ? Trial::State::complete : Trial::State::failed;
  f.trial.params = numbers(m.at("params")), f.trial.values = numbers(m.at("values"));
  f.trial.constraints = numbers(m.at("constraints"));
  f.metrics = m.at("metrics").as_list(), f.seconds = m.at("seconds").as_double();
  if (const Value* reason = m.find("reason")) f.reason = reason->as_string();
  return f;
}

// How many bytes of the text are whole lines.
size_t whole_lines(const std::string& text) {
  const size_t last = text.rfind('\n');
  return last == text.npos ? 0 : last + 1;
}

}  // namespace

TrialLog::~TrialLog() {
  if (file_ >= 0) ::close(file_);
}

TrialLog::Story TrialLog::read(const std::string& file) {
  Story story;
  const std::string text = read_text(file);
  const size_t end = whole_lines(text);
  for (size_t at = 0; at < end;) {
    const size_t stop = text.find('\n', at);
    const Value event = Value::parse_json(std::string_view(text).substr(at, stop - at), file);
    at = stop + 1;
    const Map& m = event.as_map();
    if (const Value* study = m.find("study")) {
      story.study = study->as_string();
    } else if (const Value* metrics = m.find("metrics"); metrics && !m.find("trial")) {
      for (const Value& name : metrics->as_list()) story.metrics.push_back(name.as_string());
    } else if (const Value* refused = m.find("refused")) {
      story.refused.push_back(numbers(*refused));
    } else {
      story.findings.push_back(finding_from(m));
    }
    if (const Value* draw = m.find("draw")) story.next_draw = draw->as_int() + 1;
  }
  return story;
}

void TrialLog::open(const std::string& file, const std::string& study) {
  file_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  size_t size = 0;
  if (file_ >= 0) {
    const size_t whole = whole_lines(read_text(file));
    if (::ftruncate(file_, static_cast<off_t>(whole)) == 0) size = whole;
    ::lseek(file_, 0, SEEK_END);
  }
  if (file_ < 0) throw Error(format("cannot write {}: {}", file, std::strerror(errno)));
  if (size > 0) return;
  pending_ += Value(Map{{"study", study}}).json() + "\n";
  flush();
}

void TrialLog::metrics(const std::vector<std::string>& names) {
  pending_ += Value(Map{{"metrics", List(names.begin(), names.end())}}).json() + "\n";
}

void TrialLog::refused(int64_t draw, const Point& point) {
  add_list(pending_, "{\"refused\":", point);
  pending_ += ",\"draw\":";
  add(pending_, draw);
  pending_ += "}\n";
}

void TrialLog::finding(const Finding& f) {
  pending_ += "{\"trial\":";
  add(pending_, f.trial.number);
  pending_ += ",\"draw\":";
  add(pending_, f.draw);
  pending_ += f.trial.state == Trial::State::complete ? ",\"state\":\"complete\"" : ",\"state\":\"failed\"";
  add_list(pending_, ",\"params\":", f.trial.params);
  add_list(pending_, ",\"values\":", f.trial.values);
  add_list(pending_, ",\"constraints\":", f.trial.constraints);
  add_list(pending_, ",\"metrics\":", f.metrics);
  pending_ += ",\"seconds\":";
  add(pending_, f.seconds);
  if (!f.reason.empty()) pending_ += ",\"reason\":" + Value(f.reason).json();
  pending_ += "}\n";
  flush();
}

void TrialLog::flush() {
  for (size_t done = 0; done < pending_.size() && file_ >= 0;) {
    const ssize_t n = ::write(file_, pending_.data() + done, pending_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw Error(format("cannot write the trial log: {}", std::strerror(errno)));
    done += static_cast<size_t>(n);
  }
  pending_.clear();
}

}  // namespace mase
