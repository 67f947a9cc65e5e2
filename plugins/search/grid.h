// search.grid: the product of the domains' values, or of `values:` given for some, in a shuffled order.
#pragma once
#include "enumeration.h"

class GridSampler final : public mase::Sampler {
 public:
  struct Config {
    std::map<std::string, mase::List> values;
    static void schema(mase::Schema<Config>& s) {
      s.field("values", &Config::values,
              "values to try, by parameter name or the end of one; all values of the parameters not named");
    }
  };
  explicit GridSampler(Config config) : config_(std::move(config)) {}
  void begin(const mase::Space& space, const std::vector<mase::Objective>& objectives, uint64_t seed) override;
  std::optional<mase::Point> ask(const mase::Request& request, const std::vector<mase::Trial>& history) override;
  void check(const mase::Space& space) const override;
  bool unbounded() const override { return false; }

 private:
  Enumeration points(const mase::Space& space) const;

  Config config_;
  Enumeration points_;
  uint64_t seed_ = 0;
};
