// export.qonnx: the graph as an ONNX file whose formats are QONNX's operators.
#pragma once
#include <mase/pass.h>

namespace mase::exporting {

class Qonnx final : public Pass {
 public:
  struct Config {
    Path file{"model.onnx", {}};
    int64_t opset = 17;
    int64_t inside = 1024;
    static void schema(Schema<Config>& s);
  };
  explicit Qonnx(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  Config config_;
};

}  // namespace mase::exporting
