// nn.masked_fill: the input, with one value where the mask is true.
#include <ATen/ops/masked_fill.h>

#include <cmath>

#include "grid.h"
#include "nn.h"
#include "number.h"

namespace mase::nn {
namespace {

class MaskedFill final : public Elementwise {
 public:
  struct Config {
    Number value;
    static void schema(Schema<Config>& s) {
      s.field("value", &Config::value, "what stands where the mask is true").required();
    }
  };
  explicit MaskedFill(Config c) : config_(std::move(c)) {}

  std::pair<int, int> arity() const override { return {2, 2}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::masked_fill(inputs[0], inputs[1].to(at::kBool), config_.value.scalar())};
  }
  // The least grid that holds the input's values and the one that is filled in, if that lies on it.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.inputs.empty() || !formats.inputs[0]) return std::nullopt;
    const int frac_width = formats.inputs[0]->frac_width;
    const double code = std::ldexp(config_.value.real, frac_width);
    if (std::trunc(code) != code || std::abs(code) >= 0x1p60) return std::nullopt;
    const auto filled = static_cast<int64_t>(code);
    const CodeRange value = CodeRange(FixedPoint{62, frac_width, true}).clamped(filled, filled);
    return CodeRange(*formats.inputs[0]).joined(value).grid();
  }

 private:
  Config config_;
};

}  // namespace

void add_masked_fill(Registrar& r) {
  r.add<MaskedFill>("nn.masked_fill", "The first input, with one value where the second is true");
}

}  // namespace mase::nn
