// What files write as several nodes and our vocabulary has as one, losses, and masks that are left out.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>

#include "walked.h"

using namespace models;
using namespace test;
using Catch::Contains;

namespace {

Wire constant(at::Tensor value) { return ImportBuilder::known(std::move(value)); }

// Softmax of `scores` along the last axis times `values`.
Wire weighted(ImportBuilder& b, const Wire& scores, const Wire& values) {
  return b.matmul("out", b.call("weights", "softmax", {scores}, {{"dim", -1}}), values);
}

}  // namespace

TEST_CASE("a layer between reshapes that join and part its axes works on all of them") {
  const at::Tensor weight = at::rand({5, 6}), bias = at::rand({5});
  const auto joined = [&](bool is_open) {
    return built(one_input({is_open ? std::nullopt : std::optional<int64_t>(4), 2, 6}, [&](ImportBuilder& b, Wire x) {
      const Wire rows = b.reshape("rows", x, {-1, 6});
      const Wire y = b.linear("fc", rows, constant(weight), constant(bias));
      return b.reshape("parted", y, {is_open ? x.size(0) : Size(4), 2, 5});
    }));
  };
  for (const bool is_open : {true, false}) {
    mase::Graph graph = joined(is_open);
    CHECK(import_operators(graph) == Ops{"linear"});
    const at::Tensor x = at::rand({3, 2, 6});
    CHECK(at::allclose(run(graph, {x}), x.matmul(weight.t()) + bias, 1e-4, 1e-6));
  }
  // Parted otherwise than it was joined: one reshape stays, before the layer.
  mase::Graph other = built(one_input({{}, 2, 6}, [&](ImportBuilder& b, Wire x) {
    const Wire y = b.linear("fc", b.reshape("rows", x, {-1, 6}), constant(weight), constant(bias));
    return b.reshape("parted", y, {Size(1), -1, 5});
  }));
  CHECK(import_operators(other).size() == 2);
  CHECK(run(other, {at::rand({3, 2, 6})}).sizes() == at::IntArrayRef({1, 6, 5}));
}

TEST_CASE("the bias of a layer with one result is a parameter, not a number") {
  const at::Tensor weight = at::rand({1, 6}), bias = at::rand({1});
  mase::Graph graph = built(one_input({{}, 6}, [&](ImportBuilder& b, Wire x) {
    const Wire named = ImportBuilder::known(bias, "score.bias");
    return b.binary("sum", "add", b.linear("fc", x, constant(weight), b.absent()), named);
  }));
  CHECK(import_operators(graph) == Ops{"linear"});
  CHECK(at::equal(graph.tensor("score.bias"), bias));
  const at::Tensor x = at::rand({3, 6});
  CHECK(at::allclose(run(graph, {x}), x.matmul(weight.t()) + bias));
}

TEST_CASE("layers beside the reshape that parts joined axes go the same way") {
  const at::Tensor first = at::rand({6, 6}), second = at::rand({6, 6});
  const auto joined = [&](const std::function<Wire(ImportBuilder&, const Wire& rows, const Wire& parted)>& body) {
    return built(one_input({{}, 2, 6}, [&](ImportBuilder& b, Wire x) {
      const Wire rows = b.linear("fc", b.reshape("rows", x, {-1, 6}), constant(first), b.absent());
      return body(b, rows, b.reshape("parted", rows, {x.size(0), 2, 6}));
    }));
  };
  mase::Graph graph = joined([&](ImportBuilder& b, const Wire& rows, const Wire& parted) {
    const Wire next = b.linear("next", rows, constant(second), b.absent());
    return b.binary("sum", "add", b.reshape("parted_too", next, {parted.size(0), 2, 6}), parted);
  });
  CHECK(import_operators(graph) == Ops{"linear", "linear", "add"});
  const at::Tensor x = at::rand({3, 2, 6}), y = x.matmul(first.t());
  CHECK(at::allclose(run(graph, {x}), y.matmul(second.t()) + y));
  for (const mase::Node* node : graph.nodes())
    if (node->mase_op == "linear") CHECK(node->meta.common.args.at(size_t{0}).shape == mase::Shape{1, 2, 6});
  // Another operator needs the axes as they are.
  graph = joined([&](ImportBuilder& b, const Wire& rows, const Wire& parted) {
    const Wire next = b.call("next", "softmax", {rows}, {{"dim", 0}});
    return b.binary("sum", "add", b.reshape("parted_too", next, {parted.size(0), 2, 6}), parted);
  });
  CHECK(import_operators(graph).size() == 6);
}

