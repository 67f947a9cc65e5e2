// simplify(): what exporters and decompositions write with several nodes becomes the operator that it is.
#include <ATen/TensorOperators.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/glu.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/permute.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <catch2/catch.hpp>

#include "walked.h"

using namespace test;

namespace {

using MergeBody = std::function<Wire(ImportBuilder&, Wire)>;

mase::Graph merged(std::vector<std::optional<int64_t>> shape, const MergeBody& body) {
  return built(one_input(std::move(shape), body));
}

Wire scalar_wire(double value) { return ImportBuilder::known(at::scalar_tensor(value)); }

}  // namespace

TEST_CASE("the mean of an image's pixels is a pool, of a vector's elements a mean") {
  const MergeBody pixels = [](ImportBuilder& b, Wire x) { return b.mean("m", x, {3, 2}, true); };
  mase::Graph graph = merged({{}, 3, 4, 4}, pixels);
  CHECK(import_operators(graph) == Ops{"adaptive_avg_pool2d"});
  const at::Tensor x = at::rand({2, 3, 4, 4});
  CHECK(at::allclose(run(graph, {x}), at::adaptive_avg_pool2d(x, {1, 1}), 1e-4, 1e-6));
  CHECK(import_operators(merged({{}, 3, 4, 4}, [](ImportBuilder& b, Wire y) {
          return b.mean("m", y, {2, 3}, false);
        })) == Ops{"mean"});
  CHECK(import_operators(merged({{}, 3, 4}, [](ImportBuilder& b, Wire y) { return b.mean("m", y, {2}, true); })) ==
        Ops{"mean"});
}

TEST_CASE("limits of floats are the activation that they are") {
  const auto limited = [](mase::Value low, mase::Value high) {
    return import_operators(merged({{}, 4}, [=](ImportBuilder& b, Wire x) { return b.clamp("c", x, low, high); }));
  };
  CHECK(limited(0, {}) == Ops{"relu"});
  CHECK(limited(0.0, 6.0) == Ops{"relu6"});
  CHECK(limited(-1, 1) == Ops{"hardtanh"});
  CHECK(limited(-1, 2) == Ops{"clamp"});
  CHECK(limited({}, {}) == Ops{});
  // One after the other, as decompositions have it.
  CHECK(import_operators(merged({{}, 4}, [](ImportBuilder& b, Wire x) {
          return b.clamp("b", b.clamp("a", x, -1, {}), {}, 3);
        })) == Ops{"clamp"});
}

TEST_CASE("hardswish, silu and glu are found in their products") {
  const MergeBody hardswish = [](ImportBuilder& b, Wire x) {
    const Wire limited = b.clamp("high", b.clamp("low", b.binary("a", "add", x, scalar_wire(3)), 0, {}), {}, 6);
    return b.binary("d", "div", b.binary("m", "mul", x, limited), scalar_wire(6));
  };
  mase::Graph graph = merged({{}, 5}, hardswish);
  CHECK(import_operators(graph) == Ops{"hardswish"});
  const at::Tensor x = at::randn({3, 5}) * 4;
  CHECK(at::allclose(run(graph, {x}), at::hardswish(x), 1e-4, 1e-6));

  CHECK(import_operators(merged({{}, 5}, [](ImportBuilder& b, Wire y) {
          const Wire gate = b.call("h", "hardsigmoid", {y});
          return b.binary("m", "mul", gate, y);
        })) == Ops{"hardswish"});
  CHECK(import_operators(merged({{}, 5}, [](ImportBuilder& b, Wire y) {
          return b.binary("m", "mul", y, b.call("s", "sigmoid", {y}));
        })) == Ops{"silu"});
  // Another value's gate stays a product.
  CHECK(import_operators(merged({{}, 5}, [](ImportBuilder& b, Wire y) {
          return b.binary("m", "mul", y, b.call("s", "sigmoid", {b.call("t", "tanh", {y})}));
        })) == Ops{"tanh", "sigmoid", "mul"});

  graph = merged({{}, 6}, [](ImportBuilder& b, Wire y) {
    return b.binary("m", "mul", b.slice("l", y, 1, 0, 3, 1),
                    b.call("s", "sigmoid", {b.slice("r", y, 1, 3, INT64_MAX, 1)}));
  });
  CHECK(import_operators(graph) == Ops{"glu"});
  const at::Tensor z = at::randn({2, 6});
  CHECK(at::allclose(run(graph, {z}), at::glu(z, 1), 1e-4, 1e-6));
}

