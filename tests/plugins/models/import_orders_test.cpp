// Axes that are moved, swapped, rolled and picked from: one form each.
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <catch2/catch.hpp>

#include "walked.h"

using namespace models;
using namespace test;

TEST_CASE("a swap behind a permutation and a reshape is another permutation") {
  // [3, b, 8] -> [b * 2, 4, 3] -> [b, 2, 4, 3] -> [b, 2, 3, 4]: how exporters write keys whose heads lie in rows.
  const auto keys = [](bool is_used_twice) {
    return one_input({{}, 3, 8}, [=](ImportBuilder& b, Wire x) {
      const Wire rows =
          b.reshape("r", b.transpose("s", x, 0, 1), {3, Size(x.size(0).at[0] * 2, x.size(0).at[1] * 2), 4});
      const Wire moved = b.permute("p", rows, {1, 2, 0});
      const Wire heads = b.reshape("h", moved, {x.size(0), 2, 4, 3});
      const Wire keys = b.transpose("k", heads, 2, 3);
      return is_used_twice ? b.call("m", "matmul", {heads, keys}) : b.call("e", "exp", {keys});
    });
  };
  mase::Graph graph = built(keys(false)), twice = built(keys(true));
  CHECK(import_operators(graph) == Ops{"transpose", "reshape", "transpose", "reshape", "exp"});
  CHECK(import_operators(twice) == Ops{"transpose", "reshape", "permute", "reshape", "transpose", "matmul"});
  const at::Tensor x = at::rand({5, 3, 8});
  const at::Tensor heads = x.transpose(0, 1).reshape({3, 10, 4}).permute({1, 2, 0}).reshape({5, 2, 4, 3});
  CHECK(at::allclose(run(graph, {x}), heads.transpose(2, 3).exp()));
  CHECK(at::allclose(run(twice, {x}), heads.matmul(heads.transpose(2, 3))));
}

TEST_CASE("parts that change places and indices that count on from the middle are a roll") {
  const at::Tensor x = at::rand({2, 6, 5});
  const auto parts = [](int64_t end) {
    return one_input({{}, 6, 5}, [=](ImportBuilder& b, Wire y) {
      const Wire rows =
          b.call("r", "cat", {b.slice("a", y, 1, end, INT64_MAX, 1), b.slice("b", y, 1, 0, 2, 1)}, {{"dim", 1}});
      return b.call("c", "cat", {b.slice("d", rows, 2, -1, INT64_MAX, 1), b.slice("e", rows, 2, 0, -1, 1)},
                    {{"dim", 2}});
    });
  };
  mase::Graph graph = built(parts(2));
  CHECK(import_operators(graph) == Ops{"roll"});
  CHECK(graph.at("c").op.with().at("shifts") == mase::Value(mase::List{-2, 1}));
  CHECK(at::equal(run(graph, {x}), at::roll(x, {-2, 1}, {1, 2})));
  CHECK(import_operators(built(parts(3))) == Ops{"slice", "slice", "cat", "roll"});  // a row is left out

  const auto picked = [](std::vector<int64_t> places) {
    return one_input({{}, 6, 5}, [=](ImportBuilder& b, Wire y) {
      return b.index_select("i", y, 1, ImportBuilder::known(at::tensor(places)));
    });
  };
  mase::Graph rolled = built(picked({2, 3, 4, 5, 0, 1}));
  CHECK(import_operators(rolled) == Ops{"roll"});
  CHECK(at::equal(run(rolled, {x}), at::roll(x, {-2}, {1})));
  CHECK(import_operators(built(picked({2, 3, 4, 5, 1, 0}))) == Ops{"index_select"});
  CHECK(import_operators(built(picked({2, 3, 4, 5, 0}))) == Ops{"index_select"});
}

TEST_CASE("one index along one axis is index_select, however the file writes it") {
  mase::Graph graph = built(one_input({{}, 3, 4}, [](ImportBuilder& b, Wire x) {
    return b.index("i", x, {std::nullopt, ImportBuilder::known(at::tensor({2, 0}))});
  }));
  CHECK(import_operators(graph) == Ops{"index_select"});
  const at::Tensor x = at::rand({2, 3, 4});
  CHECK(at::equal(run(graph, {x}), x.index_select(1, at::tensor({2, 0}))));
}

