// ImportBuilder: what files write in many ways becomes one graph, and nothing that is known is computed again.
#include "plugins/models/import.h"

#include <sys/resource.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>

#include "walked.h"

using namespace models;
using namespace test;
using Catch::Contains;

TEST_CASE("reshape is named by what it does, and holds for any batch") {
  const auto shaped = [](Sizes sizes) {
    return [sizes](ImportBuilder& b, Wire x) { return b.reshape("r", x, sizes); };
  };
  CHECK(ops_of({{}, 2, 3}, shaped({Size(2, 3), 6})) == Ops{"flatten"});
  CHECK(ops_of({{}, 2, 3}, shaped({-1, 6})) == Ops{"flatten"});
  CHECK(ops_of({{}, 2, 3}, shaped({-1, 1, 2, 3})) == Ops{"unsqueeze"});
  CHECK(ops_of({{}, 1, 3}, shaped({-1, 3})) == Ops{"squeeze"});
  CHECK(ops_of({{}, 2, 3}, shaped({-1, 2, 3})) == Ops{});  // nothing to do
  CHECK(ops_of({{}, 2, 6}, shaped({-1, 3, 4})) == Ops{"reshape"});
  // A file with batch 4 written out: the same operator, and it runs with any batch.
  mase::Graph graph = built(one_input({4, 2, 6}, shaped({4, 3, 4})));
  CHECK(import_operators(graph) == Ops{"reshape"});
  CHECK(run(graph, {at::rand({7, 2, 6})}).sizes() == at::IntArrayRef({7, 3, 4}));
  graph = built(one_input({4, 2, 6}, shaped({8, 6})));
  CHECK(run(graph, {at::rand({7, 2, 6})}).sizes() == at::IntArrayRef({14, 6}));
  CHECK_THAT(message([&] {
               built(one_input({4, 2, 6}, shaped({5, 5})));
             }),
             Contains("node 'r'") && Contains("[4,2,6]") && Contains("[5,5]"));
}

TEST_CASE("a reshape of a reshape is one") {
  const auto twice = [](ImportBuilder& b, Wire x) {
    return b.reshape("second", b.reshape("first", x, {-1, 3, 2, 2}), {-1, 2, 6});
  };
  CHECK(ops_of({{}, 12}, twice) == Ops{"reshape"});
}

TEST_CASE("constants fold, weights stay where a layer has them") {
  const at::Tensor weight = at::arange(6.f).view({3, 2}), bias = at::tensor({1.f, 2.f, 3.f});
  const auto gemm = [&](ImportBuilder& b, Wire x) {
    return b.linear("fc", x, ImportBuilder::known(weight, "fc.weight"), ImportBuilder::known(bias, "fc.bias"));
  };
  const auto product = [&](ImportBuilder& b, Wire x) {
    const Wire doubled =
        b.binary("half", "mul", ImportBuilder::known(weight / 2), ImportBuilder::known(at::tensor(2.f)));
    const Wire y = b.matmul("mm", x, b.transpose("t", doubled, 0, 1));
    return b.binary("plus", "add", y, ImportBuilder::known(bias));
  };
  mase::Graph one = built(one_input({{}, 2}, gemm)), other = built(one_input({{}, 2}, product));
  CHECK(import_operators(one) == Ops{"linear"});
  CHECK(import_operators(other) == Ops{"linear"});
  const at::Tensor x = at::rand({5, 2});
  CHECK(at::equal(run(one, {x}), run(other, {x})));
  CHECK(at::equal(run(one, {x}), x.matmul(weight.t()) + bias));
  CHECK(one.tensor_keys() == std::vector<std::string>{"fc.weight", "fc.bias"});
  CHECK(other.tensor_keys().size() == 2);
}

TEST_CASE("arithmetic on shapes leaves no node, whatever the batch") {
  const auto flatten_by_hand = [](ImportBuilder& b, Wire x) {
    const Wire shape = ImportBuilder::known(x.sizes());  // ONNX: Shape
    const Wire batch = b.call("g", "index_select", {shape, ImportBuilder::known(Size(0))}, {{"dim", 0}});
    const Wire sizes = b.call("c", "cat", {b.reshape("u", batch, {1}), ImportBuilder::known(Sizes{-1})}, {{"dim", 0}});
    return b.reshape("r", x, *ImportBuilder::integers(sizes));
  };
  mase::Graph graph = built(one_input({{}, 2, 3}, flatten_by_hand));
  CHECK(import_operators(graph) == Ops{"flatten"});
  CHECK(run(graph, {at::rand({9, 2, 3})}).sizes() == at::IntArrayRef({9, 6}));
}

