// What moves elements: pixels, axes of one, stacks, parts, rows at indices, and equations of products.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/pixel_shuffle.h>
#include <ATen/ops/pixel_unshuffle.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <catch2/catch.hpp>

#include "walked.h"

using namespace test;

namespace {

Wire places(const std::vector<int64_t>& values) { return ImportBuilder::known(at::tensor(values, at::kLong)); }

// The equation of inputs x [n, 3, 4] and y [n, 4, 5].
mase::Graph equation(const std::string& text) {
  return built([&](ImportBuilder& b) {
    auto in = b.inputs({{"x", {{{}, 3, 4}}, at::kFloat}, {"y", {{{}, 4, 5}}, at::kFloat}});
    b.output("z", b.einsum("e", text, {in.at("x"), in.at("y")}));
  });
}

}  // namespace

TEST_CASE("pixels that are moved by hand are pixel_shuffle and pixel_unshuffle") {
  mase::Graph graph = built(one_input({{}, 8, 2, 3}, [](ImportBuilder& b, Wire x) {
    const Wire parts = b.reshape("a", x, {x.size(0), 2, 2, 2, 2, 3});
    return b.reshape("c", b.permute("b", parts, {0, 1, 4, 2, 5, 3}), {x.size(0), 2, 4, 6});
  }));
  CHECK(import_operators(graph) == Ops{"pixel_shuffle"});
  const at::Tensor x = at::rand({3, 8, 2, 3});
  CHECK(at::equal(run(graph, {x}), at::pixel_shuffle(x, 2)));
  graph = built(one_input({{}, 2, 4, 6}, [](ImportBuilder& b, Wire y) {
    const Wire parts = b.reshape("a", y, {y.size(0), 2, 2, 2, 3, 2});
    return b.reshape("c", b.permute("b", parts, {0, 1, 3, 5, 2, 4}), {y.size(0), 8, 2, 3});
  }));
  CHECK(import_operators(graph) == Ops{"pixel_unshuffle"});
  const at::Tensor y = at::rand({3, 2, 4, 6});
  CHECK(at::equal(run(graph, {y}), at::pixel_unshuffle(y, 2)));
  // The same shapes in another order.
  CHECK(ops_of({{}, 8, 2, 3}, [](ImportBuilder& b, Wire z) {
          const Wire parts = b.reshape("a", z, {z.size(0), 2, 2, 2, 2, 3});
          return b.reshape("c", b.permute("b", parts, {0, 1, 4, 3, 5, 2}), {z.size(0), 2, 4, 6});
        }).size() == 3);
}

TEST_CASE("axes of one are put where they end up") {
  mase::Graph graph = built(one_input({{}, 3, 4}, [](ImportBuilder& b, Wire x) {
    const Wire wide = b.reshape("a", x, {x.size(0), 3, 4, 1});
    return b.reshape("c", b.permute("b", wide, {0, 2, 3, 1}), {x.size(0), 4, 3});
  }));
  CHECK(import_operators(graph) == Ops{"transpose"});
  const at::Tensor x = at::rand({2, 3, 4});
  CHECK(at::equal(run(graph, {x}), x.transpose(1, 2)));
  CHECK(ops_of({{}, 3}, [](ImportBuilder& b, Wire y) {
          return b.transpose("b", b.reshape("a", y, {y.size(0), 3, 1}), 1, 2);
        }) == Ops{"unsqueeze"});
}

TEST_CASE("values that get an axis to be joined along are stacked") {
  const auto joined = [](bool parts) -> Walk {
    return [=](ImportBuilder& b) {
      auto in = b.inputs({{"x", {{{}, 3}}, at::kFloat}, {"y", {{{}, 3}}, at::kFloat}});
      Wires wires{in.at("x"), in.at("y")};
      const Size n = wires[0].size(0);
      if (!parts)
        for (Wire& wire : wires) wire = b.reshape("u", wire, {n, 3, 1});
      const Wire cat = b.call("cat", "cat", wires, {{"dim", parts ? 1 : 2}});
      b.output("z", parts ? b.reshape("v", cat, {n, 2, 3}) : cat);
    };
  };
  const at::Tensor x = at::rand({4, 3}), y = at::rand({4, 3});
  for (const bool parts : {true, false}) {
    mase::Graph graph = built(joined(parts));
    CHECK(import_operators(graph) == Ops{"stack"});
    CHECK(at::equal(run(graph, {x, y}), at::stack({x, y}, parts ? 1 : 2)));
  }
}

TEST_CASE("parts of a split that nobody needs leave slices") {
  mase::Graph graph = built(one_input({{}, 6}, [](ImportBuilder& b, Wire x) {
    return b.apply("s", mase::Chosen("nn.split", {{"sizes", mase::List{1, 3, 2}}, {"dim", 1}}), {x})[1];
  }));
  CHECK(import_operators(graph) == Ops{"slice"});
  const at::Tensor x = at::rand({3, 6});
  CHECK(at::equal(run(graph, {x}), x.narrow(1, 1, 3)));
}

