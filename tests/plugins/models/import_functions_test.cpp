// Functions, reductions and norms that exporters and decompositions write in pieces become the operators that they are.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/celu.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/hardshrink.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/mish.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/softshrink.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <catch2/catch.hpp>
#include <cmath>

#include "walked.h"

using namespace test;

namespace {

Wire fixed_number(double value) { return ImportBuilder::known(at::scalar_tensor(value)); }

using Body = std::function<Wire(ImportBuilder&, Wire)>;
using Function = std::function<at::Tensor(const at::Tensor&)>;

// One operator, which computes what the function does.
void check_merge(const std::vector<std::optional<int64_t>>& shape, const std::string& op, const Body& body,
                 const Function& function) {
  INFO(op);
  mase::Graph graph = built(one_input(shape, body));
  CHECK(import_operators(graph) == Ops{op});
  std::vector<int64_t> sizes{5};
  for (size_t i = 1; i < shape.size(); ++i) sizes.push_back(*shape[i]);
  const at::Tensor x = at::randn(sizes) * 3;
  CHECK(at::allclose(run(graph, {x}), function(x), 1e-5, 1e-6));
}

Wire softplus_written(ImportBuilder& b, const Wire& x, double beta, double threshold) {
  const Wire scaled = beta == 1 ? x : b.binary("scaled", "mul", x, fixed_number(beta));
  const Wire log = b.call("log1p", "log1p", {b.call("exp", "exp", {scaled})});
  const Wire back = beta == 1 ? log : b.binary("back", "div", log, fixed_number(beta));
  return b.where("y", b.binary("far", "gt", scaled, fixed_number(threshold)), x, back);
}

}  // namespace

TEST_CASE("softplus and mish written out are softplus and mish") {
  check_merge(
      {{}, 4}, "softplus", [](ImportBuilder& b, Wire x) { return softplus_written(b, x, 1, 20); },
      [](const at::Tensor& x) { return at::softplus(x); });
  check_merge(
      {{}, 4}, "softplus", [](ImportBuilder& b, Wire x) { return softplus_written(b, x, 2, 0.5); },
      [](const at::Tensor& x) { return at::softplus(x, 2, 0.5); });
  check_merge(
      {{}, 4}, "softplus",
      [](ImportBuilder& b, Wire x) {
        const Wire y = b.call("s", "softplus", {b.binary("m", "mul", x, fixed_number(3))});
        return b.binary("d", "div", y, fixed_number(3));
      },
      [](const at::Tensor& x) { return at::softplus(x, 3); });
  check_merge(
      {{}, 4}, "mish",
      [](ImportBuilder& b, Wire x) {
        return b.binary("m", "mul", x, b.call("t", "tanh", {softplus_written(b, x, 1, 20)}));
      },
      [](const at::Tensor& x) { return at::mish(x); });
  // Another factor behind than before.
  CHECK(ops_of({{}, 4}, [](ImportBuilder& b, Wire x) {
          const Wire y = b.call("s", "softplus", {b.binary("m", "mul", x, fixed_number(3))});
          return b.binary("d", "div", y, fixed_number(2));
        }) == Ops{"mul", "softplus", "div"});
}

TEST_CASE("gelu of a product is gelu") {
  const Body written = [](ImportBuilder& b, Wire x) {
    const Wire product = b.binary("product", "mul", x, b.call("tanh", "tanh", {x}));
    const Wire erf = b.call("erf", "erf", {b.binary("div", "div", product, fixed_number(std::sqrt(2.0)))});
    const Wire twice = b.binary("twice", "mul", product, b.binary("one", "add", erf, fixed_number(1)));
    return b.binary("half", "mul", twice, fixed_number(0.5));
  };
  mase::Graph graph = built(one_input({{}, 8}, written));
  CHECK(import_operators(graph) == Ops{"tanh", "mul", "gelu"});
  const at::Tensor x = at::randn({3, 8});
  CHECK(at::allclose(run(graph, {x}), at::gelu(x * x.tanh()), 1e-5, 1e-6));
}