TEST_CASE("what changes nothing goes") {
  CHECK(ops_of({{}, 3}, [](ImportBuilder& b, Wire x) {
          x = b.binary("a", "add", x, ImportBuilder::known(at::zeros({3})));
          x = b.binary("m", "mul", ImportBuilder::known(at::ones({1, 1})), x);
          x = b.cast("c", x, at::kFloat);
          x = b.slice("s", x, 1, 0, INT64_MAX, 1);
          return b.permute("p", x, {0, 1});
        }) == Ops{});
  // Zeros of another rank change the shape.
  CHECK(ops_of({{}, 3}, [](ImportBuilder& b, Wire x) {
          return b.binary("a", "add", x, ImportBuilder::known(at::zeros({1, 1, 3})));
        }) == Ops{"add"});
}

TEST_CASE("a permutation of two axes is a transpose") {
  CHECK(ops_of({{}, 2, 3}, [](ImportBuilder& b, Wire x) { return b.permute("p", x, {0, 2, 1}); }) == Ops{"transpose"});
  CHECK(ops_of({{}, 2, 3}, [](ImportBuilder& b, Wire x) { return b.permute("p", x, {2, 0, 1}); }) == Ops{"permute"});
  using Order = std::vector<int64_t>;
  for (const Order& order : {Order{0, 0, 1}, Order{}, Order{0, 1}, Order{0, 1, 2, 3}, Order{0, 1, 3}, Order{0, 1, -4}})
    CHECK_THAT(message([&] {
                 built(one_input({{}, 2, 3}, [&](ImportBuilder& b, Wire x) { return b.permute("p", x, order); }));
               }),
               Contains("node 'p'") && Contains("no order of 3 axes"));
}

TEST_CASE("indices that pick everything in order are a reshape, in files for one batch too") {
  for (const bool is_open : {true, false}) {
    const std::optional<int64_t> batch = is_open ? std::nullopt : std::optional<int64_t>(4);
    mase::Graph graph = built(one_input({batch, 6}, [&](ImportBuilder& b, Wire x) {
      Wire first = ImportBuilder::known(at::arange(4).view({4, 1, 1}));
      if (is_open) first.trace = {at::arange(2).view({2, 1, 1}), at::arange(3).view({3, 1, 1})};
      return b.index("i", x, {first, ImportBuilder::known(at::arange(6).view({1, 1, 6}))});
    }));
    CHECK(import_operators(graph) == Ops{"unsqueeze"});
    CHECK(run(graph, {at::rand({9, 6})}).sizes() == at::IntArrayRef({9, 1, 6}));
  }
}

TEST_CASE("an input of 2^30 elements is not counted out to see which of them an index picks") {
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const std::string refusal = message([&] {
    built(one_input({{1}, {int64_t{1} << 30}}, [](ImportBuilder& b, Wire x) {
      const Wire zero = ImportBuilder::known(at::zeros({1}, at::kLong));
      return b.index("i", x, {std::nullopt, zero});
    }));
  });
  CHECK_THAT(refusal, Contains("node 'i'") && Contains("too large"));
  getrusage(RUSAGE_SELF, &after);
  CHECK(after.ru_maxrss - before.ru_maxrss < 1 << 20);  // kilobytes
}

TEST_CASE("a constant as long as the batch grows with it") {
  mase::Graph graph = built(one_input({{}, 3}, [](ImportBuilder& b, Wire x) {
    const Wire token = b.expand("e", ImportBuilder::known(at::tensor({1.f, 2.f}).view({1, 2})), {x.size(0), 2});
    return b.call("c", "cat", {token, x}, {{"dim", 1}});
  }));
  CHECK(import_operators(graph) == Ops{"expand", "cat"});
  const at::Tensor y = run(graph, {at::rand({5, 3})});
  CHECK(y.sizes() == at::IntArrayRef({5, 5}));
  CHECK((y.select(1, 1) == 2).all().item<bool>());
}

