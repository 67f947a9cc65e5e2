// The executor on codes: equal to the double witness, exact for wide accumulators, and clear about what it cannot run.
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "mase/execute.h"
#include "support/fake_components.h"

using namespace mase;

namespace {
struct IntegerNet {
  test::FakeComponents components = test::fake_components();
  Graph graph = test::two_layers(components);
  at::Tensor x = at::mul(at::rand({16, 4}), 20) - 10;
  IntegerNet() { test::quantize_all(graph); }
  TensorMeta& arg(const char* node, const char* name) { return graph.at(node).meta.common.args.at(name); }
};
constexpr ExecuteOptions kInteger{Arithmetic::integer};
}  // namespace

TEST_CASE("codes decode to what the double witness computes") {
  IntegerNet n;
  for (const bool has_result_format : {false, true}) {
    if (has_result_format) n.graph.at("fc2").meta.common.results[0].format = test::fixed(7, 2);
    const Tensors codes = Executor(n.graph, n.components, kInteger).run({n.x});
    CHECK(codes[0].scalar_type() == at::kDouble);
    CHECK(at::equal(codes[0], Executor(n.graph, n.components, {Arithmetic::float64}).run({n.x})[0]));
  }
}

TEST_CASE("codes of every node can be seen, the input's included") {
  IntegerNet n;
  Executor executor(n.graph, n.components, kInteger);
  std::map<std::string, Codes> seen;
  executor.observe_codes([&](const Node& node, const std::vector<Codes>& codes) { seen[node.name] = codes.at(0); });
  const std::vector<Codes> out = executor.run_codes({n.x});
  REQUIRE(out[0].point);
  CHECK(at::equal(out[0].elements, seen["fc2"].elements));
  CHECK(seen["x"].point == FixedPoint{8, 4, true});
  CHECK(at::equal(seen["x"].elements, to_codes(n.x, {8, 4, true})));
  CHECK(seen["relu1"].point == FixedPoint{24, 8, true});
  CHECK(seen["relu1"].elements.min().item<int64_t>() >= 0);
}

TEST_CASE("what is missing is named before anything runs") {
  const auto refusal = [](auto change) {
    IntegerNet n;
    change(n);
    return test::error_of([&] { Executor(n.graph, n.components, kInteger); });
  };
  using Catch::Contains;
  CHECK_THAT(refusal([](IntegerNet& n) { n.arg("fc1", "data_in_0").format = {}; }),
             Contains("node 'fc1' (linear) has no format on data_in_0") && Contains("quant.quantize"));
  CHECK_THAT(refusal([](IntegerNet& n) { n.arg("fc2", "weight").format = {}; }), Contains("fc2"));
  CHECK_THAT(
      refusal([](IntegerNet& n) { n.arg("fc2", "weight").format = test::fixed(20, 4); }),
      Contains("node 'fc2' (linear) cannot run on integers: t.rtl_linear refuses it: weights are wider than 16 bits"));
  CHECK_THAT(refusal([](IntegerNet& n) { n.graph.at("relu1").mase_op = "gelu"; }),
             Contains("node 'relu1' (gelu) cannot run on integers: no generator implements gelu"));
  CHECK_THAT(refusal([](IntegerNet& n) { n.graph.at("relu1").meta.hardware.generator = "t.none"; }),
             Contains("no component 't.none'"));
  CHECK_THAT(refusal([](IntegerNet& n) {
               n.arg("fc1", "data_in_0").format = test::fixed(48, 4),
                            n.arg("fc1", "weight").format = test::fixed(16, 4);
             }),
             Contains("node 'fc1' (linear): data_out_0 needs 72 bits"));
}

TEST_CASE("a node's own generator is used") {
  IntegerNet n;
  n.graph.at("fc1").meta.hardware.generator = "t.rtl_linear";
  CHECK_NOTHROW(Executor(n.graph, n.components, kInteger).run({n.x}));
  n.graph.at("fc1").meta.hardware.generator = "t.rtl_relu";  // accepts anything: its model is what runs
  CHECK_THROWS_WITH(Executor(n.graph, n.components, kInteger), Catch::Contains("t.rtl_relu implements relu"));
}

TEST_CASE("casts of accumulators beyond 53 bits are exact") {
  // One weight of 1 on a wide input: the accumulator holds the input's code shifted by the weight's point.
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node& x = add_placeholder(graph, "x", {1});
  Node& fc = add_module(graph, components, "fc", {"t.linear"}, {&x}, Random(1));
  Node& relu = add_module(graph, components, "relu", {"t.relu"}, {&fc}, Random(1));
  add_output(graph, {&relu});
  // Weight 1 + 2^-14 makes a product whose low bits decide between a tie and more than a tie.
  graph.set_tensor("fc.weight", at::tensor({1.0f + std::ldexp(1.0f, -14)}).view({1, 1}));
  graph.set_tensor("fc.bias", at::tensor({0.0f}));
  fc.meta.common.args.at("data_in_0").format = test::fixed(37, 20);
  fc.meta.common.args.at("weight").format = test::fixed(16, 14);
  relu.meta.common.results[0].format = test::fixed(20, 3);
  std::vector<double> values;
  for (int i = 1; i < 60; ++i) values.push_back(1000.0 * i + 0.0625);  // ties of the last grid, before the low bits
  const at::Tensor in = at::tensor(values, at::kDouble).view({-1, 1});
  const Codes out = Executor(graph, components, kInteger).run_codes({in})[0];
  REQUIRE(graph.at("fc").meta.common.results[0].point() == FixedPoint{61, 34, true});
  for (size_t i = 0; i < values.size(); ++i) {
    const __int128 exact = static_cast<__int128>(std::llround(std::ldexp(values[i], 20))) * ((1 << 14) + 1);
    const __int128 step = static_cast<__int128>(1) << (34 - 3), half = step / 2;
    const __int128 below = exact / step, rest = exact % step;
    const __int128 rounded = below + (rest > half || (rest == half && below % 2 != 0) ? 1 : 0);
    const int64_t expected = static_cast<int64_t>(std::min<__int128>(rounded, (1 << 19) - 1));
    CHECK(out.elements[static_cast<int64_t>(i)][0].item<int64_t>() == expected);
  }
}

TEST_CASE("a cast that no double can carry is refused at set-up") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node& x = add_placeholder(graph, "x", {1});
  Node& fc = add_module(graph, components, "fc", {"t.linear"}, {&x}, Random(1));
  Node& next = add_module(graph, components, "next", {"t.linear"}, {&fc}, Random(1));
  add_output(graph, {&next});
  fc.meta.common.args.at("data_in_0").format = test::fixed(37, 0);
  fc.meta.common.args.at("weight").format = test::fixed(16, 0);
  next.meta.common.args.at("data_in_0").format = test::fixed(8, 4);
  next.meta.common.args.at("weight").format = test::fixed(8, 4);
  CHECK_THROWS_WITH(Executor(graph, components, kInteger),
                    Catch::Contains("next.data_in_0 comes in 61 bits (Q61.0) and cannot be cast exactly to Q4.4"));
}
