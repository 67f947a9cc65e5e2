// quant.ternary: -a, 0 and +a, by a threshold on the magnitude.
#pragma once
#include "level_format.h"

namespace mase {

namespace quant {
enum class TernaryThreshold { mean, median, max };
}
template <>
struct EnumNames<quant::TernaryThreshold> {
  static const std::vector<std::string>& names();
};

namespace quant {

class Ternary final : public LevelFormat {
 public:
  struct Config : CommonFields {
    TernaryThreshold threshold = TernaryThreshold::mean;
    bool scaling_factor = true;
    std::optional<int> axis = 0;
    Rule rule = Rule::standard;
    static void schema(Schema<Config>& s);
  };
  explicit Ternary(Config config) : LevelFormat("quant.ternary", config, config.axis), config_(config) {}
  std::vector<int64_t> precision() const override { return {2, config_.scaling_factor}; }

 protected:
  bool has_scale() const override { return true; }
  std::vector<Levels> fit(const Grouped& x) const override;
  int64_t code(double value) const override { return (value > 0) - (value < 0); }
  double unit(int64_t code) const override { return static_cast<double>(code); }
  int width() const override { return 2; }

 private:
  std::vector<double> thresholds(const Grouped& x) const;

  Config config_;
};

}  // namespace quant
}  // namespace mase
