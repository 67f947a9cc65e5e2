// nn.clamp: min(max(x, min), max), with either limit or both.
#include <ATen/ops/clamp.h>

#include <cmath>

#include "grid.h"
#include "nn.h"
#include "number.h"

namespace mase::nn {
namespace {

class Clamp final : public Elementwise {
 public:
  struct Config {
    std::optional<Number> min;
    std::optional<Number> max;
    static void schema(Schema<Config>& s) {
      s.field("min", &Config::min, "the least result; null: no limit");
      s.field("max", &Config::max, "the greatest result; null: no limit");
    }
    void check(const Value& v) const {
      if (!min && !max) throw Error("found neither min nor max, expected at least one of them", v.loc);
      for (const auto& limit : {min, max})
        if (limit && std::isnan(limit->real)) throw Error("a limit is not a number", v.loc);
      if (min && max && min->real > max->real)
        throw Error("min is " + min->value().json() + ", above max, which is " + max->value().json(), v.loc);
    }
  };
  explicit Clamp(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const auto limit = [](const std::optional<Number>& n) {
      return n ? std::optional<at::Scalar>(n->scalar()) : std::nullopt;
    };
    return {at::clamp(inputs[0], limit(config_.min), limit(config_.max))};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.inputs.empty() || !formats.inputs[0]) return std::nullopt;
    const FixedPoint& point = *formats.inputs[0];
    // A limit beyond the grid's end, or none, is the end.
    double low = point.low(), high = point.high();
    if (config_.min && config_.min->real > low) low = config_.min->real;
    if (config_.max && config_.max->real < high) high = config_.max->real;
    return low <= high ? clamped_grid(formats, low, high) : std::nullopt;
  }

 private:
  Config config_;
};

}  // namespace

void add_clamp(Registrar& r) { r.add<Clamp>("nn.clamp", "Values are limited to min, to max or to both"); }

}  // namespace mase::nn
