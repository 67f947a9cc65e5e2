// Casts between integers: those that change nothing go, those that may stay.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>

#include "walked.h"

using namespace models;
using namespace test;

namespace {

using Body = std::function<Wire(ImportBuilder&, Wire)>;

mase::Graph of_ids(const Body& body) {
  return built([&](ImportBuilder& b) { b.output("y", body(b, b.inputs({{"ids", {{{}, 6}}, at::kLong}}).at("ids"))); });
}

Wire whole(int64_t value) { return ImportBuilder::known(at::tensor({value}, at::kLong).squeeze(0)); }

// Places of tokens that are no padding (1), as RoBERTa counts them, with the casts that `to` names after each step.
Wire positions(ImportBuilder& b, const Wire& ids, std::array<at::ScalarType, 4> to, bool sums_cast) {
  const Wire mask = b.binary("mask", "ne", ids, whole(1));
  const Wire number = b.cast("number", mask, to[0]);
  const Wire sum =
      b.cast("narrow", b.call("sum", "cumsum", {sums_cast ? b.cast("w", number, to[1]) : mask}, {{"dim", 1}}), to[2]);
  const Wire places = b.cast("wide", b.binary("product", "mul", sum, number), to[3]);
  const Wire table = ImportBuilder::known(at::arange(32.f).view({16, 2}), "table");
  return b.embedding("position", table, b.binary("shifted", "add", places, whole(1)));
}

size_t casts(const mase::Graph& graph) {
  const Ops ops = import_operators(graph);
  return static_cast<size_t>(std::count(ops.begin(), ops.end(), "cast"));
}

}  // namespace

TEST_CASE("counted places are the same operators, whichever casts a file writes between them") {
  const at::Tensor ids = at::tensor({5, 1, 7, 9, 1, 1, 1, 1, 2, 3, 4, 8}, at::kLong).view({2, 6});
  const at::Tensor mask = at::ne(ids, 1);
  const at::Tensor places = at::cumsum(mask, 1) * mask + 1;
  for (const auto& to : {std::array{at::kInt, at::kInt, at::kInt, at::kLong},
                         {at::kInt, at::kLong, at::kInt, at::kLong},
                         {at::kLong, at::kLong, at::kLong, at::kLong},
                         {at::kLong, at::kInt, at::kInt, at::kInt}})
    for (const bool sums_cast : {true, false}) {
      mase::Graph graph = of_ids([&](ImportBuilder& b, Wire x) { return positions(b, x, to, sums_cast); });
      CHECK(import_operators(graph) == Ops{"ne", "cast", "cumsum", "mul", "add", "embedding"});
      CHECK(at::equal(run(graph, {ids}).select(2, 0), places.to(at::kFloat) * 2));
      for (const mase::Node* node : graph.nodes())
        for (size_t i = 0; i < node->args.size(); ++i)
          if (const mase::Argument& arg = node->args[i]; arg.node)
            CHECK(node->meta.common.args.at(i).torch_dtype == arg.node->meta.common.results.at(size_t{0}).torch_dtype);
    }
}

TEST_CASE("casts stay where integers may not fit, or where their type is seen") {
  // Nothing is known of an input's integers.
  CHECK(casts(of_ids([](ImportBuilder& b, Wire x) {
          return b.binary("y", "add", b.cast("wide", b.cast("narrow", x, at::kInt), at::kLong), whole(1));
        })) == 2);
  const auto mask = [](ImportBuilder& b, Wire x) {
    return b.cast("number", b.binary("mask", "ne", x, whole(1)), at::kInt);
  };
  // An output has the file's type.
  mase::Graph typed = of_ids([&](ImportBuilder& b, Wire x) { return b.cast("wide", mask(b, x), at::kLong); });
  CHECK(casts(typed) == 2);
  CHECK(run(typed, {at::ones({2, 6}, at::kLong)}).scalar_type() == at::kLong);
  // What is multiplied to more than 32 bits hold overflows in one type and not in the other.
  CHECK(casts(of_ids([&](ImportBuilder& b, Wire x) {
          const Wire large = b.binary("large", "mul", b.cast("wide", mask(b, x), at::kLong), whole(int64_t{1} << 33));
          return b.binary("y", "eq", large, whole(0));
        })) == 2);
  // Fewer bits are another matter.
  CHECK(casts(of_ids([&](ImportBuilder& b, Wire x) {
          const Wire sums = b.call("sum", "cumsum", {mask(b, x)}, {{"dim", 1}});
          return b.binary("y", "eq", b.cast("byte", sums, at::kByte), whole(3));
        })) == 1);
}

TEST_CASE("integers that arithmetic makes floats of anyway are not cast before it") {
  const at::Tensor ids = at::arange(12).view({2, 6}), slopes = at::rand({6});
  const auto scaled = [&](const std::function<Wire(ImportBuilder&, Wire)>& with) {
    return of_ids([&](ImportBuilder& b, Wire x) { return with(b, b.cast("float", x, at::kFloat)); });
  };
  mase::Graph graph =
      scaled([&](ImportBuilder& b, Wire x) { return b.binary("y", "mul", ImportBuilder::known(slopes, "slopes"), x); });
  CHECK(casts(graph) == 0);
  CHECK(at::equal(run(graph, {ids}), ids.to(at::kFloat) * slopes));
  // A number takes the type of what stands beside it, and a product of integers is an integer.
  CHECK(casts(scaled([](ImportBuilder& b, Wire x) {
          return b.binary("y", "sub", x, ImportBuilder::known(at::tensor(0.5F)));
        })) == 1);
  CHECK(casts(scaled([](ImportBuilder& b, Wire x) { return b.binary("y", "mul", x, x); })) == 1);
}
