// hw.emit: writes the design of a graph to hardware/rtl.
#pragma once
#include "mase/pass.h"

namespace mase::hw {

struct Emit final : Pass {
  struct Config {
    std::string top = "top";
    static void schema(Schema<Config>& s) { s.field("top", &Config::top, "name of the top module"); }
    void check(const Value& v) const;
  };
  explicit Emit(Config c) : config(std::move(c)) {}
  void run(Graph& graph, Context& context) override;
  std::vector<MetricInfo> metrics() const override {
    return {{"instances", "1", MetricInfo::Direction::none, false, "instances in the top module"}};
  }
  Config config;
};

}  // namespace mase::hw
