// The executor in floating point: where formats apply, training, buffers, streams and messages.
#include "mase/execute.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "support/fake_components.h"

using namespace mase;

namespace {

// Nearest multiple of 2^-frac within `width` bits, ties to even: written without the code under test.
at::Tensor grid(const at::Tensor& x, int width, int frac) {
  const double scale = std::ldexp(1.0, frac), top = std::ldexp(1.0, width - 1);
  return at::mul(at::clamp(at::round(at::mul(x, scale)), -top, top - 1), 1 / scale);
}

struct Net {
  test::FakeComponents components = test::fake_components();
  Graph graph = test::two_layers(components);
  at::Tensor x = at::mul(at::rand({6, 4}), 3) - 1.5;
  at::Tensor t(const char* key) const { return graph.tensor(key); }
};

}  // namespace

TEST_CASE("a node without the inputs that its operator takes is refused, not run") {
  Net n;
  Node& relu = n.graph.at("relu1");
  relu.args.clear();
  CHECK(test::error_of([&] { Executor executor(n.graph, n.components); }).find("takes 1 inputs, found 0") !=
        std::string::npos);
  CHECK(test::error_of([&] {
          infer_shapes(n.graph, n.components, {at::ones({1, 4})});
        }).find("takes 1 inputs") != std::string::npos);
}

TEST_CASE("without formats the graph computes what its operators say") {
  Net n;
  const at::Tensor expected =
      at::linear(at::relu(at::linear(n.x, n.t("fc1.weight"), n.t("fc1.bias"))), n.t("fc2.weight"), n.t("fc2.bias"));
  CHECK(at::equal(Executor(n.graph, n.components).run({n.x})[0], expected));
}

TEST_CASE("formats apply to inputs, parameters and results; a free bias is rounded to the accumulator's grid") {
  Net n;
  test::quantize_all(n.graph);
  n.graph.at("fc2").meta.common.results[0].format = test::fixed(6, 2);
  const auto layer = [&](const at::Tensor& x, const std::string& fc) {
    return at::linear(grid(x, 8, 4), grid(n.graph.tensor(fc + ".weight"), 8, 4),
                      grid(n.graph.tensor(fc + ".bias"), 40, 8));
  };
  const at::Tensor expected = grid(layer(at::relu(layer(n.x, "fc1")), "fc2"), 6, 2);
  CHECK(at::equal(Executor(n.graph, n.components).run({n.x})[0], expected));
  CHECK_FALSE(at::equal(n.t("fc1.bias"), grid(n.t("fc1.bias"), 40, 8)));  // the graph keeps the float bias
}

TEST_CASE("the double witness is float64 and agrees where float32 is exact") {
  Net n;
  test::quantize_all(n.graph);
  const Tensors wide = Executor(n.graph, n.components, {Arithmetic::float64}).run({n.x});
  CHECK(wide[0].scalar_type() == at::kDouble);
  CHECK(at::equal(wide[0], Executor(n.graph, n.components).run({n.x})[0].to(at::kDouble)));
}

TEST_CASE("parameters are quantized once in evaluation and every time in training") {
  Net n;
  test::quantize_all(n.graph);
  const auto format = std::static_pointer_cast<test::FakeFixed>(n.components.shared<Format>(test::fixed(8, 4)));
  Executor evaluation(n.graph, n.components);
  CHECK(format->calls == 2);
  evaluation.run({n.x}), evaluation.run({n.x});
  CHECK(format->calls == 2 + 4);
  format->calls = 0;
  Executor training(n.graph, n.components, {Arithmetic::float32, true});
  CHECK(format->calls == 0);
  training.run({n.x}), training.run({n.x});
  CHECK(format->calls == 8);
}

TEST_CASE("gradients pass formats and reach the graph's tensors") {
  Net n;
  test::quantize_all(n.graph);
  for (const char* key : {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}) n.graph.tensor(key).requires_grad_();
  Executor training(n.graph, n.components, {Arithmetic::float32, true});
  training.run({n.x})[0].sum().backward();
  CHECK(at::equal(n.t("fc2.bias").grad(), at::ones({2}) * 6));  // straight through the rounding
  CHECK(n.t("fc1.weight").grad().abs().sum().item<float>() > 0);
  // Evaluation of the same graph records nothing.
  CHECK_FALSE(Executor(n.graph, n.components).run({n.x})[0].requires_grad());
}

