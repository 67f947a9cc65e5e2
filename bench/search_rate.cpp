// What a search adds to its trials: random search over per-layer widths of a 16-64-32-32-32-5 network through the whole
// engine - sampler, schema, trial log - against its bare forward and quantization kernels, in one process, on one
// thread.
//
//   build/bench/search_rate [trials]       the last line is JSON
#include <ATen/Parallel.h>
#include <ATen/ops/ones.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "loader/registry.h"
#include "log/log.h"
#include "mase/dataset.h"
#include "mase/execute.h"
#include "mase/text.h"
#include "run/files.h"
#include "run/run.h"

namespace fs = std::filesystem;
using namespace mase;

namespace {

constexpr int64_t kRows = 1000;

// 5,000 rows: a fifth of them, 1,000, are the validation split that trials are measured on.
std::string recipe(int trials) {
  return format(R"(mase: 1
name: search_rate
model: {{use: models.mlp, with: {{layers: [16, 64, 32, 32, 32, 5]}}}}
data: {{use: data.toy, with: {{kind: blobs, samples: 5000, features: 16, classes: 5}}}}
steps:
  - search:
      name: widths
      sampler: {{use: search.random}}
      trials: {}
      steps:
        - use: quant.quantize
          where: {{op: linear}}
          each: node
          with:
            weight: {{use: quant.integer, with: {{width: {{$int: [2, 8]}}, frac_width: 3}}}}
            data_in: {{use: quant.integer, with: {{width: {{$int: [4, 12]}}, frac_width: 4}}}}
            bias: {{use: quant.integer, with: {{width: {{$int: [4, 12]}}, frac_width: 4}}}}
      evaluate: [eval.accuracy, cost.average_bitwidth]
      score: {{accuracy: 1.0, average_bitwidth: -0.01}}
)",
                trials);
}

// Of this process, not of the wall: both sides run on one thread, and other programs must not count.
double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// The kernels of one trial and nothing else: parameters quantized, inputs sent through, formats made beforehand.
class Bare {
 public:
  Bare(Registry& registry, const std::string& model) : graph_(load(model)), inputs_{at::ones({kRows, 16})} {
    derive(graph_, registry);
    for (const Node* n : graph_.nodes())
      for (const Parameter& p : n->params)
        if (const TensorMeta* m = n->meta.common.args.find(p.name); m && m->format)
          parameters_.emplace_back(registry.create<Format>(m->format), graph_.tensor(p.key));
    executor_ = std::make_unique<Executor>(graph_, registry);
    if (parameters_.size() != 10) throw std::runtime_error("expected 10 quantized parameters");
  }
  double microseconds(int times) {
    QuantizeContext context;
    context.role = Role::weight;
    const double start = cpu_seconds();
    for (int i = 0; i < times; ++i) {
      for (const auto& [format, tensor] : parameters_) format->quantize(tensor, context);
      executor_->run(inputs_);
    }
    return (cpu_seconds() - start) / times * 1e6;
  }

 private:
  Graph graph_;
  Tensors inputs_;
  std::vector<std::pair<std::shared_ptr<Format>, at::Tensor>> parameters_;
  std::unique_ptr<Executor> executor_;
};

struct Searched {
  double cpu_seconds = 0, per_second = 0;
};

Searched search(Registry& registry, const std::string& folder, int trials) {
  const std::string file = folder + "/recipe.yaml";
  std::ofstream(file) << recipe(trials);
  RunOptions options;
  options.recipe = file, options.out = folder + "/run", options.threads = 1, options.quiet = true;
  const double start = cpu_seconds();
  if (run_recipe(registry, options) != 0) throw std::runtime_error("the search failed");
  const double spent = cpu_seconds() - start;
  const Value record = Value::parse_json(read_text(options.out + "/run.json"), "run.json");
  const Map& metrics = record.as_map().at("metrics").as_map();
  if (metrics.at("widths.trials").as_int() != trials) throw std::runtime_error("not every trial was run");
  return {spent, metrics.at("widths.trials_per_second").as_double()};
}

int run(int trials) {
  log::set_level(log::Level::quiet);
  at::set_num_threads(1);
  Registry registry;
  registry.load_folders(plugin_folders({}));
  std::string folder = (fs::temp_directory_path() / "mase_search_rate_XXXXXX").string();
  if (!mkdtemp(folder.data())) throw std::runtime_error("no temporary folder");

  constexpr int kFew = 100;
  search(registry, folder, kFew);  // warms caches, and leaves the graph that the kernels are taken from
  Bare bare(registry, folder + "/run/model");
  bare.microseconds(300);
  // Side by side, and the least disturbed round of each counts: other programs spoil caches.
  constexpr double kNever = 1e9;
  double kernels = kNever, trial = kNever, rate = 0;
  constexpr int kRounds = 10;
  const int more = std::max(1, trials / kRounds);
  for (int i = 0; i < kRounds; ++i) {
    kernels = std::min(kernels, bare.microseconds(1000));
    const Searched few = search(registry, folder, kFew), many = search(registry, folder, kFew + more);
    trial = std::min(trial, 1e6 * (many.cpu_seconds - few.cpu_seconds) / more);  // without what a run costs once
    rate = std::max(rate, many.per_second);
  }
  fs::remove_all(folder);
  std::printf("kernels alone  %8.1f us\nwhole trial    %8.1f us\n", kernels, trial);
  const Value json = Map{{"bench", "search_rate"},
                         {"threads", 1},
                         {"trials", trials},
                         {"rows", kRows},
                         {"kernels_microseconds", kernels},
                         {"trial_microseconds", trial},
                         {"ratio", trial / kernels},
                         {"trials_per_cpu_second", 1e6 / trial},
                         {"trials_per_second", rate}};
  std::printf("%s\n", json.json().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? std::atoi(argv[1]) : 10000);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "search_rate: %s\n", e.what());
    return 1;
  }
}
