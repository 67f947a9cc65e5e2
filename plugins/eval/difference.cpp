// eval.difference: how far the outputs are from reference outputs.
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

#include "evaluate.h"
#include "mase/runner.h"
#include "register.h"

namespace eval {

namespace {

struct Largest {
  double absolute = 0, magnitude = 0;
  int64_t beyond = 0;
};

struct Difference final : mase::Runner {
  struct Config : Evaluation {
    double atol = 1e-5, rtol = 1e-5;
    static void schema(mase::Schema<Config>& s) {
      fields(s);
      s.field("atol", &Config::atol, "an element may differ by atol + rtol times its reference").min(0);
      s.field("rtol", &Config::rtol, "an element may differ by atol + rtol times its reference").min(0);
    }
  };
  explicit Difference(Config c) : config(std::move(c)) {}

  std::vector<mase::MetricInfo> metrics() const override {
    constexpr auto kMinimize = mase::MetricInfo::Direction::minimize;
    return {{"max_abs_difference", "1", kMinimize, false, "greatest difference of an element"},
            {"max_rel_difference", "1", kMinimize, false,
             "greatest difference of an element as a part of the greatest magnitude in its reference"},
            {"elements_beyond", "1", kMinimize, false, "elements that differ by more than atol + rtol |reference|"}};
  }
  mase::RunnerNeeds needs() const override { return {.dataset = true}; }

  mase::Map run(mase::Graph& graph, mase::Context& context) override {
    const mase::Split& split = context.dataset(config.split);
    if (split.size() == 0) throw mase::Error(mase::format("the {} split is empty", split.name()));
    const int64_t total = config.samples > 0 ? std::min(config.samples, split.size()) : split.size();
    const c10::AutoGradMode none(false);
    mase::ExecuteOptions options;
    options.arithmetic = config.arithmetic;
    mase::Executor executor(graph, context.components(), options);
    std::vector<Largest> all;
    for (int64_t first = 0; first < total; first += config.batch_size) {
      if (context.cancelled()) throw mase::Cancelled();
      const mase::Batch batch = split.batch(first, std::min(config.batch_size, total - first));
      const mase::Tensors outputs = executor.run(batch.inputs);
      if (outputs.size() != batch.targets.size())
        throw mase::Error(
            mase::format("{} outputs, but {} references in the data", outputs.size(), batch.targets.size()), {},
            "name as many outputs of the model as targets of the data");
      all.resize(outputs.size());
      for (size_t i = 0; i < outputs.size(); ++i) compare(outputs[i], batch.targets[i], i, all[i]);
    }
    context.report("samples", total);
    return summary(all);
  }

 private:
  void compare(const at::Tensor& output, const at::Tensor& reference, size_t place, Largest& largest) const {
    if (output.sizes() != reference.sizes())
      throw mase::Error(mase::format("output {} has shape {}, its reference {}", place,
                                     mase::Value(mase::shape_of(output)).json(),
                                     mase::Value(mase::shape_of(reference)).json()));
    const at::Tensor a = output.to(at::kDouble).contiguous(), b = reference.to(at::kDouble).contiguous();
    const double *x = a.const_data_ptr<double>(), *y = b.const_data_ptr<double>();
    for (int64_t i = 0; i < a.numel(); ++i) {
      if (x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i]))) {  // infinities included
        if (std::isfinite(y[i])) largest.magnitude = std::max(largest.magnitude, std::abs(y[i]));
        continue;
      }
      const double difference = std::isfinite(x[i]) && std::isfinite(y[i]) ? std::abs(x[i] - y[i]) : HUGE_VAL;
      largest.absolute = std::max(largest.absolute, difference);
      if (std::isfinite(y[i])) largest.magnitude = std::max(largest.magnitude, std::abs(y[i]));
      largest.beyond += !std::isfinite(difference) || !(difference <= config.atol + config.rtol * std::abs(y[i]));
    }
  }

  static mase::Map summary(const std::vector<Largest>& all) {
    double absolute = 0, relative = 0;
    int64_t beyond = 0;
    for (const Largest& one : all) {
      absolute = std::max(absolute, one.absolute);
      if (one.absolute > 0) relative = std::max(relative, one.magnitude > 0 ? one.absolute / one.magnitude : HUGE_VAL);
      beyond += one.beyond;
    }
    return {{"max_abs_difference", absolute}, {"max_rel_difference", relative}, {"elements_beyond", beyond}};
  }

  Config config;
};

}  // namespace

void register_difference(mase::Registrar& r) {
  r.add<Difference>("eval.difference", "How far the outputs are from reference outputs");
}

}  // namespace eval
