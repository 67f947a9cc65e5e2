// quant.minifloat_mx: MASE's outputs, the oracles' finite and IEEE-like formats.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

TEST_CASE("quant.minifloat_mx returns what MASE returns under rule: mase") {
  CHECK(broken_mase_row("mase_minifloat_mx.npy", "minifloat_mx", "quant.minifloat_mx", 13) == "");
}

TEST_CASE("quant.minifloat_mx is the oracles' formats") {
  for (const auto& [oracle, exponent, fraction, finite] :
       std::vector<std::tuple<std::string, int, int, bool>>{{"ocp_e5m2", 5, 2, false},
                                                            {"ocp_e3m2", 3, 2, true},
                                                            {"ocp_e2m3", 2, 3, true},
                                                            {"ocp_e2m1", 2, 1, true},
                                                            {"ieee_e3m4", 3, 4, false},
                                                            {"ieee_e4m3", 4, 3, false},
                                                            {"ieee_e3m3", 3, 3, false},
                                                            {"ieee_e4m2", 4, 2, false},
                                                            {"ieee_e3m2", 3, 2, false},
                                                            {"ieee_e2m3", 2, 3, false}}) {
    INFO(oracle);
    CHECK(broken_oracle(oracle, "quant.minifloat_mx",
                        {{"exp_bits", exponent}, {"frac_bits", fraction}, {"is_finite", finite}}) == "");
  }
}

TEST_CASE("quant.minifloat_mx keeps codes and values together") {
  CHECK(broken_property("quant.minifloat_mx", {}) == "");
  CHECK(broken_property("quant.minifloat_mx", {{"is_finite", false}, {"overflow", "to_infinity"}}) == "");
  CHECK(broken_property("quant.minifloat_mx", {{"exp_bits", 8}, {"frac_bits", 21}}) == "");
  CHECK(broken_code("quant.minifloat_mx", {{"is_finite", false}}, 8) == "");
  CHECK(broken_draws("quant.minifloat_mx", {{"rounding", "stochastic"}}, -2.3f) == "");
  CHECK(broken_gradient("quant.minifloat_mx", {{"exp_bits", 2}, {"frac_bits", 1}}, 6) == "");
}

TEST_CASE("quant.minifloat_mx knows MASE's names of roundings") {
  const Map e2m1 = {{"exp_bits", 2}, {"frac_bits", 1}};
  const auto with = [&](const char* mode) {
    Map fields = e2m1;
    fields["round_mode"] = mode;
    return quantized(*make_format("quant.minifloat_mx", fields), {2.4f, -2.4f});
  };
  CHECK(with("rn") == std::vector<double>{2, -2});
  CHECK(with("rz") == std::vector<double>{2, -2});
  CHECK(with("ru") == std::vector<double>{3, -2});
  CHECK(with("rd") == std::vector<double>{2, -3});
  CHECK_THROWS_WITH(make_format("quant.minifloat_mx", {{"round_mode", "ru"}, {"rounding", "floor"}}),
                    Catch::Contains("leave out one"));
}
