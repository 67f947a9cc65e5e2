// run: takes a recipe from the check to its last step, and writes down after each what is done.
#include "run/run.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <filesystem>

#include "log/log.h"
#include "mase/execute.h"
#include "mase/text.h"
#include "run/check.h"
#include "run/files.h"
#include "run/folder.h"
#include "run/inputs.h"
#include "run/interrupt.h"
#include "run/journal.h"
#include "run/lock.h"
#include "run/run_record.h"
#include "run/steps.h"
#include "run/summary.h"

namespace mase {
namespace fs = std::filesystem;
namespace {

class Run {
 public:
  Run(Session& session, Checked& checked, const RunOptions& options)
      : session_(session), checked_(checked), options_(options), level_(checked.level(session)) {}

  // Everything that may refuse the run happens here, before a file is touched.
  void prepare() {
    const Recipe& recipe = checked_.recipe;
    const bool goes_on = options_.resume || !options_.from.empty();
    first_ = options_.from.empty() ? 0 : step_index(options_.from, "--from");
    last_ = options_.until.empty() ? recipe.steps.size() : step_index(options_.until, "--until") + 1;
    if (last_ <= first_ && !options_.from.empty()) throw Error("--until names a step before --from");
    session_.run_dir = choose_run_folder(options_.out, recipe.name, goes_on);
    check_run_folder(session_.run_dir);
    fresh_.text = recipe.text, fresh_.sets = options_.sets, fresh_.seed = static_cast<int64_t>(checked_.seed);
    fresh_.base = base_print();
    for (const Step& s : recipe.steps) prints_.push_back(step_print(s, checked_.scope)), fresh_.plan += prints_.back();
    if (goes_on && !holds_run(session_.run_dir)) throw Error(format("{} holds no run to go on with", session_.run_dir));
    claim(goes_on);
    if (goes_on)
      previous_ = read_previous();
    else if (holds_run(session_.run_dir))
      replaced_ = places_of_run(session_.run_dir);
    for (const std::string& name : stale_)
      for (const char* place : {"", "checkpoints"})
        replaced_.push_back((fs::path(session_.run_dir) / place / folder_name(name)).string());
    check_inputs(checked_, session_, replaced_);
  }

  int run() {
    start_folder();
    journal_ = fresh_;
    try {
      if (previous_) go_on();
      if (const std::string note = classes_note(checked_.state, SIZE_MAX); !note.empty()) log::warn(note);
      write_record("running");
      journal_.write(session_.run_dir);
      for (size_t i = next_; i < last_; ++i) run_one(i);
      if (checked_.state.graph) save_graph("model");
      write_record("done");
    } catch (const Cancelled&) {
      write_record("interrupted");
      log::end_progress();
      log::warn(format("interrupted; --resume --out {} goes on from here", session_.run_dir));
      return interrupt_status();
    } catch (const Failure& e) {
      return failed(e, 1);
    } catch (const Error& e) {
      return failed(e, 2);
    } catch (const std::exception& e) {
      return failed(e, 1);
    }
    return options_.quiet ? 0 : summary();
  }

 private:
  // From here on the folder is this run's alone. A name that was made of the time may have been taken meanwhile.
  void claim(bool goes_on) {
    while (!lock_.take(session_.run_dir)) {
      if (goes_on || !options_.out.empty())
        throw Error(format("another run is writing to {}", session_.run_dir), {},
                    "wait for its end, or choose another folder with --out");
      session_.run_dir = choose_run_folder({}, checked_.recipe.name, false);
    }
  }

  // The run is done; that nobody reads about it is said while a closed pipe does no harm yet.
  int summary() const try {
    print_summary(record_, checked_.state, session_);
    return 0;
  } catch (const std::exception& e) {
    log::error(e.what());
    return 1;
  }

  int failed(const std::exception& e, int status) {
    write_record("failed", e.what());
    log::end_progress();
    log::error(e.what());
    log::info(format("the record of this run is in {}", session_.run_dir));
    return status;
  }

  // A step by its name, or by its component when only one step has it.
  size_t step_index(const std::string& name, const char* option) const {
    const auto& steps = checked_.recipe.steps;
    NameList names;
    std::vector<size_t> by_component;
    for (size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].name == name) return i;
      if (steps[i].component == name) by_component.push_back(i);
      names.add(steps[i].name);
    }
    if (by_component.size() == 1) return by_component[0];
    if (by_component.size() > 1)
      throw Error(format("{}: several steps are '{}', give one of them a name", option, name));
    throw Error(format("{}: no step '{}'{}", option, name, did_you_mean(name, names)), {},
                "only steps of the recipe itself count");
  }

  std::string base_print() const {
    const Recipe& r = checked_.recipe;
    std::string print = std::to_string(checked_.seed);
    if (r.model) print += " " + step_print(*r.model, checked_.scope);
    if (r.data) print += " " + step_print(*r.data, checked_.scope);
    return print;
  }

  Journal read_previous() {
    const std::string& folder = session_.run_dir;
    if (!exists((fs::path(folder) / "state" / "journal.json").string())) {
      if (options_.resume) return fresh_;  // killed before its first step: nothing to go on from, nothing lost
      throw Error(format("the run in {} has not come as far as '{}'", folder, options_.from));
    }
    Journal previous = Journal::read(folder);
    if (options_.resume)
      check_same(previous);
    else
      cut_before_first(previous);
    return previous;
  }

  void check_same(const Journal& previous) const {
    const char* what = previous.text != fresh_.text   ? "the recipe's text"
                       : previous.sets != fresh_.sets ? "what --set gives"
                       : previous.seed != fresh_.seed ? "the seed"
                       : previous.base != fresh_.base || previous.plan != fresh_.plan
                           ? "a recipe used as a step, or the environment"
                           : nullptr;
    if (what)
      throw Error(format("--resume: {} is not what it was when the run in {} started", what, session_.run_dir), {},
                  "start again without --resume, or go on from an unchanged step with --from");
  }

