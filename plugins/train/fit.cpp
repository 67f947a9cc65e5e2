// train.fit: trains the graph, or the selected part of it, on the train split.
#include <algorithm>

#include "mase/pass.h"
#include "register.h"
#include "trainer.h"

namespace train {

namespace {

using Direction = mase::MetricInfo::Direction;

struct Fit final : mase::Pass {
  using Config = train::Config;
  explicit Fit(Config c) : config(std::move(c)) {}

  bool changes_graph() const override { return false; }  // weights, not nodes

  std::vector<mase::MetricInfo> metrics() const override {
    return {{"train_loss", "1", Direction::minimize, false, "mean loss over the last epoch's batches"},
            {"train_accuracy", "1", Direction::maximize, false, "share of right answers over the last epoch's batches"},
            {"validation_loss", "1", Direction::minimize, false, "mean loss on the validation split at the end"},
            {"validation_accuracy", "1", Direction::maximize, false, "share of right answers on the validation split"},
            {"epochs", "1", Direction::none, false, "epochs trained"}};
  }

  void run(mase::Graph& graph, mase::Context& context) override {
    const Progress done = Trainer(graph, context, config).run();
    const bool best = config.restore_best && done.best_epoch > 0;
    const EpochFigures& e = done.epochs.at(static_cast<size_t>(best ? done.best_epoch - 1 : done.epoch() - 1));
    context.report("train_loss", e.train_loss);
    if (e.train_accuracy) context.report("train_accuracy", *e.train_accuracy);
    if (e.validation_loss) context.report("validation_loss", *e.validation_loss);
    if (e.validation_accuracy) context.report("validation_accuracy", *e.validation_accuracy);
    context.report("epochs", done.epoch());
    context.report("steps", done.step);
    context.report("best_epoch", done.best_epoch);
  }
  Config config;
};

}  // namespace

void register_fit(mase::Registrar& r) {
  r.add<Fit>("train.fit", "Train the graph on the train split; where selects what is trained, the rest is frozen");
}

}  // namespace train