TEST_CASE("a pool over an image of one row is a pool over a line") {
  const auto pooled = [](mase::List kernel) -> MergeBody {
    return [=](ImportBuilder& b, Wire x) {
      const Wire image = b.reshape("u", x, {x.size(0), x.size(1), 1, x.size(2)});
      const Wire y = b.call("p", "max_pool2d", {image}, {{"kernel_size", kernel}, {"stride", mase::List{1, 2}}});
      return b.reshape("s", y, {y.size(0), y.size(1), y.size(3)});
    };
  };
  mase::Graph graph = merged({{}, 2, 8}, pooled({1, 3}));
  CHECK(import_operators(graph) == Ops{"max_pool1d"});
  const at::Tensor x = at::rand({2, 2, 8});
  CHECK(at::allclose(run(graph, {x}), at::max_pool1d(x, 3, 2), 1e-4, 1e-6));
}

TEST_CASE("zeros around an image belong to the pool behind them, other numbers do not") {
  const auto padded = [](mase::Map pad) -> MergeBody {
    return [=](ImportBuilder& b, Wire x) {
      const Wire y = b.call("pad", "pad", {x}, pad);
      return b.call("p", "avg_pool2d", {y}, {{"kernel_size", 3}, {"stride", 2}, {"count_include_pad", false}});
    };
  };
  mase::Graph graph = merged({{}, 2, 8, 8}, padded({{"pad", mase::List{1, 1, 1, 1}}}));
  CHECK(import_operators(graph) == Ops{"avg_pool2d"});
  const at::Tensor x = at::rand({2, 2, 8, 8});
  CHECK(at::allclose(run(graph, {x}), at::avg_pool2d(x, {3, 3}, {2, 2}, {1, 1}), 1e-4, 1e-6));
  CHECK(import_operators(merged({{}, 2, 8, 8}, padded({{"pad", mase::List{1, 1, 1, 1}}, {"value", 2.0}}))).size() == 2);
  CHECK(import_operators(merged({{}, 2, 8, 8}, padded({{"pad", mase::List{0, 1, 0, 1}}}))).size() == 2);
}

TEST_CASE("one place of an axis without the axis is a selection, cut out in whichever way") {
  const auto thirds = [](const std::function<Wire(ImportBuilder&, const Wire&, int64_t)>& part) -> MergeBody {
    return [=](ImportBuilder& b, Wire x) {
      const auto third = [&](int64_t i) { return b.call("s", "squeeze", {part(b, x, i)}, {{"dim", 1}}); };
      const Wires thirds{third(0), third(1), third(2)};
      return b.binary("sum", "sub", thirds[2], b.binary("prod", "mul", thirds[0], thirds[1]));
    };
  };
  mase::Graph sliced = merged(
      {{}, 3, 4}, thirds([](ImportBuilder& b, const Wire& x, int64_t i) { return b.slice("c", x, 1, i, i + 1, 1); }));
  mase::Graph split = merged({{}, 3, 4}, thirds([](ImportBuilder& b, const Wire& x, int64_t i) {
                               const mase::Map with{{"sizes", mase::List{1, 1, 1}}, {"dim", 1}};
                               return b.apply("c", mase::Chosen("nn.split", with), {x})[static_cast<size_t>(i)];
                             }));
  const at::Tensor x = at::rand({2, 3, 4});
  const at::Tensor expected = x.select(1, 2) - x.select(1, 0) * x.select(1, 1);
  for (mase::Graph* graph : {&sliced, &split}) {
    CHECK(import_operators(*graph) == Ops{"select", "select", "select", "mul", "sub"});
    CHECK(at::equal(run(*graph, {x}), expected));
  }
  CHECK(import_operators(merged({{}, 3, 4}, [](ImportBuilder& b, Wire y) {
          return b.call("s", "squeeze", {b.slice("c", y, 1, 0, 2, 1)}, {{"dim", 1}});
        })) == Ops{"slice", "squeeze"});
}

