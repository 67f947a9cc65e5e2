// export.onnx: the graph as an ONNX file, in floating point.
#pragma once
#include <mase/pass.h>

namespace mase {

namespace exporting {
enum class OnnxFormatPolicy { refuse, drop };
}
template <>
struct EnumNames<exporting::OnnxFormatPolicy> {
  static const std::vector<std::string>& names();
};

namespace exporting {

class Onnx final : public Pass {
 public:
  struct Config {
    Path file{"model.onnx", {}};
    int64_t opset = 17;
    OnnxFormatPolicy formats = OnnxFormatPolicy::refuse;
    int64_t inside = 1024;
    static void schema(Schema<Config>& s);
  };
  explicit Onnx(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  Config config_;
};

}  // namespace exporting
}  // namespace mase