TEST_CASE("celu, logsigmoid and both shrinks written out are those operators") {
  check_merge(
      {{}, 4}, "celu",
      [](ImportBuilder& b, Wire x) {
        const Wire low = b.call("e", "expm1", {b.binary("d", "div", x, fixed_number(0.6))});
        return b.where("y", b.binary("gt", "gt", x, fixed_number(0)), x, b.binary("m", "mul", low, fixed_number(0.6)));
      },
      [](const at::Tensor& x) { return at::celu(x, 0.6); });
  check_merge(
      {{}, 4}, "logsigmoid",
      [](ImportBuilder& b, Wire x) {
        const Wire power = b.call("e", "exp", {b.call("n", "neg", {b.call("a", "abs", {x})})});
        return b.binary("y", "sub", b.call("m", "minimum", {fixed_number(0), x}), b.call("l", "log1p", {power}));
      },
      [](const at::Tensor& x) { return at::log_sigmoid(x); });
  check_merge(
      {{}, 4}, "softshrink",
      [](ImportBuilder& b, Wire x) {
        const Wire far = b.binary("f", "gt", b.call("a", "abs", {x}), fixed_number(0.3));
        const Wire step = b.binary("m", "mul", b.call("s", "sign", {x}), fixed_number(0.3));
        return b.where("y", far, b.binary("d", "sub", x, step), b.binary("z", "mul", x, fixed_number(0)));
      },
      [](const at::Tensor& x) { return at::softshrink(x, 0.3); });
  check_merge(
      {{}, 4}, "softshrink",
      [](ImportBuilder& b, Wire x) {
        const Wire up = b.where("u", b.binary("g", "gt", x, fixed_number(0.3)),
                                b.binary("s", "sub", x, fixed_number(0.3)), fixed_number(0));
        const Wire down = b.where("d", b.binary("l", "lt", x, fixed_number(-0.3)),
                                  b.binary("a", "add", x, fixed_number(0.3)), fixed_number(0));
        return b.binary("y", "add", up, down);
      },
      [](const at::Tensor& x) { return at::softshrink(x, 0.3); });
  check_merge(
      {{}, 4}, "hardshrink",
      [](ImportBuilder& b, Wire x) {
        const Wire near = b.binary("n", "le", b.call("a", "abs", {x}), fixed_number(0.3));
        return b.where("y", near, fixed_number(0), x);
      },
      [](const at::Tensor& x) { return at::hardshrink(x, 0.3); });
  // The limit is another one than the step.
  CHECK(ops_of({{}, 4}, [](ImportBuilder& b, Wire x) {
          const Wire far = b.binary("f", "gt", b.call("a", "abs", {x}), fixed_number(0.3));
          const Wire step = b.binary("m", "mul", b.call("s", "sign", {x}), fixed_number(0.4));
          return b.where("y", far, b.binary("d", "sub", x, step), fixed_number(0));
        }).size() == 6);
}

TEST_CASE("gates that others use, too, are still silu") {
  mase::Graph graph = built([](ImportBuilder& b) {
    const Wire x = b.inputs({{"x", {{{}, 4}}, at::kFloat}}).at("x");
    const Wire gate = b.call("s", "sigmoid", {x});
    b.output("y", b.binary("m", "mul", x, gate));
    b.output("gate", gate);
    b.output("log", b.call("l", "log", {gate}));
  });
  CHECK(import_operators(graph) == Ops{"sigmoid", "silu", "logsigmoid"});
}

