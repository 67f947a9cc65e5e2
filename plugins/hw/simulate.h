// hw.simulate: the emitted design against the integer model, word by word.
#pragma once
#include "mase/pass.h"

namespace mase::hw {

struct Simulate final : Pass {
  struct Config {
    int64_t samples = 0;
    std::string split;
    double stall = 0.5;
    std::string waves = "none";
    static void schema(Schema<Config>& s) {
      s.field("samples", &Config::samples, "samples to simulate, from the split's first; 0 means all").range(0, 1e9);
      s.field("split", &Config::split, "split of the data; empty: test, or validation inside a search");
      s.field("stall", &Config::stall,
              "probability that an input is withheld or an output refused, per cycle, in the second pass")
          .range(0, 0.99);
      s.field("waves", &Config::waves, "wave file written to hardware/sim").one_of({"none", "fst", "vcd"});
    }
  };
  explicit Simulate(Config c) : config(std::move(c)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }
  std::vector<MetricInfo> metrics() const override;
  Config config;
};

}  // namespace mase::hw
