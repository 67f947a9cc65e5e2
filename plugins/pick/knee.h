// pick.knee: the row where y has all but stopped to change with x - the smallest weighted derivative.
#pragma once
#include "mase/pick.h"

class Knee final : public mase::Pick {
 public:
  struct Config {
    std::string x, y;
    double weight = 1;
    static void schema(mase::Schema<Config>& s) {
      s.field("x", &Config::x, "what is paid: a parameter or metric, such as the width").required();
      s.field("y", &Config::y, "what is gained: a metric, such as the accuracy").required();
      s.field("weight", &Config::weight,
              "the derivative is multiplied by |x| to this power: 0 compares slopes alone, "
              "more prefers the cheaper of two equally flat places")
          .range(0, 8);
    }
  };
  explicit Knee(Config config) : config_(std::move(config)) {}
  size_t choose(const std::vector<mase::Row>& rows, mase::Context& context) override;

 private:
  Config config_;
};
