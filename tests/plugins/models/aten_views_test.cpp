// Views of constants, and what becomes of them when one is written to.
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <catch2/catch.hpp>

#include "plugins/models/aten.h"
#include "walked.h"

using namespace models;
using namespace test;
using Catch::Contains;

namespace {

using ViewArgs = std::map<std::string, AtenValue>;

// One call on the value `self`, as the walks of files make it.
void view_call(ImportBuilder& b, AtenWalk& walk, const std::string& label, const std::string& op,
               const std::string& self, ViewArgs args) {
  AtenCall call{b, label, op, {}, std::move(args)};
  const std::map<std::string, std::string> labels{{"self", self}};
  call.args["self"] = walk.use(self, label);
  const AtenValues results = walk.run(call, labels);
  walk.set(label, results.at(0), walk.base_of(call, labels));
}

// mask = zeros(4, 4); mask[:2, 1:3] = 5; then `more`, and x + mask.
at::Tensor with_mask(const at::Tensor& x, const std::function<void(ImportBuilder&, AtenWalk&)>& more,
                     const std::string& used = "mask") {
  mase::Graph graph = built(one_input({{}, 4, 4}, [&](ImportBuilder& b, Wire in) {
    AtenWalk walk(b);
    AtenCall zeros{b, "mask", "zeros", {}, {{"size", AtenValue::List{Size(4), Size(4)}}}};
    walk.set("mask", walk.run(zeros, {}).at(0));
    view_call(b, walk, "rows", "slice.Tensor", "mask", {{"dim", Size(0)}, {"start", Size(0)}, {"end", Size(2)}});
    view_call(b, walk, "part", "slice.Tensor", "rows", {{"dim", Size(1)}, {"start", Size(1)}, {"end", Size(3)}});
    view_call(b, walk, "filled", "fill_.Scalar", "part", {{"value", Size(5)}});
    more(b, walk);
    return b.binary("sum", "add", in, *walk.use(used, "sum").get<Wire>());
  }));
  return run(graph, {x});
}

}  // namespace

TEST_CASE("writing to a part of a constant changes the whole and its other views") {
  const at::Tensor x = at::rand({3, 4, 4});
  at::Tensor mask = at::zeros({4, 4});
  mask.narrow(0, 0, 2).narrow(1, 1, 2).fill_(5);
  const auto nothing = [](ImportBuilder&, AtenWalk&) {};
  CHECK(at::allclose(with_mask(x, nothing), x.add(mask)));

  // A view made before the second write sees it; the copy made between them does not.
  const auto again = [](ImportBuilder& b, AtenWalk& walk) {
    view_call(b, walk, "turned", "t", "mask", {});
    view_call(b, walk, "copy", "clone", "mask", {});
    view_call(b, walk, "last", "select.int", "mask", {{"dim", Size(0)}, {"index", Size(1)}});
    view_call(b, walk, "ones", "fill_.Scalar", "last", {{"value", Size(1)}});
  };
  CHECK(at::allclose(with_mask(x, again, "copy"), x.add(mask)));
  mask.select(0, 1).fill_(1);
  CHECK(at::allclose(with_mask(x, again), x.add(mask)));
  CHECK(at::allclose(with_mask(x, again, "turned"), x.add(mask.t())));
}

TEST_CASE("what may be a copy is not used after the base was written to") {
  const auto joined = [](ImportBuilder& b, AtenWalk& walk) {
    view_call(b, walk, "flat", "reshape", "mask", {{"shape", AtenValue::List{Size(2), Size(8)}}});
    view_call(b, walk, "zero", "zero_", "mask", {});
  };
  CHECK_THAT(message([&] {
               with_mask(at::rand({3, 4, 4}), joined, "flat");
             }),
             Contains("'flat', which node 'zero' changes through a view"));
}

TEST_CASE("a copy in another order may be written to; what it was made of is not used then") {
  const at::Tensor x = at::rand({3, 4, 4});
  at::Tensor mask = at::zeros({4, 4});
  mask.narrow(0, 0, 2).narrow(1, 1, 2).fill_(5);
  const auto written = [](ImportBuilder& b, AtenWalk& walk) {
    view_call(b, walk, "turned", "t", "mask", {});
    view_call(b, walk, "copy", "contiguous", "turned", {{"memory_format", AtenValue()}});
    view_call(b, walk, "last", "select.int", "copy", {{"dim", Size(0)}, {"index", Size(2)}});
    view_call(b, walk, "ones", "fill_.Scalar", "last", {{"value", Size(1)}});
  };
  const at::Tensor turned = mask.t().contiguous();
  turned.select(0, 2).fill_(1);
  CHECK(at::allclose(with_mask(x, written, "copy"), x.add(turned)));
  for (const char* base : {"mask", "turned"})
    CHECK_THAT(message([&] { with_mask(x, written, base); }), Contains("which node 'ones' changes through a view"));
}

TEST_CASE("lists of tensors that are written to, and what they were made of, are not used any more") {
  const auto after = [](const char* written, const char* used) {
    return message([&] {
      built(one_input({{}, 4}, [&](ImportBuilder& b, Wire in) {
        AtenWalk walk(b);
        walk.set("a", b.call("relu", "relu", {in})), walk.set("b", b.call("tanh", "tanh", {in}));
        walk.set("pair", AtenValue(AtenValue::List{walk.use("a", "pair"), walk.use("b", "pair")}));
        walk.put("a", "pair"), walk.put("b", "pair");
        const AtenValue first = (*walk.use("pair", "first").get<AtenValue::List>())[0];
        walk.set("first", first, {"pair", nullptr});
        view_call(b, walk, "twice", "mul_.Scalar", written, {{"other", Size(2)}});
        const AtenValue& value = walk.use(used, "last");
        const auto* list = value.get<AtenValue::List>();
        return *(list ? (*list)[0] : value).get<Wire>();
      }));
    });
  };
  CHECK(after("a", "a").empty());
  CHECK(after("first", "first").empty());
  CHECK(after("a", "b").empty());
  CHECK(after("first", "b").empty());
  for (const auto& [written, used] : {std::pair{"a", "pair"}, {"a", "first"}, {"first", "pair"}, {"first", "a"}})
    CHECK_THAT(after(written, used), Contains("which node 'twice' changes"));
}