TEST_CASE("a slope with a name in the file is a prelu's, a number stays a product") {
  const auto sloped = [](const std::string& key, at::Tensor slope) -> Body {
    return [=](ImportBuilder& b, Wire x) {
      const Wire scaled = b.binary("m", "mul", ImportBuilder::known(slope, key), x);
      return b.where("y", b.binary("g", "gt", x, fixed_number(0)), x, scaled);
    };
  };
  const at::Tensor slopes = at::rand({3, 1, 1});
  const Body below = [&](ImportBuilder& b, Wire x) {
    const Wire scaled = b.binary("m", "mul", ImportBuilder::known(slopes, "act.weight"), x);
    return b.where("y", b.binary("g", "lt", x, fixed_number(0)), scaled, x);
  };
  mase::Graph other = built(one_input({{}, 3, 2, 2}, below));
  CHECK(import_operators(other) == Ops{"prelu"});
  mase::Graph graph = built(one_input({{}, 3, 2, 2}, sloped("act.weight", slopes)));
  CHECK(import_operators(graph) == Ops{"prelu"});
  CHECK(graph.tensor_keys() == std::vector<std::string>{"act.weight"});
  const at::Tensor x = at::randn({4, 3, 2, 2});
  CHECK(at::allclose(run(graph, {x}), at::where(x > 0, x, x * slopes)));
  CHECK(at::allclose(run(other, {x}), at::where(x > 0, x, x * slopes)));
  CHECK(ops_of({{}, 4}, sloped("act.weight", at::rand({1}))) == Ops{"prelu"});
  CHECK(ops_of({{}, 4}, sloped("", at::scalar_tensor(0.1))) == Ops{"mul", "gt", "where"});
  CHECK(ops_of({{}, 3}, sloped("act.weight", at::rand({2, 3}).narrow(0, 0, 1))) == Ops{"prelu"});
}

TEST_CASE("logsumexp with its maximum taken off is one operator") {
  for (const bool keepdim : {false, true})
    check_merge(
        {{}, 4, 3}, "logsumexp",
        [=](ImportBuilder& b, Wire x) {
          const mase::List dims{1};
          const Wire most = b.call("m", "amax", {x}, {{"dim", dims}, {"keepdim", true}});
          const Wire inf = b.binary("i", "eq", b.call("a", "abs", {most}), fixed_number(HUGE_VAL));
          const Wire finite = b.where("w", inf, fixed_number(0), most);
          mase::Map with{{"dim", dims}};
          if (keepdim) with.set("keepdim", true);
          const Wire sum = b.call("s", "sum", {b.call("e", "exp", {b.binary("d", "sub", x, finite)})}, with);
          const Wire added = keepdim ? finite : b.reshape("q", finite, {x.size(0), Size(3)});
          return b.binary("y", "add", b.call("l", "log", {sum}), added);
        },
        [=](const at::Tensor& x) { return x.logsumexp(1, keepdim); });
}

TEST_CASE("variances, deviations and lengths written out are var, std and norm") {
  const auto centred = [](ImportBuilder& b, const Wire& x) {
    const Wire rest = b.binary("d", "sub", x, b.call("m", "mean", {x}, {{"dim", mase::List{1, 2}}, {"keepdim", true}}));
    return b.call("v", "mean", {b.binary("q", "mul", rest, rest)}, {{"dim", mase::List{1, 2}}});
  };
  check_merge({{}, 4, 3}, "var", centred, [](const at::Tensor& x) { return x.var({1, 2}, false); });
  const auto corrected = [=](ImportBuilder& b, const Wire& x) {
    return b.binary("c", "div", b.binary("t", "mul", centred(b, x), fixed_number(12)), fixed_number(11));
  };
  check_merge({{}, 4, 3}, "var", corrected, [](const at::Tensor& x) { return x.var({1, 2}, true); });
  check_merge(
      {{}, 4, 3}, "std", [=](ImportBuilder& b, Wire x) { return b.call("r", "sqrt", {corrected(b, x)}); },
      [](const at::Tensor& x) {
        return x.std({1, 2}, true);
      });
  check_merge(
      {{}, 4, 3}, "norm",
      [](ImportBuilder& b, Wire x) {
        const Wire sum = b.call("s", "sum", {b.pow("p", x, fixed_number(2))}, {{"dim", mase::List{2}}});
        return b.pow("r", sum, fixed_number(0.5));
      },
      [](const at::Tensor& x) { return x.norm(2, 2); });
  // Corrected for another number of elements.
  CHECK(ops_of({{}, 4, 3}, [=](ImportBuilder& b, Wire x) {
          return b.binary("c", "div", b.binary("t", "mul", centred(b, x), fixed_number(4)), fixed_number(3));
        }) == Ops{"var", "mul", "div"});
}