TEST_CASE("slices that cover an axis are a split; others stay") {
  const auto sliced = [](int64_t second) -> MergeBody {
    return [=](ImportBuilder& b, Wire x) {
      const Wire left = b.slice("l", x, 1, 0, 2, 1), right = b.slice("r", x, 1, second, INT64_MAX, 1);
      return b.call("c", "cat", {right, left, right}, {{"dim", 1}});
    };
  };
  mase::Graph graph = merged({{}, 6}, sliced(2));
  CHECK(import_operators(graph) == Ops{"split", "cat"});
  CHECK(run(graph, {at::rand({3, 6})}).sizes() == at::IntArrayRef({3, 10}));
  CHECK(import_operators(merged({{}, 6}, sliced(3))) == Ops{"slice", "slice", "cat"});
}

TEST_CASE("heads and rows that are stacked for a product are not") {
  mase::Graph graph = merged({{}, 2, 3, 4}, [](ImportBuilder& b, Wire x) {
    const Size stacks(x.size(0).at[0] * 2, x.size(0).at[1] * 2);
    const Wire product =
        b.matmul("m", b.reshape("a", x, {stacks, 3, 4}), b.reshape("b", b.transpose("t", x, 2, 3), {stacks, 4, 3}));
    return b.reshape("y", product, {x.size(0), 2, 3, 3});
  });
  CHECK(import_operators(graph) == Ops{"transpose", "matmul"});
  const at::Tensor x = at::rand({5, 2, 3, 4});
  CHECK(at::allclose(run(graph, {x}), x.matmul(x.transpose(2, 3)), 1e-4, 1e-6));

  graph = merged({{}, 3, 4}, [](ImportBuilder& b, Wire y) {
    const Wire rows = b.reshape("r", y, {-1, 4});
    const Wire layer = b.linear("fc", rows, ImportBuilder::known(at::ones({2, 4}), "w"), ImportBuilder::absent());
    return b.reshape("back", layer, {-1, 3, 2});
  });
  CHECK(import_operators(graph) == Ops{"linear"});
  CHECK(run(graph, {at::rand({5, 3, 4})}).sizes() == at::IntArrayRef({5, 3, 2}));
}

TEST_CASE("written-out attention whose heads share a key and a value says so, and broadcasts nothing else") {
  const at::Tensor x = at::randn({2, 3, 5, 4}), key = x.narrow(1, 0, 1);
  mase::Graph graph = merged({{}, 3, 5, 4}, [](ImportBuilder& b, Wire y) {
    const Wire shared = b.slice("key", y, 1, 0, 1, 1);
    const Wire scores = b.binary("scale", "mul", b.matmul("qk", y, b.transpose("kt", shared, 2, 3)), scalar_wire(0.5));
    return b.matmul("y", b.call("softmax", "softmax", {scores}, {{"dim", -1}}), shared);
  });
  CHECK(import_operators(graph).back() == "scaled_dot_product_attention");
  CHECK(at::allclose(run(graph, {x}), x.matmul(key.transpose(2, 3)).mul(0.5).softmax(-1).matmul(key), 1e-4, 1e-5));
  // The query broadcasts.
  mase::Graph other = merged({{}, 3, 5, 4}, [](ImportBuilder& b, Wire y) {
    const Wire query = b.slice("query", y, 1, 0, 1, 1);
    const Wire scores = b.matmul("qk", query, b.transpose("kt", y, 2, 3));
    return b.matmul("y", b.call("softmax", "softmax", {scores}, {{"dim", -1}}), y);
  });
  CHECK(import_operators(other).back() == "matmul");
  CHECK(at::allclose(run(other, {x}), key.matmul(x.transpose(2, 3)).softmax(-1).matmul(x), 1e-4, 1e-5));
}

