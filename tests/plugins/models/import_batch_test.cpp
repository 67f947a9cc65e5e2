// Files of one batch size: which sizes of their reshapes grow with the batch.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <catch2/catch.hpp>

#include "plugins/models/import.h"
#include "support/fake_context.h"

using namespace models;
using namespace test;

namespace {

using StaticBody = std::function<Wire(ImportBuilder&, Wire)>;

mase::Graph imported_for(int64_t batch, mase::Shape sample, const StaticBody& body) {
  FakeContext context;
  ImportFields fields;
  fields.file.name = "static.pt2";
  std::vector<std::optional<int64_t>> shape{batch};
  for (const int64_t n : sample) shape.emplace_back(n);
  return import_graph(fields, context, "test", [&](ImportBuilder& b) {
    b.output("y", body(b, b.inputs({{"x", shape, at::kFloat}}).at("x")));
  });
}

at::Tensor result_for(mase::Graph& graph, const at::Tensor& x) {
  return mase::Executor(graph, registry()).run({x}).at(0);
}

constexpr int64_t kSteps = 6, kHeads = 4, kEach = 4, kWidth = 16;

// nn.MultiheadAttention on one tensor, as torch.export writes it for a batch of n: steps first, batch and heads joined.
Wire attention_for(ImportBuilder& b, const Wire& x, const at::Tensor& weight, int64_t n) {
  const Wire steps = b.transpose("steps", x, 0, 1);
  Wire heads = b.transpose("heads", b.reshape("join", steps, {kSteps, n * kHeads, kEach}), 0, 1);
  heads = b.reshape("part", heads, {n, kHeads, kSteps, kEach});
  const Wire mixed =
      b.permute("back", b.call("sdpa", "scaled_dot_product_attention", {heads, heads, heads}), {2, 0, 1, 3});
  const Wire rows = b.reshape("rows", mixed, {kSteps * n, kWidth});
  const Wire out = b.linear("out", rows, ImportBuilder::known(weight, "out.weight"), {});
  return b.transpose("y", b.reshape("unrow", out, {kSteps, n, kWidth}), 0, 1);
}

at::Tensor attention_of(const at::Tensor& x, const at::Tensor& weight) {
  const at::Tensor heads = x.view({-1, kSteps, kHeads, kEach}).transpose(1, 2);
  const at::Tensor mixed = at::scaled_dot_product_attention(heads, heads, heads);
  return at::linear(mixed.transpose(1, 2).reshape({-1, kSteps, kWidth}), weight);
}

}  // namespace

TEST_CASE("attention with its steps before the batch runs for any batch, whatever the file's own") {
  const at::Tensor weight = at::randn({kWidth, kWidth});
  for (const int64_t batch : {1, 2, 3, 4, 6}) {
    INFO("batch " << batch);
    mase::Graph graph = imported_for(batch, {kSteps, kWidth},
                                     [&](ImportBuilder& b, Wire x) { return attention_for(b, x, weight, batch); });
    for (const int64_t n : {1, 2, 5}) {
      const at::Tensor x = at::randn({n, kSteps, kWidth});
      CHECK(at::allclose(result_for(graph, x), attention_of(x, weight), 1e-4, 1e-5));
    }
  }
}

TEST_CASE("samples that are joined with an axis are parted from it again") {
  for (const int64_t batch : {1, 2, 3}) {
    INFO("batch " << batch);
    // Of [n, 3, 4]: rows in the batch's order, windows, and back.
    mase::Graph graph = imported_for(batch, {3, 4}, [&](ImportBuilder& b, Wire x) {
      const Wire rows = b.call("relu", "relu", {b.reshape("rows", x, {batch * 3, 4})});
      const Wire windows = b.reshape("windows", rows, {batch * 3, 2, 2});
      return b.reshape("back", b.transpose("swap", windows, 1, 2), {batch, 3, 4});
    });
    const at::Tensor x = at::randn({5, 3, 4});
    const at::Tensor expected = x.relu().view({15, 2, 2}).transpose(1, 2).reshape({5, 3, 4});
    CHECK(at::equal(result_for(graph, x), expected));
  }
}

TEST_CASE("a mask as long as the file's batch is large stays as long") {
  const at::Tensor x = at::randn({5, 4, 3});
  mase::Graph graph = imported_for(4, {4, 3}, [](ImportBuilder& b, Wire in) {
    const Wire mask = b.expand("mask", ImportBuilder::known(at::full({1, 1}, 2.)), {4, 3});
    return b.binary("add", "add", in, mask);
  });
  CHECK(at::equal(result_for(graph, x), x + 2));
}

TEST_CASE("constant indices of a static file's batch are every sample's, or the file's own batch is all there is") {
  const auto gathered = [](const at::Tensor& index) {
    return imported_for(index.size(0), {4}, [=](ImportBuilder& b, Wire in) {
      return b.call("gather", "gather", {in, ImportBuilder::known(index)}, {{"dim", 1}});
    });
  };
  const at::Tensor x = at::randn({5, 4}), row = at::tensor({2, 0}, at::kLong).view({1, 2});
  for (const int64_t batch : {1, 3}) {
    mase::Graph graph = gathered(row.expand({batch, 2}).contiguous());
    CHECK(at::equal(result_for(graph, x), at::gather(x, 1, row.expand({5, 2}))));
  }
  mase::Graph own = gathered(at::tensor({2, 0, 1, 1}, at::kLong).view({2, 2}));
  CHECK(result_for(own, x.narrow(0, 0, 2)).sizes() == at::IntArrayRef({2, 2}));
  CHECK_THROWS_WITH(result_for(own, x), Catch::Contains("only with batches of 2"));
}

