// hw.map: wishes per node, honoured or refused by hw.add_hardware_metadata.
#pragma once
#include "mase/pass.h"

namespace mase::hw {

struct MapPass final : Pass {
  struct Config {
    std::vector<int64_t> max_parallelism;
    std::string slope;
    std::optional<int> slope_width, slope_frac_width;
    std::string module;
    std::vector<std::string> sources;
    int latency = 0;
    static void schema(Schema<Config>& s) {
      s.field("max_parallelism", &Config::max_parallelism,
              "most elements per beat in each dimension of these nodes, highest dimension first; empty: the design's")
          .range(1, 4096);
      s.field("slope", &Config::slope,
              "leaky_relu: the negative slope as a shift (2^-n) or as a multiplier; empty: the cheapest exact form")
          .one_of({"", "shift", "multiplier"});
      s.field("slope_width", &Config::slope_width,
              "leaky_relu: bits of the multiplier's slope; stating it accepts a rounded slope")
          .range(2, 32)
          .unit("bits");
      s.field("slope_frac_width", &Config::slope_frac_width, "leaky_relu: fractional bits of the multiplier's slope")
          .range(0, 31)
          .unit("bits");
      s.field("module", &Config::module,
              "a SystemVerilog module of your own with the generator's parameters and ports");
      s.field("sources", &Config::sources, "the files of that module, relative to the recipe");
      s.field("latency", &Config::latency, "cycles of that module from the first input beat to the first output beat")
          .range(0, 1000000)
          .unit("cycles");
    }
    void check(const Value& v) const {
      if (module.empty() != sources.empty())
        throw Error(module.empty() ? "'sources' without 'module'" : "'module' without 'sources'", v.loc,
                    "an own module needs both: its name and its files");
    }
  };
  explicit MapPass(Config c) : config(std::move(c)) {}
  void run(Graph& graph, Context& context) override;
  Config config;
};

}  // namespace mase::hw
