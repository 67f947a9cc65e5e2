// Formats as QONNX's operators: Quant, BipolarQuant, FloatQuant.
#pragma once
#include <map>
#include <string>
#include <utility>

#include "onnx_export.h"
#include "weights.h"

namespace mase::exporting {

// One operator of QONNX with its inputs behind the value.
struct QonnxOperator {
  std::string name;
  Tensors inputs;
  OnnxAttributes attributes;
};

// What states `format` exactly; NoCounterpart says why nothing does. `tensor` is a parameter's value, or zeros of an
// activation's shape, whose scale then has to be stored.
QonnxOperator qonnx_operator(const Weight& tensor, const Map& fields, bool is_parameter);

class QonnxFormats final : public OnnxFormats {
 public:
  explicit QonnxFormats(Context& context);
  std::string activation(OnnxWriter& out, const Node& node, const TensorMeta& tensor, const std::string& value,
                         const std::string& wanted) override;
  std::string parameter(OnnxWriter& out, const Node& node, const Parameter& parameter,
                        const std::string& value) override;
  // Error that names every tensor whose format QONNX cannot state.
  void check() const;

 private:
  // `parameter` is null for arguments and results. A bias that its format leaves as it is may stay without an operator:
  // who reads it gives it a format that holds it.
  std::string add(OnnxWriter& out, const std::string& place, const Weight& tensor, const Parameter* parameter,
                  const std::string& value);

  Components& components_;
  std::map<std::string, const ComponentInfo*> infos_;
  std::map<std::pair<std::string, std::string>, std::string> known_;  // value and format to the result
  std::vector<std::string> problems_;
};

}  // namespace mase::exporting
