// sweep: runs its steps for every row and repeat, each from the graph as it was before.
#include <filesystem>
#include <set>

#include "log/log.h"
#include "log/print.h"
#include "mase/text.h"
#include "run/files.h"
#include "run/interrupt.h"
#include "run/pick.h"
#include "run/rows.h"
#include "run/steps.h"

namespace mase {
namespace {

struct Result {
  int64_t repeat = 0;
  Row row;
  LevelRecord record;
  State state;  // what it left behind; empty when nothing is picked, or when it was done before a --resume
};

class Sweep {
 public:
  Sweep(const Step& step, State& state, const Level& level) : step_(step), state_(state), level_(level) {
    rows_ = sweep_rows(step.control->over, *level.scope);
    repeats_ = sweep_repeats(step.control->repeats, *level.scope);
    keeps_ = !picks_nothing(step.control->pick, "none", level);
    if (!level.folder.empty()) folder_ = (std::filesystem::path(level.folder) / folder_name(step.name)).string();
  }

  void run(StepRecord& record) {
    if (!folder_.empty()) make_folder(folder_);
    if (level_.top && level_.session.resume) read_finished();
    level_.session.resume = false;
    const auto total = static_cast<int64_t>(rows_.size()) * repeats_;
    for (size_t i = 0; i < rows_.size(); ++i)
      for (int64_t repeat = 0; repeat < repeats_; ++repeat) {
        const auto number = static_cast<int64_t>(i) * repeats_ + repeat;
        if (static_cast<size_t>(number) < results_.size()) continue;
        if (interrupted()) throw Cancelled();
        results_.push_back(run_row(rows_[i], number, repeat));
        write_tables();
        if (!level_.in_trial) log::progress(step_.name, number + 1, total);
      }
    finish(record);
  }

 private:
  std::string label(const SweepRow& row, int64_t number) const {
    if (!row.label.empty()) return row.label;
    const std::string digits = std::to_string(number / repeats_);
    return std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
  }

  Level inner(const Scope& scope, const SweepRow& row, int64_t number, int64_t repeat) const {
    Level inner = level_;
    inner.scope = &scope;
    inner.parameters = parameter_path(step_, level_);
    inner.seed = step_seed_of_repeat(repeat);
    inner.top = false;
    inner.folder.clear();
    if (!folder_.empty()) {
      const std::string name = label(row, number) + (repeats_ > 1 ? format("_r{}", repeat) : "");
      inner.folder = (std::filesystem::path(folder_) / folder_name(name)).string();
    }
    return inner;
  }

  // The first repeat is what a sweep without repeats would do.
  uint64_t step_seed_of_repeat(int64_t repeat) const {
    const uint64_t seed = is_null(step_.seed) ? level_.seed : step_seed(step_, level_);
    return repeat == 0 ? seed : derived_seed(seed, format("repeat {}", repeat));
  }

  Result run_row(const SweepRow& row, int64_t number, int64_t repeat) const {
    Scope scope;
    scope.outer = level_.scope;
    scope.names = row.names;
    const Level inside = inner(scope, row, number, repeat);
    Result result;
    result.repeat = repeat;
    result.row = {number, label(row, number), row.params, {}};
    result.state = state_.clone();
    run_steps(step_.control->steps, result.state, inside, result.record);
    result.row.metrics = result.record.metrics;
    if (!level_.in_trial) tell(result);
    if (!keeps_) result.state = {};
    return result;
  }

  void tell(const Result& result) const {
    std::string text;
    for (const Entry& e : result.row.params) text += format(" {}={}", e.key, table_value(e.value).brief());
    if (repeats_ > 1) text += format(" repeat {}", result.repeat);
    for (const Entry& e : result.row.metrics)
      if (e.value.is_number()) text += format(", {} {:.6g}", e.key, e.value.as_double());
    log::info(format("{}: row {}{}", step_.name, result.row.label, text));
  }