TEST_CASE("a layer norm stays one where its variance is an operator") {
  const at::Tensor weight = at::rand({6}), bias = at::rand({6});
  mase::Graph graph = built(one_input({{}, 2, 6}, [&](ImportBuilder& b, Wire x) {
    const mase::Map last{{"dim", mase::List{2}}, {"keepdim", true}};
    mase::Map biased = last;
    biased.set("correction", int64_t{0});
    const Wire rest = b.binary("d", "sub", x, b.call("m", "mean", {x}, last));
    const Wire root = b.call("r", "sqrt", {b.binary("e", "add", b.call("v", "var", {x}, biased), fixed_number(1e-3))});
    return b.binary("b", "add",
                    b.binary("w", "mul", b.binary("q", "div", rest, root), ImportBuilder::known(weight, "ln.weight")),
                    ImportBuilder::known(bias, "ln.bias"));
  }));
  CHECK(import_operators(graph) == Ops{"layer_norm"});
}

TEST_CASE("what is normalized over the samples, too, is no layer norm") {
  const auto normalized = [](std::vector<std::optional<int64_t>> shape, mase::List axes) {
    return ops_of(std::move(shape), [=](ImportBuilder& b, Wire x) {
      const mase::Map over{{"dim", axes}, {"keepdim", true}};
      const Wire rest = b.binary("d", "sub", x, b.call("m", "mean", {x}, over));
      const Wire square = b.call("v", "mean", {b.binary("p", "mul", rest, rest)}, over);
      return b.binary("q", "div", rest, b.call("r", "sqrt", {b.binary("e", "add", square, fixed_number(1e-3))}));
    });
  };
  CHECK(normalized({{}, 2, 6}, {1, 2}) == Ops{"layer_norm"});
  const Ops all = normalized({{}, 6}, {0, 1});
  CHECK(std::count(all.begin(), all.end(), "layer_norm") == 0);
}

TEST_CASE("a value divided by the root of its mean square is rms_norm") {
  const at::Tensor weight = at::rand({6});
  for (const bool has_weight : {false, true}) {
    mase::Graph graph = built(one_input({{}, 2, 6}, [&](ImportBuilder& b, Wire x) {
      const Wire square =
          b.call("m", "mean", {b.pow("p", x, fixed_number(2))}, {{"dim", mase::List{-1}}, {"keepdim", true}});
      const Wire root = b.call("r", "rsqrt", {b.binary("e", "add", square, fixed_number(1e-3))});
      const Wire y = b.binary("y", "mul", x, root);
      return has_weight ? b.binary("w", "mul", ImportBuilder::known(weight, "norm.weight"), y) : y;
    }));
    CHECK(import_operators(graph) == Ops{"rms_norm"});
    const at::Tensor x = at::randn({3, 2, 6}), y = x * (x.pow(2).mean(-1, true) + 1e-3).rsqrt();
    CHECK(at::allclose(run(graph, {x}), has_weight ? y * weight : y, 1e-5, 1e-6));
  }
}

TEST_CASE("groups of channels that are normalized as rows are group_norm") {
  const at::Tensor weight = at::rand({4, 1, 1}), bias = at::rand({4, 1, 1});
  const auto grouped = [&](double scale) -> Body {
    return [=](ImportBuilder& b, Wire x) {
      const Wire rows = b.reshape("rows", x, {x.size(0), 2, 12});
      const Wire norm = b.apply(
          "n", mase::Chosen("nn.instance_norm1d", {{"num_features", 2}, {"affine", true}}), {rows},
          {{"weight", ImportBuilder::known(at::ones({2}) * scale)}, {"bias", ImportBuilder::known(at::zeros({2}))}})[0];
      const Wire back = b.reshape("back", norm, x.sizes());
      return b.binary("b", "add", b.binary("w", "mul", back, ImportBuilder::known(weight, "gn.weight")),
                      ImportBuilder::known(bias, "gn.bias"));
    };
  };
  mase::Graph graph = built(one_input({{}, 4, 2, 3}, grouped(1)));
  CHECK(import_operators(graph) == Ops{"group_norm"});
  const at::Tensor x = at::randn({3, 4, 2, 3});
  CHECK(at::allclose(run(graph, {x}), at::group_norm(x, 2, weight.flatten(), bias.flatten()), 1e-4, 1e-5));
  CHECK(ops_of({{}, 4, 2, 3}, grouped(2)).size() == 5);
}

