// hw.add_hardware_metadata, callable by hw.emit too.
#pragma once
#include "mase/pass.h"

namespace mase::hw {

// Fills node.meta.hardware of every node. Error naming the node that no generator accepts, and why.
void add_hardware_metadata(Graph& graph, Components& components, const std::vector<int64_t>& max_parallelism);

struct AddHardwareMetadata final : Pass {
  struct Config {
    std::vector<int64_t> max_parallelism{4, 4, 4, 4};
    static void schema(Schema<Config>& s) {
      s.field(
           "max_parallelism", &Config::max_parallelism,
           "most elements per beat in each dimension, highest dimension first; the largest divisor within it is taken")
          .range(1, 4096);
    }
  };
  explicit AddHardwareMetadata(Config c) : config(std::move(c)) {}
  void run(Graph& graph, Context& context) override;
  Config config;
};

}  // namespace mase::hw
