// The end of a study: tables, best.yaml, and the graph with which the recipe goes on.
#include <algorithm>

#include "log/log.h"
#include "log/print.h"
#include "mase/text.h"
#include "run/files.h"
#include "run/lineage.h"
#include "run/pick.h"
#include "run/rows.h"
#include "search/study.h"

namespace mase {

void Study::run(StepRecord& record) {
  begin();
  try {
    loop();
  } catch (const std::exception&) {
    log_.flush();
    write_tables(goal_.best(findings_));
    throw;
  }
  level_.session.resume = false;
  finish(record);
}

void Study::finish(StepRecord& record) {
  const std::vector<size_t> best = goal_.best(findings_);
  write_tables(best);
  int64_t failed = 0;
  for (const Finding& f : findings_) failed += f.trial.state == Trial::State::failed;
  List numbers;
  for (const size_t i : best) numbers.push_back(findings_[i].trial.number);

  Map& report = record.report;
  report.set("sampler", sampler_name_);
  report.set("trials", findings_.size());
  if (failed) report.set("failed", failed);
  if (space_size_ >= 0) report.set("space", space_size_);
  if (goal_.scored() && !best.empty()) {
    report.set("best_trial", findings_[best[0]].trial.number);
    report.set("best_value", findings_[best[0]].trial.values[0]);
    report.set("best_params", params_of(findings_[best[0]].trial.params));
    report.set("best_metrics", metrics_of(findings_[best[0]]));
  }
  report.set(goal_.scored() ? "best_trials" : "front", std::move(numbers));
  report.set("trials_per_second", seconds_ > 0 ? static_cast<double>(fresh_) / seconds_ : 0.0);
  for (const char* name : {"trials", "best_trial", "best_value", "trials_per_second"})
    if (const Value* v = report.find(name)) record.metrics.set(metric_name(step_.named, step_.name, name), *v);

  if (const auto index = picked()) {
    write_best(*index);
    continue_with(*index, record);
  } else if (goal_.scored() && !best.empty()) {
    write_best(best[0]);
  }
  if (!level_.in_trial)
    log::info(format("{}: {}, {} of them failed", step_.name, counted(findings_.size(), "trial"), failed));
}

// The trial that the recipe goes on with. Rules see the trials of the front, or all that are feasible under a score.
std::optional<size_t> Study::picked() {
  const std::vector<size_t> best = goal_.best(findings_);
  std::vector<size_t> indices;
  std::vector<Row> rows;
  for (size_t i = 0; i < findings_.size(); ++i) {
    const bool in_front = std::find(best.begin(), best.end(), i) != best.end();
    if (!Goal::feasible(findings_[i].trial) || (!goal_.scored() && !in_front)) continue;
    indices.push_back(i);
    Row row{findings_[i].trial.number, std::to_string(findings_[i].trial.number), params_of(findings_[i].trial.params),
            metrics_of(findings_[i])};
    rows.push_back(std::move(row));
  }
  const std::string_view standard = goal_.scored() ? "best" : "none";
  if (rows.empty() && !picks_nothing(control_.pick, standard, level_))
    throw Failure(findings_.empty()
                      ? format("'{}' has no result: no point of its space is accepted", step_.name)
                      : format("'{}' has no result: none of its {} trials is complete and satisfies the constraints",
                               step_.name, findings_.size()),
                  step_.loc);
  std::optional<size_t> known;
  if (goal_.scored() && !best.empty())
    known = static_cast<size_t>(std::find(indices.begin(), indices.end(), best[0]) - indices.begin());
  const auto row = pick_row(control_.pick, standard, rows, known, step_, start_, level_);
  return row ? std::optional(indices[*row]) : std::nullopt;
}

// The picked graph itself; made again only when it is one that an earlier session had found.
void Study::continue_with(size_t index, StepRecord& record) {
  if (level_.keep_lineage) record.lineage = lineage_of(index);
  record.report.set("picked", findings_[index].trial.number);
  for (Kept& k : kept_)
    if (k.index == index) {
      start_ = std::move(k.state);
      return;
    }
  Finding again = findings_[index];
  State state;
  List lineage;
  prepared_.clear();
  evaluate(again, state, lineage);
  start_ = std::move(state);
}

List Study::lineage_of(size_t index) {
  for (const Kept& k : kept_)
    if (k.index == index && nested_) return k.lineage;
  prepared_.clear();
  if (nested_) {  // control steps inside: only running them again tells what they picked
    Finding again = findings_[index];
    State state;
    List lineage;
    evaluate(again, state, lineage);
    return lineage;
  }
  const PointAssignment assignment(space_, findings_[index].trial.params, level_.assignment);
  const Level level = trial_level(assignment, findings_[index].trial.number);
  List list;
  for (const Step& s : control_.steps) {
    if (!is_wanted(s, level)) continue;
    if (s.kind == Step::Kind::use) {
      for (Value& v : repeat_component(s, level, resolve_where(s, level), nodes_[&s])) list.push_back(std::move(v));
    } else {
      list.push_back(repeat_made(s, level));
    }
  }
  return list;
}

void Study::write_best(size_t index) {
  if (folder_.empty()) return;
  List steps = lineage_of(index);
  const PointAssignment assignment(space_, findings_[index].trial.params, level_.assignment);
  const Level level = trial_level(assignment, findings_[index].trial.number);
  prepared_.clear();
  for (const Step& s : control_.evaluate) steps.push_back(repeat_evaluation(s, level));
  const std::string comment = format("Trial {} of the search '{}': every choice made, every random stream fixed.",
                                     findings_[index].trial.number, step_.name);
  write_whole(folder_ + "/best.yaml", recipe_text(level_, steps, comment));
}

Map Study::params_of(const Point& point) const {
  Map params;
  for (size_t i = 0; i < point.size(); ++i) {
    const Domain& d = space_.space.domains[i];
    if (d.parent >= 0 && !(point[static_cast<size_t>(d.parent)] == d.parent_option)) continue;
    if (d.kind == Domain::Kind::choice)
      params.set(d.name, d.options[static_cast<size_t>(point[i])]);
    else if (d.kind == Domain::Kind::integer)
      params.set(d.name, static_cast<int64_t>(point[i]));
    else
      params.set(d.name, point[i]);
  }
  return params;
}

Map Study::metrics_of(const Finding& finding) const {
  Map metrics;
  for (size_t i = 0; i < finding.metrics.size(); ++i)
    if (!finding.metrics[i].is_null()) metrics.set(metric_names_[i], finding.metrics[i]);
  return metrics;
}

void Study::write_tables(const std::vector<size_t>& best) const {
  if (folder_.empty()) return;
  List header{"trial", "state"};
  for (const Domain& d : space_.space.domains) header.emplace_back(d.name);
  header.insert(header.end(), metric_names_.begin(), metric_names_.end());
  for (const Objective& o : goal_.objectives())
    if (std::find(metric_names_.begin(), metric_names_.end(), o.name) == metric_names_.end())
      header.emplace_back(o.name);
  for (const char* name : {"best", "seconds", "reason"}) header.emplace_back(name);
  std::string csv = csv_line(header);
  for (size_t i = 0; i < findings_.size(); ++i) {
    const Finding& f = findings_[i];
    List line{f.trial.number, f.trial.state == Trial::State::complete ? "complete" : "failed"};
    const Map params = params_of(f.trial.params);
    for (const Domain& d : space_.space.domains)
      line.push_back(params.find(d.name) ? table_value(params.at(d.name)) : Value());
    for (size_t m = 0; m < metric_names_.size(); ++m)
      line.push_back(m < f.metrics.size() ? table_value(f.metrics[m]) : Value());
    for (size_t o = 0; o < goal_.objectives().size(); ++o)
      if (std::find(metric_names_.begin(), metric_names_.end(), goal_.objectives()[o].name) == metric_names_.end())
        line.push_back(o < f.trial.values.size() ? Value(f.trial.values[o]) : Value());
    line.push_back(std::find(best.begin(), best.end(), i) != best.end());
    line.push_back(f.seconds);
    line.push_back(f.reason);
    csv += csv_line(line);
  }
  write_whole(folder_ + "/trials.csv", csv);
}

void run_search(const Step& step, State& state, const Level& level, StepRecord& record) {
  Study(step, state, level).run(record);
}

}  // namespace mase