  // After every row, so that a killed run has lost one row at most.
  void write_tables() const {
    if (folder_.empty()) return;
    std::vector<std::string> params, metrics;
    const auto note = [](std::vector<std::string>& names, const Map& map) {
      for (const Entry& e : map)
        if (std::find(names.begin(), names.end(), e.key) == names.end()) names.push_back(e.key);
    };
    for (const Result& r : results_) note(params, r.row.params), note(metrics, r.row.metrics);
    List header{"row", "label"};
    header.insert(header.end(), params.begin(), params.end());
    header.emplace_back("repeat");
    header.insert(header.end(), metrics.begin(), metrics.end());
    header.emplace_back("seconds");
    std::string csv = csv_line(header);
    List all;
    for (const Result& r : results_) {
      List line{r.row.number / repeats_, r.row.label};
      for (const std::string& p : params)
        line.push_back(r.row.params.find(p) ? table_value(r.row.params.at(p)) : Value());
      line.push_back(r.repeat);
      for (const std::string& m : metrics) line.push_back(r.row.metrics.find(m) ? r.row.metrics.at(m) : Value());
      line.push_back(r.record.seconds());
      csv += csv_line(line);
      all.push_back(row_value(r));
    }
    write_whole(folder_ + "/rows.json", Value(std::move(all)).json(1) + "\n");
    write_whole(folder_ + "/sweep.csv", csv);
  }

  static Value row_value(const Result& r) {
    List lineage;
    for (const StepRecord& s : r.record.steps) lineage.insert(lineage.end(), s.lineage.begin(), s.lineage.end());
    return Map{{"number", r.row.number},       {"label", r.row.label},     {"repeat", r.repeat},
               {"params", r.row.params},       {"metrics", r.row.metrics}, {"steps", r.record.step_values()},
               {"lineage", std::move(lineage)}};
  }

  void read_finished() {
    if (!exists(folder_ + "/rows.json")) return;
    const Value rows = Value::parse_json(read_text(folder_ + "/rows.json"), folder_ + "/rows.json");
    for (const Value& v : rows.as_list()) {
      const Map& m = v.as_map();
      Result r;
      r.repeat = m.at("repeat").as_int();
      r.row = {m.at("number").as_int(), m.at("label").as_string(), m.at("params").as_map(), m.at("metrics").as_map()};
      StepRecord all;  // its steps as they were written, and the way to its graph
      for (const Value& s : m.at("steps").as_list()) r.record.steps.push_back(step_from(s));
      if (r.record.steps.empty()) r.record.steps.push_back(all);
      r.record.steps.front().lineage = m.at("lineage").as_list();
      results_.push_back(std::move(r));
    }
    log::info(format("{}: done before: {}", step_.name, counted(results_.size(), "row")));
  }

  static StepRecord step_from(const Value& v) {
    const Map& m = v.as_map();
    StepRecord s;
    s.use = m.at("use").as_string(), s.name = m.at("name").as_string(), s.where = m.at("where");
    s.nodes = m.at("nodes").as_int(), s.seconds = m.at("seconds").as_double(), s.report = m.at("report").as_map();
    return s;
  }

  void finish(StepRecord& record) {
    record.report = Map{{"rows", rows_.size()}, {"repeats", repeats_}};
    std::vector<Row> rows;
    for (const Result& r : results_) rows.push_back(r.row);
    const auto picked = pick_row(step_.control->pick, "none", rows, std::nullopt, step_, state_, level_);
    if (!picked) return;
    Result& result = results_[*picked];
    if (!result.state.graph && !result.state.data) {  // done before a --resume: its graph is made again
      const auto number = static_cast<int64_t>(*picked);
      result = run_row(rows_[*picked / static_cast<size_t>(repeats_)], number, number % repeats_);
    }
    for (StepRecord& s : result.record.steps)
      for (Value& l : s.lineage) record.lineage.push_back(std::move(l));
    record.report.set("picked", result.row.label);
    state_ = std::move(result.state);
  }

  const Step& step_;
  State& state_;
  const Level& level_;
  std::vector<SweepRow> rows_;
  int64_t repeats_ = 1;
  bool keeps_ = false;
  std::string folder_;
  std::vector<Result> results_;
};

}  // namespace

void run_sweep(const Step& step, State& state, const Level& level, StepRecord& record) {
  Sweep(step, state, level).run(record);
}

}  // namespace mase
