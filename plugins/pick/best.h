// pick.best: the row with the highest, or lowest, value of one metric.
#pragma once
#include "mase/pick.h"

enum class Direction { maximize, minimize };
template <>
struct mase::EnumNames<Direction> {
  static const std::vector<std::string>& names() {
    static const std::vector<std::string> names = {"maximize", "minimize"};
    return names;
  }
};

class Best final : public mase::Pick {
 public:
  struct Config {
    std::string metric;
    Direction direction = Direction::maximize;
    static void schema(mase::Schema<Config>& s) {
      s.field("metric", &Config::metric, "metric (or parameter) to compare the rows by").required();
      s.field("direction", &Config::direction, "whether the highest or the lowest value is best");
    }
  };
  explicit Best(Config config) : config_(std::move(config)) {}
  size_t choose(const std::vector<mase::Row>& rows, mase::Context& context) override;

 private:
  Config config_;
};
