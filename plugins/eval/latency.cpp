// eval.latency: how long one batch takes on this machine.
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "evaluate.h"
#include "mase/output.h"
#include "mase/runner.h"
#include "register.h"

namespace eval {

namespace {

using Direction = mase::MetricInfo::Direction;

double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<size_t>(at);
  const size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - std::floor(at));
}

struct Latency final : mase::Runner {
  struct Config {
    std::string split;
    int64_t warm_up = 10, iterations = 100, batch_size = 1;
    static void schema(mase::Schema<Config>& s) {
      s.field("split", &Config::split, "where the batch comes from; empty: test, or validation inside a search")
          .one_of({"", "train", "validation", "test"});
      s.field("warm_up", &Config::warm_up, "runs before the first that is timed").range(0, 1000000);
      s.field("iterations", &Config::iterations, "runs that are timed").range(1, 10000000);
      s.field("batch_size", &Config::batch_size, "samples per run").range(1, 10000000);
    }
  };
  explicit Latency(Config c) : config(std::move(c)) {}

  std::vector<mase::MetricInfo> metrics() const override {
    return {{"latency", "ms", Direction::minimize, true, "median time of one batch"},
            {"latency_mean", "ms", Direction::minimize, true, "mean time of one batch"},
            {"latency_p99", "ms", Direction::minimize, true, "99th percentile of the time of one batch"}};
  }
  mase::RunnerNeeds needs() const override { return {.dataset = true}; }

  mase::Map run(mase::Graph& graph, mase::Context& context) override {
    std::vector<double> times = measure(graph, context);
    std::string text = "iteration,milliseconds\n";
    double sum = 0;
    for (size_t i = 0; i < times.size(); ++i) {
      text += mase::csv_row({i, times[i]});
      sum += times[i];
    }
    keep(context, text);
    std::sort(times.begin(), times.end());
    context.report("iterations", config.iterations);
    context.report("batch_size", config.batch_size);
    return {{"latency", quantile(times, 0.5)},
            {"latency_mean", sum / static_cast<double>(times.size())},
            {"latency_p99", quantile(times, 0.99)}};
  }

 private:
  // In a trial of a search, which has no folder, only the metrics remain.
  static void keep(mase::Context& context, const std::string& text) {
    std::string folder;
    try {
      folder = context.out_dir();
    } catch (const mase::Error&) {
      return;
    }
    mase::write_file(folder + "/latency.csv", text);
  }

  // Milliseconds of each timed run, in order.
  std::vector<double> measure(mase::Graph& graph, mase::Context& context) const {
    using Clock = std::chrono::steady_clock;
    const mase::Split& split = context.dataset(config.split);
    if (split.size() < config.batch_size)
      throw mase::Error(mase::format("the {} split has {} samples, fewer than batch_size {}", split.name(),
                                     split.size(), config.batch_size));
    const mase::Tensors inputs = split.batch(0, config.batch_size).inputs;
    const c10::AutoGradMode none(false);
    const mase::ThreadScope threads(graph, context.components(), config.batch_size);
    mase::Executor executor(graph, context.components());
    for (int64_t i = 0; i < config.warm_up; ++i) executor.run(inputs);
    std::vector<double> times;
    for (int64_t i = 0; i < config.iterations; ++i) {
      if (context.cancelled()) throw mase::Cancelled();
      const auto start = Clock::now();
      executor.run(inputs);
      times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    return times;
  }
  Config config;
};

}  // namespace

void register_latency(mase::Registrar& r) {
  r.add<Latency>("eval.latency", "Time of one batch on this machine, with every single run to a CSV file");
}

}  // namespace eval
