// quant.bipolar: +s and -s, with scales that the recipe gives.
#pragma once
#include "level_format.h"

namespace mase::quant {

// +s where x >= 0 (zeros of both signs), else -s: QONNX's BipolarQuant. s is a float32, one for the tensor or one per
// index of `axis`. Codes: 1 and 0, and s. Storage: a bit an element, 32 a scale.
class Bipolar final : public LevelFormat {
 public:
  struct Config : CommonFields {
    Config() { clip_gradient = true; }  // where |x| > 1, as quant.binary
    std::vector<double> scale = {1};
    int axis = 0;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Bipolar(Config config) : LevelFormat("quant.bipolar", config, config.axis), config_(std::move(config)) {}
  std::vector<int64_t> precision() const override { return {1}; }

 protected:
  bool has_scale() const override { return true; }
  bool fits_values() const override { return false; }
  Groups groups(at::IntArrayRef sizes) const override;
  std::vector<Levels> fit(const Grouped& x) const override;
  int64_t code(double value) const override { return value > 0; }
  double unit(int64_t code) const override { return code ? 1 : -1; }
  int width() const override { return 1; }

 private:
  Config config_;
};

}  // namespace mase::quant