TEST_CASE("attention on joined axes, its key swapped, is the same operator") {
  const auto plain = [](ImportBuilder& b, Wire x) {
    return weighted(b, b.matmul("scores", x, b.transpose("k", x, -1, -2)), x);
  };
  const auto joined = [](ImportBuilder& b, Wire x) {
    const Wire rows = b.reshape("q", x, {-1, 4, 5});
    const Wire key = b.reshape("key", b.transpose("k", x, -1, -2), {-1, 5, 4});
    const Wire scores = b.reshape("scores4", b.matmul("scores", rows, key), {x.size(0), 3, 4, 4});
    const Wire weights = b.call("weights", "softmax", {scores}, {{"dim", -1}});
    const Wire out = b.matmul("out", b.reshape("w", weights, {-1, 4, 4}), b.reshape("v", x, {-1, 4, 5}));
    return b.reshape("out4", out, {x.size(0), 3, 4, 5});
  };
  mase::Graph one = built(one_input({{}, 3, 4, 5}, plain)), other = built(one_input({{}, 3, 4, 5}, joined));
  CHECK(import_operators(one) == Ops{"scaled_dot_product_attention"});
  CHECK(import_operators(other) == Ops{"scaled_dot_product_attention"});
  const at::Tensor x = at::rand({2, 3, 4, 5});
  CHECK(at::allclose(run(one, {x}), run(other, {x}), 1e-4, 1e-6));
}

TEST_CASE("attention that guards rows without any key is the operator with a mask") {
  mase::Graph graph = built([](ImportBuilder& b) {
    auto in = b.inputs({{"x", {{{}, 4, 5}}, at::kFloat}, {"m", {{{}, 4, 4}}, at::kBool}});
    const Wire x = in.at("x");
    const Wire hidden = b.where("bias", in.at("m"), constant(at::zeros({1})), constant(at::full({1}, -HUGE_VAL)));
    const Wire scores = b.binary("sum", "add", b.matmul("scores", x, b.transpose("k", x, 1, 2)), hidden);
    const Wire weights = b.call("weights", "softmax", {scores}, {{"dim", -1}});
    const Wire equal = b.binary("eq", "eq", scores, constant(at::scalar_tensor(-HUGE_VAL)));
    const Wire any =
        b.call("any", "any", {b.call("not", "logical_not", {equal})}, {{"dim", mase::List{-1}}, {"keepdim", true}});
    const Wire guarded =
        b.where("guard", b.call("none", "logical_not", {any}), constant(at::zeros({1, 4, 4})), weights);
    b.output("y", b.matmul("out", guarded, x));
  });
  CHECK(import_operators(graph) == Ops{"scaled_dot_product_attention"});
  at::Tensor mask = at::ones({2, 4, 4}, at::kBool);
  mask.select(1, 2).zero_();
  const at::Tensor y = run(graph, {at::rand({2, 4, 5}), mask});
  CHECK((y.select(1, 2) == 0).all().item<bool>());
}

TEST_CASE("axes that are moved twice are moved once, or not at all") {
  CHECK(ops_of({{}, 2, 3, 4}, [](ImportBuilder& b, Wire x) {
          return b.transpose("b", b.transpose("a", x, 1, 2), 2, 3);
        }) == Ops{"permute"});
  CHECK(ops_of({{}, 2, 3, 4}, [](ImportBuilder& b, Wire x) {
          return b.transpose("b", b.permute("a", x, {0, 2, 3, 1}), 2, 3);
        }) == Ops{"transpose"});
  CHECK(ops_of({{}, 2, 3},
               [](ImportBuilder& b, Wire x) { return b.transpose("b", b.transpose("a", x, 1, 2), 1, 2); }) == Ops{});
}

TEST_CASE("what is computed twice is computed once") {
  CHECK(ops_of({{}, 3}, [](ImportBuilder& b, Wire x) {
          return b.binary("sum", "add", b.call("a", "exp", {x}), b.call("b", "exp", {x}));
        }) == Ops{"exp", "add"});
  CHECK(ops_of({{}, 3}, [](ImportBuilder& b, Wire x) {
          return b.binary("sum", "add", b.call("a", "softmax", {x}, {{"dim", 1}}),
                          b.call("b", "softmax", {x}, {{"dim", 0}}));
        }).size() == 3);
}