TEST_CASE("the only element of an axis is squeezed, not selected") {
  CHECK(ops_of({{}, 1, 3}, [](ImportBuilder& b, Wire x) {
          return b.call("s", "select", {x}, {{"dim", 1}, {"index", 0}});
        }) == Ops{"squeeze"});
}

TEST_CASE("rows of moved axes are picked where they were") {
  mase::Graph graph = built(one_input({{}, 3, 4}, [](ImportBuilder& b, Wire x) {
    const Wire rows = b.index_select("s", b.transpose("t", x, 0, 1), 0, places({2, 0}));
    return b.transpose("u", rows, 0, 1);
  }));
  CHECK(import_operators(graph) == Ops{"index_select"});
  const at::Tensor x = at::rand({2, 3, 4});
  CHECK(at::equal(run(graph, {x}), x.index_select(1, at::tensor({2, 0}, at::kLong))));
}

TEST_CASE("indices of axes that cross each other pick rows, others do not") {
  const at::Tensor x = at::rand({2, 3, 4});
  mase::Graph graph = built(one_input({{}, 3, 4}, [](ImportBuilder& b, Wire y) {
    return b.index("i", y,
                   {std::nullopt, ImportBuilder::known(at::tensor({2, 0}, at::kLong).view({2, 1})), places({3, 3, 1})});
  }));
  CHECK(import_operators(graph) == Ops{"index_select", "index_select"});
  const at::Tensor rows = x.index_select(1, at::tensor({2, 0}, at::kLong));
  CHECK(at::equal(run(graph, {x}), rows.index_select(2, at::tensor({3, 3, 1}, at::kLong))));
  CHECK(ops_of({{}, 3, 4}, [](ImportBuilder& b, Wire y) {
          return b.index("i", y, {std::nullopt, places({2, 0}), places({3, 1})});
        }) == Ops{"index"});
}

TEST_CASE("rows that go on beyond an image's edges are padding") {
  const auto padded = [](std::vector<int64_t> rows) {
    return built(
        one_input({{}, 2, 3, 4}, [=](ImportBuilder& b, Wire x) { return b.index_select("i", x, 2, places(rows)); }));
  };
  const at::Tensor x = at::rand({2, 2, 3, 4});
  mase::Graph reflected = padded({2, 1, 0, 1, 2, 1}), repeated = padded({0, 0, 1, 2, 2, 2});
  CHECK(import_operators(reflected) == Ops{"pad"});
  CHECK(at::equal(run(reflected, {x}), at::pad(x, {0, 0, 2, 1}, "reflect")));
  CHECK(import_operators(repeated) == Ops{"pad"});
  CHECK(at::equal(run(repeated, {x}), at::pad(x, {0, 0, 1, 2}, "replicate")));
  CHECK(import_operators(padded({2, 1, 0, 1, 2, 0})) == Ops{"index_select"});
}

TEST_CASE("equations of products are the products that they stand for") {
  const at::Tensor x = at::rand({2, 3, 4}), y = at::rand({2, 4, 5});
  const std::vector<std::pair<std::string, Ops>> cases{
      {"bij,bjk->bik", {"matmul"}}, {"bij,bjk->bki", {"matmul", "transpose"}}, {"bij,bjk", {}}, {"bij,bjk->bi", {}},
      {"bij,bjk->bijk", {}},        {"...ij,...jk->...ik", {"matmul"}}};
  for (const auto& [text, ops] : cases) {
    INFO(text);
    mase::Graph graph = equation(text);
    const Ops found = import_operators(graph);
    if (!ops.empty()) CHECK(found == ops);
    CHECK(std::count(found.begin(), found.end(), "einsum") == 0);
    CHECK(at::allclose(run(graph, {x, y}), at::einsum(text, {x, y})));
  }
  mase::Graph layer = built(one_input({{}, 3, 4}, [&](ImportBuilder& b, Wire z) {
    return b.einsum("e", "bij,oj->bio", {z, ImportBuilder::known(at::ones({6, 4}), "w")});
  }));
  CHECK(import_operators(layer) == Ops{"linear"});
  CHECK(layer.tensor_keys() == std::vector<std::string>{"w"});
  // A repeated letter is a diagonal.
  CHECK(ops_of({{}, 3, 3}, [](ImportBuilder& b, Wire z) { return b.einsum("e", "bii->bi", {z}); }) == Ops{"einsum"});
}

TEST_CASE("a weight from the left is a layer on columns") {
  const at::Tensor weight = at::rand({2, 3}), x = at::rand({5, 3, 4});
  mase::Graph graph = built(one_input({{}, 3, 4}, [&](ImportBuilder& b, Wire y) {
    return b.matmul("m", ImportBuilder::known(weight, "mix.weight"), y);
  }));
  CHECK(import_operators(graph) == Ops{"transpose", "linear", "transpose"});
  CHECK(at::allclose(run(graph, {x}), weight.matmul(x)));
}

