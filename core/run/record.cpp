// What is written down about a run.
#include "run/record.h"

#include "mase/text.h"

namespace mase {

Map StepRecord::value() const {
  return {{"use", use}, {"name", name}, {"where", where}, {"nodes", nodes}, {"seconds", seconds}, {"report", report}};
}

void LevelRecord::add(StepRecord step) {
  for (const Entry& e : step.metrics) {
    if (metrics.find(e.key))
      throw Error(format("step '{}' reports '{}', which an earlier step has reported already", step.name, e.key), {},
                  "give one of the two steps a name");
    metrics.set(e.key, e.value);
  }
  steps.push_back(std::move(step));
}

double LevelRecord::seconds() const {
  double all = 0;
  for (const StepRecord& s : steps) all += s.seconds;
  return all;
}

List LevelRecord::step_values() const {
  List list;
  for (const StepRecord& s : steps) list.push_back(s.value());
  return list;
}

std::string metric_name(bool named, std::string_view step, std::string_view figure) {
  return named ? format("{}.{}", step, figure) : std::string(figure);
}

}  // namespace mase