TEST_CASE("channels that are normalized one by one, multiplied and moved are group_norm of as many groups") {
  const at::Tensor weight = at::rand({4, 1}), bias = at::rand({4, 1}), x = at::randn({3, 4, 6});
  const auto normed = [&](bool is_moved) -> Body {
    return [=](ImportBuilder& b, Wire in) {
      const Wire norm = b.call("n", "instance_norm1d", {in}, {{"num_features", 4}});
      const Wire scaled = b.binary("w", "mul", norm, ImportBuilder::known(weight, "gn.weight"));
      return is_moved ? b.binary("b", "add", scaled, ImportBuilder::known(bias, "gn.bias")) : scaled;
    };
  };
  mase::Graph graph = built(one_input({{}, 4, 6}, normed(true)));
  CHECK(import_operators(graph) == Ops{"group_norm"});
  CHECK(at::allclose(run(graph, {x}), at::group_norm(x, 4, weight.flatten(), bias.flatten()), 1e-4, 1e-5));
  CHECK(ops_of({{}, 4, 6}, normed(false)) == Ops{"instance_norm1d", "mul"});
}

TEST_CASE("any, all and one_hot written with sums and comparisons are those operators") {
  const auto counted = [](ImportBuilder& b, const Wire& truth) {
    const Wire count = b.call("s", "sum", {b.cast("c", truth, at::kLong)}, {{"dim", mase::List{1}}});
    return b.binary("g", "gt", count, ImportBuilder::known(at::scalar_tensor(0, at::kLong)));
  };
  CHECK(ops_of({{}, 4}, [=](ImportBuilder& b, Wire x) {
          return counted(b, b.binary("t", "gt", x, fixed_number(0)));
        }) == Ops{"gt", "any"});
  mase::Graph graph = built(one_input({{}, 4}, [=](ImportBuilder& b, Wire x) {
    const Wire truth = b.binary("t", "gt", x, fixed_number(0));
    return b.call("o", "logical_not", {counted(b, b.call("n", "logical_not", {truth}))});
  }));
  CHECK(import_operators(graph) == Ops{"gt", "all"});
  const at::Tensor x = at::randn({30, 4});
  CHECK(at::equal(run(graph, {x}), (x > 0).all(1)));
  CHECK(ops_of({{}, 4}, [](ImportBuilder& b, Wire y) {
          const Wire classes = b.reshape("u", b.cast("l", y, at::kLong), {y.size(0), 4, 1});
          const Wire hits = b.binary("e", "eq", classes, ImportBuilder::known(at::arange(5)));
          return b.cast("c", hits, at::kLong);
        }) == Ops{"cast", "one_hot"});
}

TEST_CASE("a softmax of turned axes is one along the axis before") {
  check_merge(
      {{}, 4, 3}, "softmax",
      [](ImportBuilder& b, Wire x) {
        const Wire turned = b.call("s", "softmax", {b.transpose("t", x, 1, 2)}, {{"dim", -1}});
        return b.transpose("u", turned, 1, 2);
      },
      [](const at::Tensor& x) { return x.softmax(1); });
}

TEST_CASE("a choice of zero is relu, a number added to the negative is a difference") {
  check_merge(
      {{}, 4}, "relu",
      [](ImportBuilder& b, Wire x) {
        return b.where("y", b.binary("l", "le", x, fixed_number(0)), fixed_number(0), x);
      },
      [](const at::Tensor& x) { return x.relu(); });
  check_merge(
      {{}, 4}, "sub",
      [](ImportBuilder& b, Wire x) { return b.binary("a", "add", b.call("n", "neg", {x}), fixed_number(2)); },
      [](const at::Tensor& x) { return 2 - x; });
}
