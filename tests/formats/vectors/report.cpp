// The table per format, and the first mismatch located.
#include "report.h"

#include <cstdio>

#include "mase/text.h"

namespace vectors {

using mase::format;

void Report::begin(const Case& c) { ++tallies_[c.group].cases; }

void Report::locate(const Case& c, const std::string& text) {
  const std::string line = format("{} row {}, {}: {}", c.file, c.row, c.format, text);
  if (!c.informative && first_.empty()) first_ = line;
  if (all_ && !located_[c.file + c.row + c.format])
    std::printf("%s%s\n", c.informative ? "informative: " : "mismatch: ", line.c_str());
  located_[c.file + c.row + c.format] = true;
}

void Report::differ(const Case& c, const std::string& element, const std::string& input, const std::string& expected,
                    const std::string& got) {
  ++values_of(c);
  ++(c.informative ? tallies_[c.group].informative_differ : tallies_[c.group].mismatches);
  if (all_ || first_.empty())
    locate(c, format("element {}, input {}, expected {}, got {}", element, input, expected, got));
}

void Report::refused(const Case& c, int64_t values, const std::string& why) {
  values_of(c) += values;
  (c.informative ? tallies_[c.group].informative_differ : tallies_[c.group].mismatches) += values;
  locate(c, why);
}

Tally Report::total() const {
  Tally sum;
  for (const auto& [group, t] : tallies_) {
    sum.cases += t.cases, sum.values += t.values, sum.mismatches += t.mismatches;
    sum.informative += t.informative, sum.informative_differ += t.informative_differ;
  }
  return sum;
}

int Report::print() const {
  std::printf("%-34s %6s %9s %10s   %s\n", "format", "cases", "values", "mismatches", "informative (differ)");
  const auto line = [](const std::string& name, const Tally& t) {
    const std::string informative =
        t.informative > 0 ? format("{} ({})", t.informative, t.informative_differ) : std::string();
    std::printf("%-34s %6ld %9ld %10ld   %s\n", name.c_str(), t.cases, t.values, t.mismatches, informative.c_str());
  };
  for (const auto& [group, t] : tallies_) line(group, t);
  line("total", total());
  if (!first_.empty()) std::printf("first mismatch: %s\n", first_.c_str());
  return total().mismatches > 0;
}

}  // namespace vectors
