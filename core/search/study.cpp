// Study: set-up, and the loop from a proposal to a finding.
#include "search/study.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>

#include "log/log.h"
#include "log/print.h"
#include "mase/runner.h"
#include "mase/text.h"
#include "run/files.h"
#include "run/interrupt.h"
#include "run/journal.h"

namespace mase {
namespace {

using Clock = std::chrono::steady_clock;
double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// A point as a key: its bytes, inactive parameters all alike.
std::string key_of(const Point& point) {
  std::string key(point.size() * sizeof(double), '\0');
  std::memcpy(key.data(), point.data(), key.size());
  return key;
}

double limit(const Template& t, const Level& level, const char* name, bool whole) {
  const Value v = is_null(t) ? Value() : resolve(t, *level.scope, level.assignment);
  if (v.is_null()) return -1;
  if (!v.is_number() || v.as_double() <= 0 || (whole && !v.is_int()))
    throw Error(
        format("'{}' is {}, expected {} above 0", name, v.brief(), whole ? "an integer" : "a number of seconds"),
        v.loc);
  return v.as_double();
}

}  // namespace

Study::Study(const Step& step, State& state, const Level& level)
    : step_(step), control_(*step.control), start_(state), level_(level), goal_(step, level) {
  scope_ = scope_of_space(control_, level.scope);
  nodes_ = probe_nodes(control_, state, level);
  const auto nodes = [&](const Step& s) {
    const auto found = nodes_.find(&s);
    return found == nodes_.end() ? std::vector<std::string>() : found->second;
  };
  space_ = collect_domains(control_, *level.scope, nodes);
  space_size_ = space_.space.size();
  Level inside = level_;
  inside.scope = &scope_;
  acceptance_ = std::make_unique<Acceptance>(control_, nodes_, inside);
  for (const Step& s : control_.steps) nested_ |= s.control != nullptr || s.recipe != nullptr;

  const Chosen chosen = Chosen::from(resolve(control_.sampler_choice, *level.scope, level.assignment));
  sampler_name_ = chosen.name();
  sampler_ = level.session.registry.create<Sampler>(chosen);
  trials_ = static_cast<int64_t>(limit(control_.trials, level_, "trials", true));
  timeout_ = std::max(0.0, limit(control_.timeout, level_, "timeout", false));
  const Loc loc = control_.sampler_choice.loc;
  if (trials_ < 0 && timeout_ == 0 && sampler_->unbounded())
    throw Error(format("'{}' has no end: {} never stops by itself", step.name, sampler_name_), loc,
                "give it trials: or timeout:");
  try {
    guard(sampler_name_, step.name, [&] { sampler_->check(space_.space); });
  } catch (const Error& e) {
    throw Error(e.message(), e.loc() ? e.loc() : loc, e.hint());
  }
}

Study::~Study() = default;

int64_t Study::most_trials() const {
  if (space_size_ >= 0 && (trials_ < 0 || space_size_ < trials_)) return space_size_;
  return trials_;
}

Level Study::trial_level(const Assignment& assignment, int64_t number) const {
  Level trial = level_;
  trial.scope = &scope_;
  trial.assignment = &assignment;
  trial.parameters.clear();
  trial.in_search = trial.in_trial = true;
  trial.allow_test = level_.allow_test || control_.allow_test_in_search;
  trial.top = false;
  trial.keep_lineage = nested_;
  trial.prepared = &prepared_;
  trial.cache = &cache_;
  if (!folder_.empty()) trial.folder = format("{}/trial_{}", folder_, number);
  return trial;
}

// Runners that no domain touches are made once; what they declare is asked once.
void Study::cache_runners() {
  Level plain = level_;
  plain.scope = &scope_;
  for (const Step& s : control_.evaluate) {
    Chosen chosen;
    try {
      chosen = resolve_component(s, plain);
    } catch (const Error&) {
      continue;  // it has domains
    }
    CachedRunner& cached = cache_[&s];
    auto runner = level_.session.registry.create<Runner>(chosen);
    guard(chosen.name(), s.name, [&] {
      for (const MetricInfo& m : runner->metrics()) cached.metrics.push_back(m.name);
    });
    cached.component = std::move(runner);
  }
}

void Study::measure_start() {
  if (!goal_.relative()) return;
  const PointAssignment none(space_, Point(), level_.assignment);
  State state = start_.clone();
  LevelRecord record;
  run_steps(control_.evaluate, state, trial_level(none, 0), record);
  goal_.set_start(record.metrics);
}

void Study::begin() {
  cache_runners();
  measure_start();
  const uint64_t seed = step_seed(step_, level_);
  guard(sampler_name_, step_.name, [&] { sampler_->begin(space_.space, goal_.objectives(), seed); });
  if (level_.folder.empty()) return;
  folder_ = (std::filesystem::path(level_.folder) / folder_name(step_.name)).string();
  make_folder(folder_);
  const std::string file = folder_ + "/trials.log", study = step_print(step_, *level_.scope);
  if (exists(file)) {
    TrialLog::Story story;
    if (level_.session.resume) story = TrialLog::read(file);
    if (story.study == study)
      take_over(std::move(story));
    else
      remove_tree(file);
  }
  log_.open(file, study);
}

void Study::take_over(TrialLog::Story story) {
  metric_names_ = std::move(story.metrics);
  next_draw_ = story.next_draw;
  for (const Point& p : story.refused) seen_.insert(key_of(canonical(p)));
  for (Finding& f : story.findings) {
    f.trial.params = canonical(f.trial.params);
    if (space_size_ >= 0) seen_.insert(key_of(f.trial.params));
    earlier_seconds_ += f.seconds;
    history_.push_back(f.trial);
    guard(sampler_name_, step_.name, [&] { sampler_->tell(f.trial); });
    findings_.push_back(std::move(f));
  }
  if (!level_.in_trial) log::info(format("{}: done before: {}", step_.name, counted(findings_.size(), "trial")));
}

// Inactive parameters hold one and the same value; active ones a value of their domain.
Point Study::canonical(const Point& proposed) const {
  const auto& domains = space_.space.domains;
  if (proposed.size() != domains.size())
    throw Failure(format("{} proposed {} values for {} parameters", sampler_name_, proposed.size(), domains.size()));
  Point point(domains.size(), kInactive);
  for (size_t i = 0; i < domains.size(); ++i) {
    const Domain& d = domains[i];
    if (d.parent >= 0 && point[static_cast<size_t>(d.parent)] != d.parent_option) continue;
    const double v = proposed[i];
    const bool choice = d.kind == Domain::Kind::choice;
    const double low = choice ? 0 : d.low, high = choice ? static_cast<double>(d.labels.size()) - 1 : d.high;
    if (!(v >= low && v <= high) || (d.kind != Domain::Kind::real && v != std::floor(v)))
      throw Failure(format("{} proposed {} for '{}', expected {} in [{}, {}]", sampler_name_, v, d.name,
                           d.kind == Domain::Kind::real ? "a number" : "an integer", low, high));
    point[i] = v == 0 ? 0 : v;  // no negative zero
  }
  return point;
}

// The next point that is new and accepted; nothing when the sampler, or the space, has no more.
std::optional<Study::Proposal> Study::propose() {
  const double most = space_size_ >= 0 ? 10000 + 50 * static_cast<double>(space_size_) : 10000;
  std::string why;
  for (double tried = 0; tried < most; ++tried) {
    if (space_size_ >= 0 && static_cast<int64_t>(seen_.size()) >= space_size_) return std::nullopt;
    if (interrupted()) throw Cancelled();
    Proposal proposal;
    proposal.draw = next_draw_++;
    std::optional<Point> point;
    const Request request{static_cast<int64_t>(findings_.size()), proposal.draw};
    guard(sampler_name_, step_.name, [&] { point = sampler_->ask(request, history_); });
    if (!point) return std::nullopt;
    proposal.point = canonical(*point);
    if (space_size_ >= 0 && !seen_.insert(key_of(proposal.point)).second) continue;
    const PointAssignment assignment(space_, proposal.point, level_.assignment);
    Level level = level_;
    level.scope = &scope_, level.assignment = &assignment, level.parameters.clear();
    why = acceptance_->refusal(level, prepared_);
    if (why.empty()) return proposal;
    if (space_size_ >= 0) log_.refused(proposal.draw, proposal.point);
  }
  if (why.empty()) return std::nullopt;  // the last points of a finite space may be out of a sampler's reach
  throw Failure(format("'{}': none of {} proposals was accepted, the last one because of: {}", step_.name, most, why),
                step_.loc);
}

bool Study::ended() const {
  return (trials_ >= 0 && static_cast<int64_t>(findings_.size()) >= trials_) ||
         (timeout_ > 0 && earlier_seconds_ + seconds_ >= timeout_);
}

void Study::loop() {
  const auto start = Clock::now();
  const int64_t total = most_trials();
  while (!ended()) {
    if (interrupted()) throw Cancelled();
    const auto proposal = propose();
    if (!proposal) break;
    run_trial(*proposal);
    seconds_ = since(start);
    ++fresh_;
    if (!level_.in_trial)
      log::progress(step_.name, static_cast<int64_t>(findings_.size()), std::max<int64_t>(total, 0));
    check_failures();
  }
  log_.flush();
  if (!level_.in_trial) log::end_progress();
}

void Study::run_trial(const Proposal& proposal) {
  const auto start = Clock::now();
  Finding finding;
  finding.trial.number = static_cast<int64_t>(findings_.size());
  finding.trial.params = proposal.point;
  finding.draw = proposal.draw;
  State state;
  List lineage;
  try {
    evaluate(finding, state, lineage);
    finding.trial.state = Trial::State::complete;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& e) {
    finding.trial.state = Trial::State::failed;
    finding.reason = e.message();
  }
  finding.seconds = since(start);
  keep(std::move(finding), std::move(state), std::move(lineage));
}

void Study::evaluate(Finding& finding, State& state, List& lineage) {
  const PointAssignment assignment(space_, finding.trial.params, level_.assignment);
  const Level level = trial_level(assignment, finding.trial.number);
  state = start_.clone();
  LevelRecord record;
  run_steps(control_.steps, state, level, record);
  for (StepRecord& s : record.steps)
    for (Value& l : s.lineage) lineage.push_back(std::move(l));
  run_steps(control_.evaluate, state, level, record);
  note_metrics(finding, record.metrics);
  finding.trial.values = goal_.values(record.metrics);
  finding.trial.constraints = goal_.violations(record.metrics);
}

void Study::note_metrics(Finding& finding, const Map& metrics) {
  finding.metrics.reserve(metrics.size());
  const size_t known = metric_names_.size();
  finding.metrics.resize(known);
  for (const Entry& e : metrics) {
    size_t i =
        static_cast<size_t>(std::find(metric_names_.begin(), metric_names_.end(), e.key) - metric_names_.begin());
    if (i == metric_names_.size()) metric_names_.push_back(e.key), finding.metrics.emplace_back();
    finding.metrics[i] = e.value;
  }
  if (metric_names_.size() != known) log_.metrics(metric_names_);
}

void Study::keep(Finding finding, State state, List lineage) {
  log_.finding(finding);
  history_.push_back(finding.trial);
  guard(sampler_name_, step_.name, [&] { sampler_->tell(history_.back()); });
  findings_.push_back(std::move(finding));
  const Trial& t = history_.back();
  if (!Goal::feasible(t)) return;
  // Of equal scores the first is kept; of a front all.
  for (const Kept& k : kept_) {
    const Trial& other = history_[k.index];
    if (goal_.better(other, t) || (goal_.scored() && !goal_.better(t, other))) return;
  }
  std::erase_if(kept_, [&](const Kept& k) { return goal_.better(t, history_[k.index]); });
  kept_.push_back({findings_.size() - 1, std::move(state), std::move(lineage)});
}

void Study::check_failures() const {
  constexpr size_t kMost = 5;
  if (findings_.size() < kMost) return;
  const std::string& reason = findings_.back().reason;
  for (size_t i = findings_.size() - kMost; i < findings_.size(); ++i)
    if (findings_[i].trial.state != Trial::State::failed || findings_[i].reason != reason) return;
  throw Failure(format("'{}' stopped: {} trials in a row failed with: {}", step_.name, kMost, reason), step_.loc);
}

}  // namespace mase
