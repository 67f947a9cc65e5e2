// nn.hardtanh: min(max(x, min_val), max_val).
#include <ATen/ops/hardtanh.h>

#include <cmath>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Hardtanh final : public Elementwise {
 public:
  struct Config {
    double min_val = -1.0;
    double max_val = 1.0;
    static void schema(Schema<Config>& s) {
      s.field("min_val", &Config::min_val, "the least result");
      s.field("max_val", &Config::max_val, "the greatest result");
    }
    void check(const Value& v) const {
      if (!std::isfinite(min_val)) throw Error("min_val is not finite", v.loc);
      if (!std::isfinite(max_val)) throw Error("max_val is not finite", v.loc);
      if (min_val >= max_val) throw Error("min_val is not below max_val", v.loc);
    }
  };
  explicit Hardtanh(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::hardtanh(inputs[0], config_.min_val, config_.max_val)};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return clamped_grid(formats, config_.min_val, config_.max_val);
  }

 private:
  Config config_;
};

}  // namespace

void add_hardtanh(Registrar& r) { r.add<Hardtanh>("nn.hardtanh", "Values are limited to min_val and max_val"); }

}  // namespace mase::nn