TEST_CASE("a network that cannot be written for any batch runs with its own") {
  const auto fixed = [](ImportBuilder& b, Wire x) {
    return b.binary("add", "add", x, ImportBuilder::known(at::arange(8.f).view({4, 2})));  // a constant per sample
  };
  mase::Graph graph = built(one_input({4, 2}, fixed));
  CHECK(at::equal(run(graph, {at::zeros({4, 2})}), at::arange(8.f).view({4, 2})));
  CHECK_THROWS_WITH(run(graph, {at::zeros({3, 2})}), Catch::Contains("runs only with batches of 4, found 3"));
}

TEST_CASE("inputs left out take their branch with them; outputs are chosen by name") {
  const Walk two = [](ImportBuilder& b) {
    auto in = b.inputs({{"x", {{{}, 3}}, at::kFloat}, {"labels", {{{}, 3}}, at::kFloat}});
    const Wire hidden = b.call("act", "relu", {in.at("x")});
    const Wire loss = b.binary("loss", "mul", hidden, in.at("labels"));
    b.name("act", hidden);
    b.output("loss", loss);
    b.output("logits", b.call("last", "tanh", {hidden}));
  };
  CHECK(import_operators(built(two)) == Ops{"relu", "mul", "tanh"});
  ImportFields fields;
  fields.inputs = {"x"};
  mase::Graph graph = built(two, fields);
  CHECK(import_operators(graph) == Ops{"relu", "tanh"});
  CHECK(graph.inputs().size() == 1);
  CHECK(graph.meta.find("outputs")->json() == "[\"logits\"]");
  fields.outputs = {"act"};
  CHECK(import_operators(built(two, fields)) == Ops{"relu"});
  fields.outputs = {"loss"};
  CHECK_THAT(message([&] { built(two, fields); }), Contains("output 'loss' needs an input") && Contains("labels"));
  fields.outputs = {"lgits"};
  CHECK_THAT(message([&] { built(two, fields); }), Contains("logits"));
  fields = {};
  fields.inputs = {"labels", "x"};  // in the recipe's order
  CHECK(built(two, fields).inputs()[0]->name == "labels");
  fields.inputs = {"y"};
  CHECK_THAT(message([&] { built(two, fields); }), Contains("no input 'y'"));
  fields.inputs = {};
  fields.constants = {{"labels", 1.0}};
  CHECK(import_operators(built(two, fields)) == Ops{"relu", "tanh"});  // times one
}

TEST_CASE("a mask that is left out hides nothing") {
  const Walk masked = [](ImportBuilder& b) {
    auto in = b.inputs({{"m", {{{}, 3}}, at::kBool}, {"n", {{{}, 3}}, at::kBool}});
    b.output("y", b.binary("and", "logical_and", in.at("m"), in.at("n")));
  };
  ImportFields fields;
  fields.inputs = {"m"};
  CHECK(import_operators(built(masked, fields)).empty());
}

TEST_CASE("all operators that are not known are named at once") {
  const Walk strange = [](ImportBuilder& b) {
    const Wire x = b.inputs({{"x", {{{}, 3}}, at::kFloat}}).at("x");
    const Wire a = b.unknown("lstm_1", "LSTM", 1, "recurrent networks are not read")[0];
    const Wire c = b.call("sum", "add", {x, a});
    b.output("y", b.unknown("odd", "acme::Odd", 1)[0]);
    b.output("z", c);
  };
  CHECK_THAT(message([&] { built(strange); }), Contains("2 of its test operators") && Contains("LSTM (node 'lstm_1'") &&
                                                   Contains("acme::Odd (node 'odd')"));
}

TEST_CASE("an input's open sizes come from the recipe") {
  ImportFields fields;
  const Walk open = one_input({{}, {}, 2}, [](ImportBuilder& b, Wire x) { return b.call("r", "relu", {x}); });
  CHECK_THAT(message([&] { built(open); }), Contains("input 'x'") && Contains("shape"));
  fields.shapes = {{"x", {1, 7, 2}}};
  CHECK(built(open, fields).inputs()[0]->meta.common.results.at(size_t{0}).shape == mase::Shape{1, 7, 2});
  fields.shapes = {{"x", {1, 7, 3}}};
  CHECK_THAT(message([&] { built(open, fields); }), Contains("size 2 in axis 2, found 3"));
}