TEST_CASE("normalization written out is layer_norm, x sigmoid(x) is silu, 1 / sqrt(x) is rsqrt") {
  const at::Tensor weight = at::rand({6}), bias = at::rand({6});
  mase::Graph graph = built(one_input({{}, 2, 6}, [&](ImportBuilder& b, Wire x) {
    const mase::Map last{{"dim", mase::List{-1}}, {"keepdim", true}};
    const Wire centred = b.binary("sub", "sub", x, b.call("mean", "mean", {x}, last));
    const Wire square = b.binary("pow", "pow", centred, constant(at::scalar_tensor(2.f)));
    const Wire sum = b.binary("eps", "add", b.call("var", "mean", {square}, last), constant(at::scalar_tensor(1e-3)));
    const Wire y = b.binary("div", "div", centred, b.call("root", "sqrt", {sum}));
    return b.binary("b", "add", b.binary("w", "mul", y, ImportBuilder::known(weight, "ln.weight")),
                    ImportBuilder::known(bias, "ln.bias"));
  }));
  CHECK(import_operators(graph) == Ops{"layer_norm"});
  CHECK(graph.tensor_keys() == std::vector<std::string>{"ln.weight", "ln.bias"});
  const at::Tensor x = at::rand({3, 2, 6}), c = x - x.mean(-1, true);
  CHECK(at::allclose(run(graph, {x}), c / (c.pow(2).mean(-1, true) + 1e-3).sqrt() * weight + bias, 1e-5, 1e-6));
  CHECK(ops_of({{}, 3}, [](ImportBuilder& b, Wire x) {
          return b.binary("m", "mul", x, b.call("s", "sigmoid", {x}));
        }) == Ops{"silu"});
  CHECK(ops_of({{}, 3}, [](ImportBuilder& b, Wire x) {
          return b.call("r", "reciprocal", {b.call("s", "sqrt", {x})});
        }) == Ops{"rsqrt"});
}

TEST_CASE("rows picked in order are a reshape") {
  mase::Graph graph = built(one_input({{}, 6}, [&](ImportBuilder& b, Wire x) {
    Wire all = constant(at::arange(12).view({2, 1, 6}));
    all.trace[1] = at::arange(18).view({3, 1, 6});
    return b.index_select("g", b.reshape("flat", x, {-1}), 0, all);
  }));
  CHECK(import_operators(graph) == Ops{"unsqueeze"});
  CHECK(run(graph, {at::rand({9, 6})}).sizes() == at::IntArrayRef({9, 1, 6}));
}

TEST_CASE("a loss is what PyTorch computes, also beside classes to ignore") {
  mase::Graph graph = built([](ImportBuilder& b) {
    auto in =
        b.inputs({{"x", {{{}, 3}}, at::kFloat}, {"t", std::vector<std::optional<int64_t>>{std::nullopt}, at::kLong}});
    const Wire log = b.call("log", "log_softmax", {in.at("x")}, {{"dim", 1}});
    b.output("loss", b.negative_log_likelihood("nll", log, in.at("t"), -100, "mean"));
  });
  const at::Tensor x = at::rand({4, 3}), t = at::tensor({2, -100, 0, 1}, at::kLong);
  const at::Tensor log = x.log_softmax(1);
  const double mean = -(log[0][2] + log[2][0] + log[3][1]).item<double>() / 3;
  CHECK(run(graph, {x, t}).item<double>() == Approx(mean));
}

TEST_CASE("an operator that cannot be read counts only where a result needs it") {
  const Walk walk = [](ImportBuilder& b) {
    const Wire x = b.inputs({{"x", {{{}, 3}}, at::kFloat}}).at("x");
    b.output("odd", b.unknown("odd", "acme::Odd", 1)[0]);
    b.output("y", b.call("r", "relu", {x}));
  };
  CHECK_THAT(message([&] { built(walk); }), Contains("acme::Odd"));
  ImportFields fields;
  fields.outputs = {"y"};
  CHECK(import_operators(built(walk, fields)) == Ops{"relu"});
}

TEST_CASE("a mask that is added to scores may be left out, other operands may not") {
  const auto without = [](const char* op, size_t scores_first, bool is_attention) {
    return [=](ImportBuilder& b) {
      auto in = b.inputs({{"x", {{{}, 4, 5}}, at::kFloat}, {"m", {{{}, 4, 4}}, at::kFloat}});
      const Wire x = in.at("x"), scores = b.matmul("scores", x, b.transpose("k", x, 1, 2));
      Wires operands{scores, in.at("m")};
      if (!scores_first) std::swap(operands[0], operands[1]);
      const LeftOut how = left_out(op, operands, false);
      const Wire sum = how.mode == LeftOut::Mode::operand ? tentative(remains(operands[how.take]), false) : Wire();
      const LeftOut after = left_out(is_attention ? "softmax" : "layer_norm", {sum}, true);
      Wire weights;
      if (after.mode == LeftOut::Mode::tentative)
        weights = tentative(b.call("w", "softmax", {remains(sum)}, {{"dim", -1}}), after.is_weights);
      const bool is_there = left_out("matmul", {weights, x}, false).mode == LeftOut::Mode::live;
      b.output("y", is_there ? b.matmul("out", remains(weights), x) : Wire());
    };
  };
  ImportFields fields;
  fields.inputs = {"x"};
  CHECK(import_operators(built(without("add", 1, true), fields)) == Ops{"scaled_dot_product_attention"});
  CHECK(import_operators(built(without("add", 0, true), fields)) == Ops{"scaled_dot_product_attention"});
  CHECK_THAT(message([&] { built(without("add", 1, false), fields); }), Contains("inputs left out: m"));
  CHECK_THAT(message([&] { built(without("mul", 1, true), fields); }), Contains("inputs left out: m"));
}
