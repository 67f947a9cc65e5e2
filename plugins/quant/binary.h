// quant.binary: +1 and -1, or 1 and 0.
#pragma once
#include "level_format.h"

namespace mase::quant {

class Binary final : public LevelFormat {
 public:
  struct Config : CommonFields {
    Config() { clip_gradient = true; }  // where |x| > 1, as in BinaryConnect
    bool bipolar = true;
    bool stochastic = false;
    Rule rule = Rule::standard;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Binary(Config config) : LevelFormat("quant.binary", config, 0), config_(config) {}
  std::vector<int64_t> precision() const override { return {1, config_.stochastic, config_.bipolar}; }

 protected:
  // MASE's {0, alpha}: alpha is the mean magnitude of a sample.
  bool has_scale() const override { return config_.rule == Rule::mase && !config_.bipolar; }
  bool draws() const override { return config_.stochastic; }
  std::vector<Levels> fit(const Grouped& x) const override;
  int64_t code(double value) const override { return value > 0; }
  double unit(int64_t code) const override { return code ? 1 : config_.bipolar ? -1 : 0; }
  int width() const override { return 1; }

 private:
  Config config_;
};

}  // namespace mase::quant
