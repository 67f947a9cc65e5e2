// eval.loss: the mean loss on a split.
#include "mase/loss.h"

#include "evaluate.h"
#include "mase/runner.h"
#include "register.h"

namespace eval {

namespace {

struct Loss final : mase::Runner {
  struct Config : Evaluation {
    mase::Loss loss = mase::Loss::cross_entropy;
    static void schema(mase::Schema<Config>& s) {
      fields(s);
      s.field("loss", &Config::loss, "as in training; bce takes probabilities, bce_with_logits logits");
    }
  };
  explicit Loss(Config c) : config(std::move(c)) {}

  std::vector<mase::MetricInfo> metrics() const override {
    return {{"loss", "1", mase::MetricInfo::Direction::minimize, false, "mean loss per sample"}};
  }
  mase::RunnerNeeds needs() const override { return {.dataset = true}; }

  mase::Map run(mase::Graph& graph, mase::Context& context) override {
    double sum = 0;
    const int64_t total = evaluate(graph, context, config, [&](const at::Tensor& output, const at::Tensor& target) {
      sum += mase::loss(config.loss, output, target).item<double>() * static_cast<double>(target.size(0));
    });
    context.report("samples", total);
    return {{"loss", sum / static_cast<double>(total)}};
  }
  Config config;
};

}  // namespace

void register_loss(mase::Registrar& r) { r.add<Loss>("eval.loss", "Mean loss on a split"); }

}  // namespace eval