  // Keeps what stands before the step to start from, if it is still what the recipe says.
  void cut_before_first(Journal& previous) {
    const std::string& folder = session_.run_dir;
    if (previous.base != fresh_.base)
      throw Error(format("--from {}: model, data or seed are not those of the run in {}", options_.from, folder), {},
                  "run the recipe from its beginning");
    size_t done = 0;
    for (size_t i = 0; i < first_; ++i) {
      const Step& step = checked_.recipe.steps[i];
      if (!is_wanted(step, level_)) continue;
      if (done >= previous.steps.size())
        throw Error(format("--from {}: the run in {} has no state after step '{}'", options_.from, folder, step.name),
                    {}, "start from that step, or from the beginning");
      if (previous.steps[done].record.name != step.name || previous.steps[done].print != prints_[i])
        throw Error(format("--from {}: step '{}' is not what it was in {}", options_.from, step.name, folder), step.loc,
                    format("start from it with --from {}", step.name));
      ++done;
    }
    for (size_t i = done; i < previous.steps.size(); ++i) stale_.push_back(previous.steps[i].record.name);
    previous.steps.resize(done);
  }

  void start_folder() {
    const std::string& folder = session_.run_dir;
    if (!previous_ && holds_run(folder)) log::info(format("replacing the earlier run in {}", folder));
    for (const std::string& place : replaced_) remove_tree(place);
    record_.start(checked_, session_);
    if (!previous_) write_record("running");
    make_folder(folder + "/state");
    write_whole(folder + "/recipe.yaml", checked_.recipe.text);
    log::open_file(folder + "/log.txt");
    point_latest(folder);
    level_.folder = folder;
  }

  // Takes over what the previous run has finished: records, graph, data.
  void go_on() {
    session_.resume = options_.resume;
    journal_.steps = previous_->steps;
    std::string graph;
    size_t i = 0;
    for (const Finished& f : journal_.steps) {
      while (checked_.recipe.steps[i].name != f.record.name) ++i;  // steps that `when` had left out
      next_ = ++i;
      graph = f.graph;
      record_.level.add(f.record);
      reopen_data(f.record);
    }
    next_ = std::max(next_, first_);
    if (!graph.empty()) {
      checked_.state.graph = std::make_unique<Graph>(load((fs::path(session_.run_dir) / "state" / graph).string()));
      derive(*checked_.state.graph, session_.registry);
    }
    if (next_ < last_) log::info(format("going on with step '{}'", checked_.recipe.steps[next_].name));
  }

  void reopen_data(const StepRecord& record) {
    for (const Value& l : record.lineage) {
      const Value* data = l.as_map().find("data");
      if (!data) continue;
      Step step;
      step.kind = Step::Kind::data, step.name = record.name, step.component = data->as_map().at("use").as_string();
      step.seed = Template::from(data->as_map().at("seed"));
      if (const Value* with = data->as_map().find("with")) step.with = Template::from(*with);
      StepRecord ignored;
      open_data(step, checked_.state, level_, ignored);
    }
  }

  void run_one(size_t index) {
    const Step& step = checked_.recipe.steps[index];
    const size_t before = record_.level.steps.size();
    if (!is_wanted(step, level_)) return;
    log::info(format("step '{}'", step.name));
    run_step(step, checked_.state, level_, record_.level);
    session_.resume = false;
    if (record_.level.steps.size() == before) return;
    const StepRecord& done = record_.level.steps.back();
    std::string graph = journal_.steps.empty() ? "" : journal_.steps.back().graph;
    if (done.changed && checked_.state.graph) {
      graph = format("{:02}-{}", index + 1, folder_name(step.name));
      save_graph("state/" + graph);
    }
    journal_.steps.push_back({done, prints_[index], graph});
    journal_.write(session_.run_dir);
    write_record("running");
  }

  void save_graph(const std::string& place) const {
    const std::string folder = (fs::path(session_.run_dir) / place).string();
    remove_tree(folder + ".tmp");
    save(*checked_.state.graph, folder + ".tmp");
    replace_folder(folder + ".tmp", folder);
  }

  void write_record(const std::string& status, const std::string& error = {}) {
    record_.write(session_.run_dir, status, error);
  }

  Session& session_;
  Checked& checked_;
  const RunOptions& options_;
  Level level_;
  RunRecord record_;
  Journal fresh_, journal_;
  std::optional<Journal> previous_;
  std::vector<std::string> prints_, stale_;
  std::vector<std::string> replaced_;  // what of an earlier run is removed before this one begins
  FolderLock lock_;
  size_t first_ = 0, last_ = 0, next_ = 0;
};

int run_checked(Session& session, const RunOptions& options) {
  const std::unique_ptr<Checked> checked = check(session, options);
  if (!checked->problems.empty()) {
    print_problems(checked->problems);
    return 2;
  }
  Run run(session, *checked, options);
  run.prepare();
  return run.run();
}

}  // namespace

int run_recipe(Registry& registry, const RunOptions& options) {
  const InterruptGuard guard;
  Session session(registry);
  if (options.threads > 0) at::set_num_threads(options.threads);
  session.threads = at::get_num_threads();
  for (const auto& [name, value] : options.sets) session.set_values.insert(value);
  int status = 2;
  try {
    status = run_checked(session, options);
  } catch (const RecipeErrors& e) {
    print_problems(e.problems);
  } catch (const Cancelled&) {
    status = interrupt_status();
  } catch (const Error& e) {
    print_problems({e});
  }
  log::end_progress();
  log::close_file();
  return status;
}

}  // namespace mase
