// export.torch_state_dict: the tensors of the graph as torch.save writes a state dict.
#pragma once
#include <mase/pass.h>

namespace mase::exporting {

class TorchStateDict final : public Pass {
 public:
  struct Config {
    Path file{"model.pt", {}};
    bool quantized = false;
    static void schema(Schema<Config>& s);
  };
  explicit TorchStateDict(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  Config config_;
};

}  // namespace mase::exporting
