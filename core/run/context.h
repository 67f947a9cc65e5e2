// StepContext: the host's side of mase::Context for one call of one component.
#pragma once
#include "mase/context.h"
#include "run/session.h"

namespace mase {

class StepContext final : public Context {
 public:
  StepContext(const Level& level, State& state, std::string step, uint64_t seed)
      : level_(level), state_(state), step_(std::move(step)), seed_(seed) {}

  void select(std::vector<Node*> nodes, bool given) { selected_ = std::move(nodes), has_selection_ = given; }
  Map take_report() { return std::move(report_); }

  const std::vector<Node*>& selected() const override { return selected_; }
  bool has_selection() const override { return has_selection_; }
  Random random(std::string_view purpose) const override { return Random(stream_hash(seed_, purpose)); }
  void report(std::string_view key, Value value) override { report_[key] = std::move(value); }
  void log_info(std::string_view text) override;
  void log_warn(std::string_view text) override;
  [[noreturn]] void fail(const Node& node, std::string_view why) const override;
  Components& components() override { return level_.session.registry; }
  const Split& dataset(std::string_view split) override;
  bool has_dataset() const override { return state_.data != nullptr; }
  std::string out_dir() override;
  std::string run_dir() override;
  std::string checkpoint_dir() override;
  std::string path(std::string_view relative) const override;
  void progress(int64_t done, int64_t total) override;
  bool cancelled() const override;
  int threads() const override { return level_.session.threads; }
  std::string step_name() const override { return step_; }

 private:
  std::string folder(std::string_view what) const;

  const Level& level_;
  State& state_;
  std::string step_;
  uint64_t seed_;
  std::vector<Node*> selected_;
  bool has_selection_ = false;
  bool checkpoints_ready_ = false;
  Map report_;
};

}  // namespace mase
