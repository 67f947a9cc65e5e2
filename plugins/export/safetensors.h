// export.safetensors: the tensors of the graph under their state-dict names.
#pragma once
#include <mase/pass.h>

namespace mase::exporting {

class Safetensors final : public Pass {
 public:
  struct Config {
    Path file{"model.safetensors", {}};
    bool quantized = false;
    static void schema(Schema<Config>& s);
  };
  explicit Safetensors(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  Config config_;
};

}  // namespace mase::exporting