TEST_CASE("training sees a tensor that was replaced") {
  Net n;
  Executor training(n.graph, n.components, {Arithmetic::float32, true});
  n.graph.set_tensor("fc2.weight", at::zeros({2, 3}));
  CHECK(at::equal(training.run({n.x})[0], n.t("fc2.bias").expand({6, 2})));
}

TEST_CASE("a format's trainable tensor comes from the graph and gets its gradient") {
  Net n;
  n.graph.at("fc1").meta.common.args.at("weight").format = Chosen("t.scaled");
  Executor training(n.graph, n.components, {Arithmetic::float32, true});
  n.graph.tensor("fc1.weight.scale").requires_grad_();
  training.run({n.x})[0].sum().backward();
  CHECK(n.t("fc1.weight.scale").grad().defined());
  n.graph.set_tensor("fc1.weight.scale", at::tensor(0.0f));
  const at::Tensor y = Executor(n.graph, n.components).run({n.x})[0];
  CHECK(at::equal(y, at::linear(at::relu(n.t("fc1.bias")), n.t("fc2.weight"), n.t("fc2.bias")).expand({6, 2})));
}

TEST_CASE("buffers change in training only, and streams depend on seed, node and epoch") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node* node = &add_placeholder(graph, "x", {1});
  node = &add_module(graph, components, "a", {"t.noise"}, {node}, Random(1));
  node = &add_module(graph, components, "b", {"t.noise"}, {node}, Random(1));
  add_output(graph, {node});
  const at::Tensor one = at::ones({1, 1});
  const auto draw = [&](uint64_t seed, int64_t epoch) {
    Executor e(graph, components, {Arithmetic::float32, true, seed});
    e.set_epoch(epoch);
    return e.run({one})[0].item<float>();
  };
  const float first = draw(1, 0);
  CHECK(graph.tensor("a.calls").item<float>() == 1);
  CHECK(draw(1, 0) == first);
  CHECK(draw(2, 0) != first);
  CHECK(draw(1, 1) != first);
  Executor e(graph, components, {Arithmetic::float32, true, 1});
  CHECK(e.run({one})[0].item<float>() == first);
  CHECK(e.run({one})[0].item<float>() != first);  // the stream goes on
  const float calls = graph.tensor("a.calls").item<float>();
  CHECK(Executor(graph, components).run({one})[0].item<float>() == 1);
  CHECK(graph.tensor("a.calls").item<float>() == calls);
}

TEST_CASE("constants are tensors, and several results are told apart") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node& x = add_placeholder(graph, "x", {4});
  Node& split = add_module(graph, components, "split", {"t.split"}, {&x}, Random(1));
  Node& sum = add_module(graph, components, "sum", {"t.add"}, {Argument(&split, 1), Argument(Value(0.5))}, Random(1));
  add_output(graph, {&sum, Argument(&split, 0)});
  const Tensors out = Executor(graph, components).run({at::tensor({1.f, 2.f, 3.f, 4.f}).view({1, 4})});
  CHECK(at::equal(out[0], at::tensor({3.5f, 4.5f}).view({1, 2})));
  CHECK(at::equal(out[1], at::tensor({1.f, 2.f}).view({1, 2})));
  graph.set_argument(sum, 1, Argument(Value("half")));
  CHECK_THROWS_WITH(Executor(graph, components),
                    Catch::Contains("argument 1 of node 'sum' (add) is 'half', expected a node, a number"));
}

