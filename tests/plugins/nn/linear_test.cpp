// nn.linear against sums written out here.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.linear is x times the transposed weight plus the bias") {
  OneOp fc("nn.linear", {{"out_features", 3}}, {{1, 5}});
  const at::Tensor x = values({4, 5}), y = fc(x);
  REQUIRE(y.sizes() == at::IntArrayRef{4, 3});
  for (int64_t n = 0; n < 4; ++n)
    for (int64_t o = 0; o < 3; ++o) {
      double sum = element(fc.params[1], {o});
      for (int64_t i = 0; i < 5; ++i) sum += element(x, {n, i}) * element(fc.params[0], {o, i});
      CHECK(element(y, {n, o}) == Approx(sum).margin(1e-6));
    }
  CHECK(fc.resolved.at("in_features") == Value(5));
  CHECK(greatest_difference(fc(x.view({2, 2, 5})).view({4, 3}), y) == 0);
}

TEST_CASE("nn.linear without a bias has one parameter") {
  OneOp fc("nn.linear", {{"out_features", 2}, {"bias", false}}, {{1, 3}});
  CHECK(fc.params.size() == 1);
  CHECK(fc.op->parameters().size() == 1);
  CHECK(fc(at::zeros({1, 3})).abs().max().item<float>() == 0);
}

TEST_CASE("nn.linear starts as PyTorch's does: uniform within 1/sqrt(in_features)") {
  OneOp fc("nn.linear", {{"out_features", 200}}, {{1, 100}});
  for (const at::Tensor& p : fc.params) {
    CHECK(p.abs().max().item<float>() <= 0.1f);
    CHECK(p.abs().max().item<float>() > 0.095f);
  }
  CHECK(std::abs(fc.params[0].mean().item<float>()) < 0.002f);
  CHECK(fc.params[0].std().item<float>() == Approx(0.1 / std::sqrt(3.0)).epsilon(0.02));
  CHECK(at::equal(fc.params[0], OneOp("nn.linear", {{"out_features", 200}}, {{1, 100}}).params[0]));
  CHECK_FALSE(at::equal(fc.params[0], OneOp("nn.linear", {{"out_features", 200}}, {{1, 100}}, 2).params[0]));
}

TEST_CASE("nn.linear's accumulator is the least that holds every sum") {
  const OneOp with("nn.linear", {{"out_features", 2}}, {{1, 7}});
  for (const FixedPoint in : {FixedPoint{4, 2, true}, FixedPoint{3, 0, false}, FixedPoint{1, 0, false}})
    for (const FixedPoint weight : {FixedPoint{5, 3, true}, FixedPoint{2, 4, false}}) {
      const auto code = [](const FixedPoint& p, double v) { return static_cast<int64_t>(std::ldexp(v, p.frac_width)); };
      int64_t low = INT64_MAX, high = INT64_MIN;
      for (int64_t a = code(in, in.low()); a <= code(in, in.high()); ++a)
        for (int64_t w = code(weight, weight.low()); w <= code(weight, weight.high()); ++w)
          low = std::min(low, a * w), high = std::max(high, a * w);
      const int frac = in.frac_width + weight.frac_width;
      CHECK(with.grid({in}, {weight, std::nullopt}) == least_grid(7 * low, 7 * high, frac));
      const FixedPoint bias{6, frac - 2, true};  // two bits coarser
      CHECK(with.grid({in}, {weight, bias}) == least_grid(7 * low - 32 * 4, 7 * high + 31 * 4, frac));
      const FixedPoint fine{6, frac + 3, true};  // finer than the products
      CHECK(with.grid({in}, {weight, fine}) == least_grid(7 * low * 8 - 32, 7 * high * 8 + 31, frac + 3));
    }
  CHECK(with.grid({FixedPoint{8, 4, true}}, {FixedPoint{8, 4, true}, std::nullopt})->width == 18);  // 7 * 2^14 < 2^17
  CHECK_FALSE(with.grid({std::nullopt}, {FixedPoint{8, 4, true}, std::nullopt}));
  CHECK_FALSE(with.grid({FixedPoint{8, 4, true}}, {std::nullopt, std::nullopt}));
  CHECK(with.grid({FixedPoint{64, 0, true}}, {FixedPoint{64, 0, true}, std::nullopt})->width > 62);
}

TEST_CASE("nn.linear refuses inputs and configurations that do not fit") {
  CHECK_THAT(error_of([] {
               OneOp("nn.linear", {{"out_features", 2}, {"in_features", 4}}, {{1, 5}});
             }),
             Catch::Contains("in_features is 4, but the input has 5"));
  CHECK_THAT(error_of([] { OneOp("nn.linear", {}, {{1, 5}}); }), Catch::Contains("missing 'out_features'"));
  CHECK_THAT(error_of([] {
               OneOp("nn.linear", {{"out_features", 2}}, {{5}});
             }),
             Catch::Contains("expected [batch, ..., in_features]"));
}

TEST_CASE("nn.linear's cost is one multiplication per weight and sample") {
  const OneOp fc("nn.linear", {{"out_features", 3}}, {{1, 5}});
  CHECK(fc.op->cost({{9, 5}}, {{9, 3}}).macs == 15);
  CHECK(fc.op->cost({{9, 5}}, {{9, 3}}).operations == 3);
  CHECK(fc.op->cost({{9, 2, 5}}, {{9, 2, 3}}).macs == 30);
}
