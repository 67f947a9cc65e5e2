// quant.minifloat_ieee: MASE's outputs, the oracles' finite formats, properties.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

TEST_CASE("quant.minifloat_ieee returns what MASE returns under rule: mase") {
  CHECK(broken_mase_row("mase_minifloat_ieee.npy", "minifloat_ieee", "quant.minifloat_ieee", 16) == "");
}

TEST_CASE("quant.minifloat_ieee is the oracles' finite_eXmY") {
  for (const auto& [oracle, width, exponent] : std::vector<std::tuple<std::string, int, int>>{{"finite_e4m3", 8, 4},
                                                                                              {"finite_e5m2", 8, 5},
                                                                                              {"finite_e3m4", 8, 3},
                                                                                              {"finite_e2m5", 8, 2},
                                                                                              {"finite_e1m6", 8, 1},
                                                                                              {"finite_e6m1", 8, 6},
                                                                                              {"finite_e3m3", 7, 3},
                                                                                              {"finite_e2m2", 5, 2},
                                                                                              {"finite_e3m1", 5, 3},
                                                                                              {"finite_e3m0", 4, 3},
                                                                                              {"finite_e1m2", 4, 1},
                                                                                              {"finite_e2m4", 7, 2}}) {
    INFO(oracle);
    CHECK(broken_oracle(oracle, "quant.minifloat_ieee", {{"width", width}, {"exponent_width", exponent}}) == "");
  }
  CHECK(broken_oracle("finite_e4m3_b4", "quant.minifloat_ieee", {{"exponent_bias", 4}}) == "");
  CHECK(broken_oracle("finite_e4m3_b15", "quant.minifloat_ieee", {{"exponent_bias", 15}}) == "");
}

TEST_CASE("quant.minifloat_ieee has the other kinds too") {
  CHECK(broken_oracle("ocp_e4m3", "quant.minifloat_ieee", {{"kind", "fn"}}) == "");
  CHECK(broken_oracle("fnuz_e4m3", "quant.minifloat_ieee", {{"kind", "fnuz"}, {"exponent_bias", 8}}) == "");
  CHECK(broken_oracle("ieee_e4m3", "quant.minifloat_ieee", {{"kind", "ieee"}}) == "");
  CHECK_THROWS_WITH(make_format("quant.minifloat_ieee", {{"kind", "ieee"}, {"exponent_width", 1}}),
                    Catch::Contains("at least 2"));
}

TEST_CASE("quant.minifloat_ieee keeps codes and values together at every rounding and overflow") {
  for (const char* rounding : {"nearest_even", "floor", "toward_zero", "nearest_away", "ceil", "nearest_toward_zero",
                               "nearest_up", "nearest_down", "away_from_zero"})
    for (const char* overflow : {"saturate", "saturate_to_zero"}) {
      INFO(rounding << " " << overflow);
      const bool monotone = std::string(overflow) == "saturate";
      CHECK(broken_property("quant.minifloat_ieee", {{"rounding", rounding}, {"overflow", overflow}}, monotone) == "");
    }
  CHECK(broken_property("quant.minifloat_ieee", {{"width", 16}, {"exponent_width", 8}}) == "");  // beyond float32
  CHECK(broken_property("quant.minifloat_ieee", {{"width", 4}, {"exponent_width", 3}, {"exponent_bias", 100}}) == "");
  CHECK(broken_property("quant.minifloat_ieee", {{"width", 32}, {"exponent_width", 5}}) == "");
  for (int exponent = 1; exponent <= 7; ++exponent) {
    INFO(exponent);
    CHECK(broken_code("quant.minifloat_ieee", {{"exponent_width", exponent}}, 8) == "");
  }
}

TEST_CASE("quant.minifloat_ieee draws, trains and calibrates") {
  CHECK(broken_draws("quant.minifloat_ieee", {{"rounding", "stochastic"}}, 1.03f) == "");
  CHECK(broken_draws("quant.minifloat_ieee", {{"rounding", "stochastic"}}, 0.0007f) == "");  // below the normal ones
  CHECK(broken_gradient("quant.minifloat_ieee", {}, 480) == "");
  const auto f = make_format("quant.minifloat_ieee", {});
  CHECK(f->precision() == std::vector<int64_t>{8, 4, 7});
  CHECK(f->bits({3, 5}) == 120);
  mase::CalibrationData data;
  data.samples = tensor_of({0.1f, -0.9f, 0.5f});
  for (const char* method : {"min_max", "percentile", "mse", "entropy"}) {
    data.method = method;
    const auto fields = f->calibrate(data).as_map();
    INFO(method);
    const auto bias = fields.at("exponent_bias").as_int();
    CHECK(bias >= 16);  // 0.9 <= 1.875 * 2^(15 - 16)
    if (std::string(method) == "min_max") CHECK(bias == 16);
  }
}

TEST_CASE("quant.minifloat_ieee refuses what it has not") {
  CHECK_THROWS_WITH(make_format("quant.minifloat_ieee", {{"width", 4}, {"exponent_width", 4}}),
                    Catch::Contains("expected at least 0"));
  CHECK_THROWS_WITH(make_format("quant.minifloat_ieee", {{"overflow", "to_infinity"}}), Catch::Contains("finite"));
  CHECK_THROWS_WITH(make_format("quant.minifloat_ieee", {{"overflow", "wrap"}}), Catch::Contains("wrap"));
  CHECK_THROWS_WITH(make_format("quant.minifloat_ieee", {{"rule", "mase"}, {"rounding", "floor"}}),
                    Catch::Contains("nearest_even"));
}
