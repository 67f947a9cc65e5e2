// The integer models of the generators against arithmetic written out here, element by element.
#include <ATen/ops/randint.h>
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "mase/execute.h"
#include "mase/generator.h"
#include "support/fake_context.h"

using namespace mase;

namespace {

// Value of `code` on `to` with ties to even, saturated; in long double, which holds every case here exactly.
int64_t cast(long double value, const FixedPoint& to) {
  const long double scaled = std::ldexp(value, to.frac_width);
  const long double rounded = std::nearbyint(scaled);  // the default mode is to nearest even
  const long double high = std::ldexp(1.0L, to.is_signed ? to.width - 1 : to.width) - 1;
  const long double low = to.is_signed ? -high - 1 : 0;
  return static_cast<int64_t>(std::min(std::max(rounded, low), high));
}

Chosen integer(const FixedPoint& p) {
  return {"quant.integer", {{"width", p.width}, {"frac_width", p.frac_width}, {"is_signed", p.is_signed}}};
}

Codes codes_of(const at::Tensor& elements, const FixedPoint& point) {
  Codes c;
  c.elements = elements, c.point = point;
  return c;
}

at::Tensor random_codes(const Shape& shape, const FixedPoint& p) {
  const int64_t high = int64_t{1} << (p.is_signed ? p.width - 1 : p.width);
  return at::randint(p.is_signed ? -high : 0, high, shape, at::kLong);
}

struct OneNode {
  Graph graph;
  Node* node = nullptr;
  OneNode(const Chosen& op, const Shape& shape) {
    Node& x = add_placeholder(graph, "x", shape);
    node = &add_module(graph, test::registry(), "n", op, {&x}, Random(1));
    add_output(graph, {node});
  }
  TensorMeta& argument(const char* name) { return node->meta.common.args.at(name); }
};

}  // namespace

TEST_CASE("hw.linear sums exactly and casts once, whatever the bias' grid") {
  for (const FixedPoint bias : {FixedPoint{8, 3, true}, FixedPoint{12, 11, true}, FixedPoint{6, -1, true}})
    for (const FixedPoint in : {FixedPoint{8, 4, true}, FixedPoint{5, 2, false}}) {
      const FixedPoint weight{6, 5, true}, out{9, 3, true};
      OneNode one(Chosen("nn.linear", {{"in_features", 7}, {"out_features", 3}}), {1, 7});
      one.argument("data_in_0").format = integer(in), one.argument("weight").format = integer(weight);
      one.argument("bias").format = integer(bias), one.node->meta.common.results[0].format = integer(out);
      derive(one.graph, test::registry());
      const at::Tensor x = random_codes({50, 7}, in), w = random_codes({3, 7}, weight), b = random_codes({3}, bias);
      const auto generator = test::registry().create<Generator>(Chosen("hw.linear"));
      REQUIRE(generator->refuses(*one.node) == "");
      const Codes y = generator->model(*one.node, {codes_of(x, in)}, {codes_of(w, weight), codes_of(b, bias)}).at(0);
      for (int64_t n = 0; n < 50; ++n)
        for (int64_t o = 0; o < 3; ++o) {
          long double sum = std::ldexp(static_cast<long double>(b[o].item<int64_t>()), -bias.frac_width);
          for (int64_t i = 0; i < 7; ++i)
            sum += std::ldexp(static_cast<long double>(x[n][i].item<int64_t>() * w[o][i].item<int64_t>()),
                              -in.frac_width - weight.frac_width);
          REQUIRE(y.elements[n][o].item<int64_t>() == cast(sum, out));
        }
    }
}

TEST_CASE("hw.leaky_relu: the slope as a shift and as a multiplier, exact before the cast") {
  const FixedPoint in{8, 4, true}, out{8, 4, true};
  struct Form {
    double slope;
    const char* form;
  };
  for (const Form form : {Form{0.125, "shift"}, Form{0.125, "multiplier"}, Form{0.3125, "multiplier"}}) {
    OneNode one(Chosen("nn.leaky_relu", {{"negative_slope", form.slope}}), {1, 16});
    one.argument("data_in_0").format = integer(in), one.node->meta.common.results[0].format = integer(out);
    one.node->meta.hardware.map.set("slope", form.form);
    derive(one.graph, test::registry());
    const auto generator = test::registry().create<Generator>(Chosen("hw.leaky_relu"));
    REQUIRE(generator->refuses(*one.node) == "");
    std::vector<int64_t> all;
    for (int64_t c = -128; c < 128; ++c) all.push_back(c);
    const at::Tensor x = at::tensor(all).reshape({16, 16});
    const Codes y = generator->model(*one.node, {codes_of(x, in)}, {}).at(0);
    for (int64_t i = 0; i < 256; ++i) {
      const long double v = std::ldexp(static_cast<long double>(all[static_cast<size_t>(i)]), -4);
      REQUIRE(y.elements.reshape(-1)[i].item<int64_t>() == cast(v < 0 ? v * form.slope : v, out));
    }
  }
}

TEST_CASE("a slope that the hardware cannot have is refused with the nearest one") {
  const FixedPoint in{8, 4, true};
  OneNode one(Chosen("nn.leaky_relu", {{"negative_slope", 0.01}}), {1, 16});
  one.argument("data_in_0").format = integer(in), one.node->meta.common.results[0].format = integer(in);
  derive(one.graph, test::registry());
  const auto generator = test::registry().create<Generator>(Chosen("hw.leaky_relu"));
  CHECK_THAT(generator->refuses(*one.node), Catch::Contains("0.0078125"));
  one.node->meta.hardware.map.set("slope", "shift");
  CHECK_THAT(generator->refuses(*one.node), Catch::Contains("cannot be a shift"));
}

TEST_CASE("a node in floating point is refused with the remedy") {
  OneNode one(Chosen("nn.relu"), {1, 4});
  derive(one.graph, test::registry());
  CHECK_THAT(test::registry().create<Generator>(Chosen("hw.relu"))->refuses(*one.node),
             Catch::Contains("quant.quantize"));
}