TEST_CASE("a token that a file for one sample joins to the input is there for every sample") {
  const at::Tensor token = at::randn({1, 1, 4}), x = at::randn({5, 3, 4});
  mase::Graph graph = imported_for(1, {3, 4}, [&](ImportBuilder& b, Wire in) {
    return b.call("cat", "cat", {ImportBuilder::known(token), in}, {{"dim", 1}});
  });
  CHECK(at::equal(result_for(graph, x), at::cat({token.expand({5, 1, 4}), x}, 1)));
}

TEST_CASE("constant rows of a sample's parts, one block after the other, are there for every sample") {
  // Windows of images are rows of one axis, and each window of an image has its own mask.
  const at::Tensor masks = at::randn({3, 2}), x = at::randn({5, 6});
  const at::Tensor expected = (x.view({15, 2}) + masks.repeat({5, 1})).view({5, 6});
  for (const int64_t batch : {2, 4}) {
    INFO("batch " << batch);
    mase::Graph graph = imported_for(batch, {6}, [&](ImportBuilder& b, Wire in) {
      const Wire windows = b.reshape("windows", in, {batch * 3, 2});
      return b.reshape("y", b.binary("sum", "add", windows, ImportBuilder::known(masks.repeat({batch, 1}))),
                       {batch, 6});
    });
    CHECK(at::allclose(result_for(graph, x), expected));
    // Picked by indices that are one block for each sample.
    const at::Tensor index = at::tensor({1, 0, 0, 1, 1, 1}, at::kLong).view({3, 2});
    mase::Graph picks = imported_for(batch, {6}, [&](ImportBuilder& b, Wire in) {
      const Wire windows = b.reshape("windows", in, {batch * 3, 2});
      return b.reshape(
          "y", b.call("gather", "gather", {windows, ImportBuilder::known(index.repeat({batch, 1}))}, {{"dim", 1}}),
          {batch, 6});
    });
    CHECK(at::equal(result_for(picks, x), at::gather(x.view({15, 2}), 1, index.repeat({5, 1})).view({5, 6})));
  }
}

TEST_CASE("what is repeated as often as the file's batch says is repeated for every sample") {
  const at::Tensor weight = at::randn({2, 2}), x = at::randn({5, 3, 2});
  for (const int64_t batch : {2, 4}) {
    mase::Graph graph = imported_for(batch, {3, 2}, [&](ImportBuilder& b, Wire in) {
      // Computed when the graph runs, as layers of constants are.
      const Wire rows = b.linear("rows", ImportBuilder::known(at::ones({3, 2})), ImportBuilder::known(weight, "w"), {});
      const Wire all = b.repeat("repeat", rows, {Size(batch), Size(1)});
      return b.reshape("y", b.binary("sum", "add", b.reshape("flat", in, {batch * 3, 2}), all), {batch, 3, 2});
    });
    CHECK(at::allclose(result_for(graph, x), x + at::linear(at::ones({3, 2}), weight)));
  }
}

TEST_CASE("a constant axis that is as long as the file's batch happens to be stays so long") {
  const at::Tensor x = at::randn({5, 2, 4, 4});
  mase::Graph graph = imported_for(4, {2, 4, 4}, [](ImportBuilder& b, Wire in) {
    const Wire row = ImportBuilder::known(at::arange(4.F));
    const Wire across = b.expand("across", b.reshape("row", row, {1, 4}), {4, 4});
    const Wire down = b.expand("down", b.reshape("column", row, {4, 1}), {4, 4});
    const Wire grid = b.call("stack", "stack", {down, across}, {{"dim", 0}});
    return b.binary("sum", "add", in, grid);
  });
  const at::Tensor row = at::arange(4.F);
  const at::Tensor grid = at::stack({row.view({4, 1}).expand({4, 4}), row.view({1, 4}).expand({4, 4})});
  CHECK(at::equal(result_for(graph, x), x + grid));
}

TEST_CASE("zeros of the file's batch change nothing, and parts that hold nothing go") {
  mase::Graph zeros = imported_for(4, {2, 3}, [](ImportBuilder& b, Wire in) {
    return b.binary("sum", "add", b.call("relu", "relu", {in}), ImportBuilder::known(at::zeros({4, 1, 3})));
  });
  CHECK(zeros.nodes().size() == 3);
  mase::Graph parts = imported_for(4, {8}, [](ImportBuilder& b, Wire in) {
    const Wire all = b.call("relu", "relu", {in});
    return b.cat("cat", {all, b.slice("rest", all, 1, 8, INT64_MAX, 1)}, 1);
  });
  CHECK(parts.nodes().size() == 3);
  const at::Tensor x = at::randn({5, 8});
  CHECK(at::equal(result_for(parts, x), x.relu()));
}

TEST_CASE("what a layer makes of constants of the file's batch is there for every sample") {
  const at::Tensor weight = at::randn({3, 3}), row = at::randn({1, 2, 3}), x = at::randn({5, 2, 3});
  mase::Graph graph = imported_for(4, {2, 3}, [&](ImportBuilder& b, Wire in) {
    const Wire places = ImportBuilder::known(row.expand({4, 2, 3}).contiguous());
    return b.binary("sum", "add", in, b.linear("rows", places, ImportBuilder::known(weight, "w"), {}));
  });
  CHECK(at::allclose(result_for(graph, x), x + at::linear(row, weight), 1e-4, 1e-5));
}
