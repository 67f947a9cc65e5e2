// nn.div: the quotient of two inputs, exact or rounded to integers.
#include <ATen/ops/div.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/masked_fill.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/result_type.h>
#include <ATen/ops/where.h>

#include "nn.h"

namespace mase::nn {

enum class RoundingMode { none, floor, trunc };

}  // namespace mase::nn

namespace mase {

template <>
struct EnumNames<nn::RoundingMode> {
  static const std::vector<std::string>& names() {
    static const std::vector<std::string> kNames{"none", "floor", "trunc"};
    return kNames;
  }
};

}  // namespace mase

namespace mase::nn {
namespace {

// Division of the least integer by -1 stops the processor: its quotient, too, is the negative, which wraps around.
at::Tensor truncated_quotient(const at::Tensor& a, const at::Tensor& b) {
  const at::ScalarType type = at::result_type(a, b);
  if (!c10::isIntegralType(type, true) || !c10::isSignedType(type)) return at::div(a, b, "trunc");
  const at::Tensor divisor = b.to(type), is_minus_one = at::eq(divisor, -1);
  return at::where(is_minus_one, at::neg(a.to(type)), at::div(a, at::masked_fill(divisor, is_minus_one, 1), "trunc"));
}

class Div final : public Elementwise {
 public:
  struct Config {
    RoundingMode rounding_mode = RoundingMode::none;
    static void schema(Schema<Config>& s) {
      s.field("rounding_mode", &Config::rounding_mode,
              "none: the quotient itself; floor: the next integer below; trunc: the next integer towards zero");
    }
  };
  explicit Div(Config c) : config_(c) {}

  std::pair<int, int> arity() const override { return {2, 2}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const at::Tensor &a = inputs[0], &b = inputs[1];
    if (config_.rounding_mode == RoundingMode::none) return {at::div(a, b)};
    if (config_.rounding_mode == RoundingMode::floor) return {at::div(a, b, "floor")};
    return {truncated_quotient(a, b)};
  }

 private:
  Config config_;
};

}  // namespace

void add_div(Registrar& r) { r.add<Div>("nn.div", "Quotient of two inputs"); }

}  // namespace mase::nn