TEST_CASE("what is joined in steps is joined at once, along one axis and where nothing else needs the steps") {
  const auto joined = [](int64_t inner, bool is_used) {
    return one_input({{}, 3, 3}, [=](ImportBuilder& b, Wire x) {
      const Wire e = b.call("e", "exp", {x});
      const Wire step = b.call("s", "cat", {x, e}, {{"dim", inner}});
      const Wire other = inner == 1 ? e : b.call("o", "cat", {e, e}, {{"dim", inner}});
      const Wire all = b.call("c", "cat", {other, step}, {{"dim", 1}});
      return is_used ? b.call("d", "cat", {all, b.call("n", "neg", {step})}, {{"dim", 1}}) : all;
    });
  };
  mase::Graph graph = built(joined(1, false));
  CHECK(import_operators(graph) == Ops{"exp", "cat"});
  const at::Tensor x = at::rand({2, 3, 3}), y = run(graph, {x});
  CHECK(y.sizes() == at::IntArrayRef({2, 9, 3}));
  CHECK(at::equal(y.narrow(1, 3, 3), x));
  CHECK(at::allclose(y.narrow(1, 6, 3), x.exp()));
  CHECK(import_operators(built(joined(2, false))) == Ops{"exp", "cat", "cat", "cat"});
  CHECK(import_operators(built(joined(1, true))) == Ops{"exp", "cat", "neg", "cat"});
}

TEST_CASE("the root of a sum of squares is a norm") {
  const auto rooted = [](double power, double root) {
    return one_input({{}, 3, 4}, [=](ImportBuilder& b, Wire x) {
      const Wire square = b.binary("p", "pow", x, ImportBuilder::known(at::scalar_tensor(power)));
      const Wire sum = b.call("s", "sum", {square}, {{"dim", mase::List{1}}, {"keepdim", true}});
      return b.binary("r", "pow", sum, ImportBuilder::known(at::scalar_tensor(root)));
    });
  };
  mase::Graph graph = built(rooted(2, 0.5));
  CHECK(import_operators(graph) == Ops{"norm"});
  const at::Tensor x = at::rand({2, 3, 4});
  CHECK(at::allclose(run(graph, {x}), x.pow(2).sum(1, true).sqrt()));
  CHECK(import_operators(built(rooted(3, 0.5))) == Ops{"pow", "sum", "pow"});
}

TEST_CASE("a layer norm whose weight is one, which readers leave out, still has its bias") {
  mase::Graph graph = built(one_input({{}, 2, 6}, [](ImportBuilder& b, Wire x) {
    const mase::Map last{{"dim", mase::List{-1}}, {"keepdim", true}};
    const Wire centred = b.binary("sub", "sub", x, b.call("mean", "mean", {x}, last));
    const Wire square = b.binary("pow", "pow", centred, ImportBuilder::known(at::scalar_tensor(2.f)));
    const Wire sum =
        b.binary("eps", "add", b.call("var", "mean", {square}, last), ImportBuilder::known(at::scalar_tensor(1e-3)));
    const Wire y = b.binary("div", "div", centred, b.call("root", "sqrt", {sum}));
    return b.binary("b", "add", y, ImportBuilder::known(at::arange(6).to(at::kFloat), "ln.bias"));
  }));
  CHECK(import_operators(graph) == Ops{"layer_norm"});
  CHECK(graph.tensor_keys() == std::vector<std::string>{"ln.bias", "ln.weight"});
  const at::Tensor x = at::rand({3, 2, 6}), c = x.sub(x.mean(-1, true));
  const at::Tensor expected = c.div(c.pow(2).mean(-1, true).add(1e-3).sqrt()).add(at::arange(6));
  CHECK(at::allclose(run(graph, {x}), expected, 1e-4, 1e-5));  // float32 rounds
}
