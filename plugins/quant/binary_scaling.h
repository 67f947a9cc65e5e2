// quant.binary_scaling: +a and -a, a the mean magnitude of a channel (XNOR-Net).
#pragma once
#include "level_format.h"

namespace mase::quant {

class BinaryScaling final : public LevelFormat {
 public:
  struct Config : CommonFields {
    Config() { clip_gradient = true; }  // where |x| > 1
    std::optional<int> axis = 0;
    static void schema(Schema<Config>& s);
  };
  explicit BinaryScaling(Config config) : LevelFormat("quant.binary_scaling", config, config.axis) {}
  std::vector<int64_t> precision() const override { return {1}; }

 protected:
  bool has_scale() const override { return true; }
  std::vector<Levels> fit(const Grouped& x) const override;
  int64_t code(double value) const override;
  double unit(int64_t code) const override { return code ? 1 : -1; }
  int width() const override { return 1; }
};

}  // namespace mase::quant