TEST_CASE("matrices that were repeated for each sample are there once") {
  const at::Tensor stack = at::rand({2, 4, 5}), x = at::rand({5, 2, 3, 4});
  mase::Graph graph = built(one_input({{}, 2, 3, 4}, [&](ImportBuilder& b, Wire y) {
    const Size all(y.size(0).at[0] * 2, y.size(0).at[1] * 2);
    const Wire wide = b.expand("e", ImportBuilder::known(stack, "w"), {y.size(0), 2, 4, 5});
    const Wire product = b.matmul("m", b.reshape("a", y, {all, 3, 4}), b.reshape("b", wide, {all, 4, 5}));
    return b.reshape("c", product, {y.size(0), 2, 3, 5});
  }));
  CHECK(import_operators(graph) == Ops{"matmul"});
  CHECK(at::allclose(run(graph, {x}), x.matmul(stack)));
}

TEST_CASE("a choice of zeros outside of a triangle is tril or triu") {
  const at::Tensor ones = at::ones({4, 4}, at::kBool), x = at::rand({2, 4, 4});
  for (const int64_t diagonal : {-2, -1, 0, 1, 2}) {
    INFO(diagonal);
    const auto chosen = [&](const at::Tensor& mask) {
      return built(one_input({{}, 4, 4}, [&](ImportBuilder& b, Wire y) {
        return b.where("w", ImportBuilder::known(mask), y, ImportBuilder::known(at::scalar_tensor(0.F)));
      }));
    };
    mase::Graph lower = chosen(ones.tril(diagonal)), upper = chosen(ones.triu(diagonal));
    CHECK(import_operators(lower) == Ops{"tril"});
    CHECK(at::equal(run(lower, {x}), x.tril(diagonal)));
    CHECK(import_operators(upper) == Ops{"triu"});
    CHECK(at::equal(run(upper, {x}), x.triu(diagonal)));
  }
}

TEST_CASE("parts the other way around are a roll, and so are places turned around their axis") {
  const at::Tensor x = at::rand({2, 5, 4});
  mase::Graph graph = built(one_input({{}, 5, 4}, [](ImportBuilder& b, Wire y) {
    const Wire turned =
        b.call("c", "cat", {b.slice("r", y, 1, 3, INT64_MAX, 1), b.slice("l", y, 1, 0, 3, 1)}, {{"dim", 1}});
    return b.index_select("i", turned, 2, places({1, 2, 3, 0}));
  }));
  CHECK(import_operators(graph) == Ops{"roll"});
  CHECK(at::equal(run(graph, {x}), x.roll({2, -1}, {1, 2})));
  CHECK(ops_of({{}, 5}, [](ImportBuilder& b, Wire y) {
          return b.call("c", "cat", {b.slice("l", y, 1, 0, 3, 1), b.slice("r", y, 1, 3, INT64_MAX, 1)}, {{"dim", 1}});
        }) == Ops{"split", "cat"});
}

TEST_CASE("padding along one axis after the other is one, unless an axis is padded twice") {
  const auto padded = [](mase::List second, mase::Value mode) -> Walk {
    return one_input({{}, 2, 4, 4}, [=](ImportBuilder& b, Wire x) {
      const Wire rows = b.call("a", "pad", {x}, {{"pad", mase::List{0, 0, 1, 2}}, {"mode", "reflect"}});
      return b.call("b", "pad", {rows}, {{"pad", second}, {"mode", mode}});
    });
  };
  mase::Graph graph = built(padded({2, 1, 0, 0}, "reflect"));
  CHECK(import_operators(graph) == Ops{"pad"});
  const at::Tensor x = at::rand({3, 2, 4, 4});
  CHECK(at::equal(run(graph, {x}), at::pad(x, {2, 1, 1, 2}, "reflect")));
  CHECK(import_operators(built(padded({2, 1, 0, 0}, "replicate"))).size() == 2);
  CHECK(import_operators(built(padded({2, 1, 1, 0}, "reflect"))).size() == 2);
}

TEST_CASE("an axis that is reduced and put back stays as one") {
  CHECK(ops_of({{}, 3, 4}, [](ImportBuilder& b, Wire x) {
          const Wire y = b.call("v", "var", {x}, {{"dim", mase::List{2}}});
          return b.reshape("u", y, {x.size(0), 3, 1});
        }) == Ops{"var"});
  CHECK(ops_of({{}, 3, 4}, [](ImportBuilder& b, Wire x) {
          const Wire y = b.call("v", "var", {x}, {{"dim", mase::List{2}}});
          return b.reshape("u", y, {x.size(0), 1, 3});
        }) == Ops{"var", "unsqueeze"});
}

TEST_CASE("not equal is one operator, not an inversion") {
  CHECK(ops_of({{}, 3}, [](ImportBuilder& b, Wire x) {
          const Wire zero = ImportBuilder::known(at::scalar_tensor(0.F));
          return b.call("n", "logical_not", {b.binary("e", "eq", x, zero)});
        }) == Ops{"ne"});
  mase::Graph both = built([](ImportBuilder& b) {
    const Wire x = b.inputs({{"x", {{{}, 3}}, at::kFloat}}).at("x");
    const Wire equal = b.binary("e", "eq", x, ImportBuilder::known(at::scalar_tensor(0.F)));
    b.output("n", b.call("n", "logical_not", {equal}));
    b.output("e", equal);
  });
  CHECK(import_operators(both) == Ops{"eq", "logical_not"});
}