TEST_CASE("integers stay integers: constants, inputs and tensors of the graph") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node& index = add_placeholder(graph, "index", {2});
  Node& mask = add_placeholder(graph, "mask", {2});
  Node& x = add_placeholder(graph, "x", {2});
  graph.set_tensor("offset", at::tensor({int64_t{1} << 60, int64_t{3}}, at::kLong));
  Node& offset = graph.add(OpKind::get_attr, "offset");
  offset.target = "offset";
  infer_shapes(graph, components, {at::zeros({1, 2}, at::kLong), at::zeros({1, 2}, at::kBool), at::zeros({1, 2})});
  const auto add = [&](const char* name, Argument a, Argument b) {
    return &add_module(graph, components, name, {"t.add"}, {std::move(a), std::move(b)}, Random(1));
  };
  add_output(graph, {add("one", &index, Value(1)), add("list", &index, Value(List{1, 2})),
                     add("stored", &index, &offset), &mask, add("float", &x, Value(1)), add("flag", &mask, Value(true)),
                     add("half", &index, Value(0.5)), add("mixed", &x, Value(List{1, 0.5}))});
  const Tensors inputs{at::tensor({5, 7}, at::kLong).view({1, 2}),
                       at::tensor({0, 1}, at::kLong).to(at::kBool).view({1, 2}), at::tensor({0.5f, 1.5f}).view({1, 2})};
  for (const Arithmetic arithmetic : {Arithmetic::float32, Arithmetic::float64}) {
    const at::ScalarType real = arithmetic == Arithmetic::float32 ? at::kFloat : at::kDouble;
    const Tensors out = Executor(graph, components, {arithmetic}).run(inputs);
    const auto is = [&](size_t i, double first, double second, at::ScalarType type) {
      INFO("result " << i);
      CHECK(out[i].scalar_type() == type);
      CHECK(at::equal(out[i], at::tensor({first, second}, at::kDouble).view({1, 2}).to(type)));
    };
    is(0, 6, 8, at::kLong);
    is(1, 6, 9, at::kLong);
    CHECK(out[2].view(-1)[0].item<int64_t>() == (int64_t{1} << 60) + 5);
    is(3, 0, 1, at::kBool);
    is(4, 1.5, 2.5, real);
    is(5, 1, 1, at::kBool);
    is(6, 5.5, 7.5, real);
    is(7, 1.5, 2, real);
  }
}

TEST_CASE("a format reads an integer as the number that it is") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node& index = add_placeholder(graph, "index", {2});
  infer_shapes(graph, components, {at::zeros({1, 2}, at::kLong)});
  Node& sum = add_module(graph, components, "sum", {"t.add"}, {&index, Argument(Value(9))}, Random(1));
  add_output(graph, {&sum});
  for (TensorMeta& arg : sum.meta.common.args) arg.format = test::fixed(4, 0);  // -8 to 7
  const at::Tensor x = at::tensor({-20, 3}, at::kLong).view({1, 2});
  for (const Arithmetic arithmetic : {Arithmetic::float32, Arithmetic::float64}) {
    const at::Tensor y = Executor(graph, components, {arithmetic}).run({x})[0];
    CHECK(y.scalar_type() == (arithmetic == Arithmetic::float32 ? at::kFloat : at::kDouble));
    CHECK(at::equal(y, at::tensor({-1.0, 10.0}).view({1, 2}).to(y.scalar_type())));
  }
}

TEST_CASE("an observer sees every node with its results after their formats") {
  Net n;
  test::quantize_all(n.graph);
  n.graph.at("fc1").meta.common.results[0].format = test::fixed(4, 0);
  Executor executor(n.graph, n.components);
  std::string seen;
  executor.observe([&](const Node& node, const Tensors& results) {
    seen += node.name + " ";
    if (node.name == "fc1") CHECK(at::equal(results[0], at::round(results[0])));
    if (node.name == "x") CHECK(at::equal(results[0], grid(n.x, 8, 4)));
  });
  executor.run({n.x});
  CHECK(seen == "x fc1 relu1 fc2 output ");
}

TEST_CASE("a value on a grid is not quantized to the same grid again") {
  Net n;
  test::quantize_all(n.graph);
  n.graph.at("fc1").meta.common.results[0].format = test::fixed(8, 4);
  const auto format = std::static_pointer_cast<test::FakeFixed>(n.components.shared<Format>(test::fixed(8, 4)));
  Executor executor(n.graph, n.components);
  format->calls = 0;
  executor.run({n.x});
  CHECK(format->calls == 3);  // x, fc1's result, and relu1's value, which is no longer known to be on the grid
}

TEST_CASE("failures name the node") {
  Net n;
  Executor executor(n.graph, n.components);
  CHECK_THROWS_WITH(executor.run({}), Catch::Contains("takes 1 inputs, found 0"));
  CHECK_THROWS_WITH(executor.run({at::ones({2, 5})}), Catch::Contains("node 'fc1' (linear): "));
  CHECK_THROWS_WITH(executor.run_codes({n.x}), Catch::Contains("needs arithmetic: integer"));
  CHECK_THROWS_WITH(Executor(n.graph, n.components, {Arithmetic::float64, true}),
                    Catch::Contains("training runs in float32"));
  n.graph.at("relu1").op = {};
  CHECK_THROWS_WITH(Executor(n.graph, n.components), Catch::Contains("node 'relu1' (relu) has no operator"));
}
