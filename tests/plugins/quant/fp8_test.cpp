// quant.fp8: the oracles' tables of every variant.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

TEST_CASE("quant.fp8 is the oracles' format of each name") {
  for (const auto& [variant, oracle] : std::vector<std::pair<const char*, const char*>>{{"e4m3fn", "ocp_e4m3"},
                                                                                        {"e5m2", "ocp_e5m2"},
                                                                                        {"e4m3fnuz", "fnuz_e4m3"},
                                                                                        {"e5m2fnuz", "fnuz_e5m2"},
                                                                                        {"e4m3b11fnuz", "fnuz_e4m3b11"},
                                                                                        {"e4m3", "ieee_e4m3"},
                                                                                        {"e3m4", "ieee_e3m4"}}) {
    INFO(variant);
    CHECK(broken_oracle(oracle, "quant.fp8", {{"variant", variant}}) == "");
    CHECK(broken_property("quant.fp8", {{"variant", variant}}) == "");
    CHECK(broken_code("quant.fp8", {{"variant", variant}}, 8) == "");
  }
}

TEST_CASE("quant.fp8 saturates at 448, trains and draws") {
  const auto f = make_format("quant.fp8", {});
  CHECK(quantized(*f, {1000, -1000, 464, 1.06f}) == std::vector<double>{448, -448, 448, 1});
  CHECK(f->precision() == std::vector<int64_t>{8, 4, 3});
  CHECK(broken_gradient("quant.fp8", {}, 448) == "");
  CHECK(broken_draws("quant.fp8", {{"rounding", "stochastic"}}, 0.3f) == "");
  CHECK_THROWS_WITH(make_format("quant.fp8", {{"variant", "e4m3fun"}}), Catch::Contains("e4m3fn"));
}