TEST_CASE("a constant lower triangle as mask is is_causal, another mask stays") {
  const auto attention = [](const at::Tensor& mask) -> MergeBody {
    return [=](ImportBuilder& b, Wire x) {
      return b.call("a", "scaled_dot_product_attention", {x, x, x, ImportBuilder::known(mask, "mask")});
    };
  };
  const at::Tensor shown = at::ones({1, 1, 5, 5}, at::kBool).tril(), x = at::randn({2, 3, 5, 4});
  const at::Tensor added = at::zeros({5, 5}).masked_fill(shown[0][0].logical_not(), -3.4e38);
  const at::Tensor expected = at::scaled_dot_product_attention(x, x, x, {}, 0, true);
  for (const at::Tensor& mask : {shown, added}) {
    mase::Graph graph = merged({{}, 3, 5, 4}, attention(mask));
    CHECK(import_operators(graph) == Ops{"scaled_dot_product_attention"});
    CHECK(graph.tensor_keys().empty());
    CHECK(at::allclose(run(graph, {x}), expected, 1e-4, 1e-6));
  }
  for (const at::Tensor& mask : {shown.logical_not(), added * 1e-38, at::ones({5, 5}, at::kBool)})
    CHECK(merged({{}, 3, 5, 4}, attention(mask)).tensor_keys().size() == 1);
}

TEST_CASE("a swap behind a reshape that parts moved axes is one with the move") {
  mase::Graph graph = merged({{}, 6, 8}, [](ImportBuilder& b, Wire x) {  // [n, 6, 8] -> [2n, 4, 6] -> [n, 2, 6, 4]
    const Wire heads = b.reshape("heads", x, {-1, 6, 2, 4});
    const Wire joined = b.reshape("joined", b.permute("moved", heads, {0, 2, 3, 1}), {-1, 4, 6});
    const Wire parted = b.reshape("parted", b.call("r", "relu", {joined}), {-1, 2, 4, 6});
    const Wire keys = b.permute("keys", b.reshape("steps", x, {-1, 2, 4}), {2, 0, 1});
    const Wire pairs = b.transpose("swap", b.reshape("pairs", keys, {2, 2, -1, 2}), 2, 3);
    return b.binary("sum", "add", b.mean("m", parted, {1, 2, 3}, false), b.mean("k", pairs, {0, 1, 2, 3}, true));
  });
  const at::Tensor x = at::randn({3, 6, 8});
  const at::Tensor means = x.relu().mean({1, 2}) + x.mean();
  CHECK(at::allclose(run(graph, {x}).reshape({-1}), means, 1e-4, 1e-6));
  const Ops ops = import_operators(graph);
  CHECK(std::count(ops.begin(), ops.end(), "permute") + std::count(ops.begin(), ops.end(), "transpose") == 2);
}

TEST_CASE("permutations one after the other are one, or none") {
  const auto twice = [](std::vector<int64_t> second) -> MergeBody {
    return [=](ImportBuilder& b, Wire x) { return b.permute("q", b.permute("p", x, {0, 2, 3, 1}), second); };
  };
  mase::Graph graph = merged({{}, 2, 3, 4}, twice({0, 2, 3, 1}));
  CHECK(import_operators(graph) == Ops{"permute"});
  const at::Tensor x = at::rand({5, 2, 3, 4});
  CHECK(at::allclose(run(graph, {x}), x.permute({0, 2, 3, 1}).permute({0, 2, 3, 1}), 1e-4, 1e-6));
  CHECK(import_operators(merged({{}, 2, 3, 4}, [](ImportBuilder& b, Wire y) {
          return b.call("r", "relu", {b.permute("q", b.permute("p", y, {0, 2, 3, 1}), {0, 3, 1, 2})});
        })) == Ops{"relu"});
}

TEST_CASE("a constant of a static file's batch that is joined to the input follows the batch") {
  mase::Graph graph = merged({3, 2, 4}, [](ImportBuilder& b, Wire x) {
    return b.call("c", "cat", {ImportBuilder::known(at::ones({3, 1, 4})), x}, {{"dim", 1}});
  });
  CHECK(run(graph, {at::rand({7, 2, 4})}).sizes() == at::IntArrayRef({7, 3, 4}));
}
