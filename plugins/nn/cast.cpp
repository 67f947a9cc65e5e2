// nn.cast: the input's values in another type.
#include "nn.h"

namespace mase::nn {

enum class Dtype { float32, float64, float16, bfloat16, int64, int32, int16, int8, uint8, boolean };

}  // namespace mase::nn

namespace mase {

template <>
struct EnumNames<nn::Dtype> {
  static const std::vector<std::string>& names() {
    static const std::vector<std::string> kNames{"float32", "float64", "float16", "bfloat16", "int64",
                                                 "int32",   "int16",   "int8",    "uint8",    "bool"};
    return kNames;
  }
};

}  // namespace mase

namespace mase::nn {
namespace {

at::ScalarType scalar_type(Dtype dtype) {
  constexpr at::ScalarType kTypes[] = {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong,
                                       at::kInt,   at::kShort,  at::kChar, at::kByte,     at::kBool};
  return kTypes[static_cast<size_t>(dtype)];
}

class Cast final : public Op {
 public:
  struct Config {
    Dtype dtype = Dtype::float32;
    static void schema(Schema<Config>& s) { s.field("dtype", &Config::dtype, "the type of the result").required(); }
  };
  explicit Cast(Config c) : config_(c) {}

  // In double arithmetic whatever becomes or is floating point is float64: the witness shows the model without
  // rounding errors, so that a cast of a double to float32, or to float16, leaves it as it is.
  Tensors forward(const Tensors& inputs, Tensors&, OpContext& context) const override {
    const at::ScalarType wanted = scalar_type(config_.dtype);
    return {inputs[0].to(context.witness && c10::isFloatingType(wanted) ? at::kDouble : wanted)};
  }
  // float32 and float64 hold the values of a grid as they are.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    const bool exact = config_.dtype == Dtype::float32 || config_.dtype == Dtype::float64;
    return exact && !formats.inputs.empty() ? formats.inputs[0] : std::nullopt;
  }

 private:
  Config config_;
};

}  // namespace

void add_cast(Registrar& r) { r.add<Cast>("nn.cast", "The values of the input in another type"); }

}  // namespace mase::nn
