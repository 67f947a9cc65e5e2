// Indices that number the samples of a batch, and constants that do, at any batch.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/index.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>

#include "onnx_files.h"
#include "walked.h"

using namespace models;
using namespace test;
using Catch::Contains;

namespace {

Wire numbers(const at::Tensor& values) { return ImportBuilder::known(values); }

// 0, 1, 2, ... for each sample, as a file with an open batch computes it, or as one of a batch of `count` has it.
Wire sample_numbers(const ImportBuilder& b, int64_t count) {
  Wire wire = numbers(at::arange(count ? count : b.batch().at[0], at::kLong));
  if (!count) wire.trace[1] = at::arange(b.batch().at[1], at::kLong);
  return wire;
}

std::optional<int64_t> batch_of(int64_t count) { return count ? std::optional<int64_t>(count) : std::nullopt; }

// x[samples, argmax(x[..., 0])], what a classifier behind the last token of each sample does.
Walk picks_own(int64_t count, bool in_columns) {
  return one_input({batch_of(count), 5, 3}, [=](ImportBuilder& b, Wire x) {
    const Wire place =
        b.call("place", "argmax", {b.call("s", "select", {x}, {{"dim", 2}, {"index", 0}})}, {{"dim", 1}});
    const Wire samples = sample_numbers(b, count);
    if (!in_columns) return b.index("own", x, {samples, place});
    const auto column = [&](const char* name, const Wire& w) { return b.reshape(name, w, {w.size(0), 1}); };
    const auto columns = b.columns("nd", b.cat("both", {column("a", samples), column("i", place)}, 1));
    return b.index("own", x, {columns->at(0), columns->at(1)});
  });
}

}  // namespace

TEST_CASE("each sample picks its own place at any batch, whatever the file's") {
  const at::Tensor x = at::rand({6, 5, 3});
  const at::Tensor place = at::argmax(x.select(2, 0), 1);
  for (const bool in_columns : {false, true})
    for (const int64_t count : {0, 1, 4}) {
      mase::Graph graph = built(picks_own(count, in_columns));
      CHECK(import_operators(graph) == Ops{"select", "argmax", "index"});
      const at::Tensor y = run(graph, {x});
      REQUIRE(y.sizes() == at::IntArrayRef({6, 3}));
      for (int64_t i = 0; i < 6; ++i) CHECK(at::equal(y[i], x[i][place[i].item<int64_t>()]));
    }
}

TEST_CASE("the same place of every sample is a selection, also the last one") {
  const auto last = [](int64_t count) {
    return built(one_input({batch_of(count), 5, 3}, [=](ImportBuilder& b, Wire x) {
      return b.index("last", x, {sample_numbers(b, count), numbers(at::tensor({-1}, at::kLong))});
    }));
  };
  for (const int64_t count : {0, 1, 4}) {
    mase::Graph graph = last(count);
    CHECK(import_operators(graph) == Ops{"select"});
    const at::Tensor x = at::rand({3, 5, 3});
    CHECK(at::equal(run(graph, {x}), x.select(1, 4)));
  }
}

TEST_CASE("an axis that is only as long as the file's batch is indexed as it stands") {
  const auto body = [](ImportBuilder& b, Wire x) {
    const Wire moved = b.transpose("t", x, 0, 1);  // [4 tokens, the batch, 3]
    return b.transpose(
        "u", b.index("i", moved, {sample_numbers(b, 4), std::nullopt, numbers(at::tensor({2, 0, 1, 2}, at::kLong))}), 0,
        1);
  };
  mase::Graph graph = built(one_input({4, 4, 3}, body));
  CHECK(import_operators(graph) == Ops{"transpose", "index", "transpose"});
  const at::Tensor x = at::rand({2, 4, 3}), y = run(graph, {x});
  for (int64_t token = 0; token < 4; ++token)
    CHECK(at::equal(y.select(1, token),
                    x.select(1, token).select(1, std::array{2, 0, 1, 2}.at(static_cast<size_t>(token)))));
}

TEST_CASE("a constant that counts samples goes on counting") {
  // Where the file leaves the batch open, and where it has one.
  for (const int64_t count : {0, 4}) {
    mase::Graph graph = built(one_input({batch_of(count), 3}, [=](ImportBuilder& b, Wire x) {
      const Wire samples = sample_numbers(b, count);
      const Wire column = b.reshape("column", samples, {samples.size(0), 1});
      const Wire offset = b.binary("offset", "mul", column, numbers(at::tensor({7}, at::kLong)));
      return b.call("all", "cat", {b.cast("whole", x, at::kLong), offset}, {{"dim", 1}});
    }));
    const at::Tensor y = run(graph, {at::zeros({6, 3})});
    CHECK(at::equal(y.select(1, 3), at::arange(6, at::kLong) * 7));
    CHECK(at::equal(y.select(1, 0), at::zeros({6}, at::kLong)));
  }
  // Numbers that do not count belong to the file's own batch.
  mase::Graph own = built(one_input({4, 3}, [](ImportBuilder& b, Wire x) {
    return b.call("all", "cat",
                  {b.cast("whole", x, at::kLong), numbers(at::tensor({0, 1, 2, 4}, at::kLong).view({4, 1}))},
                  {{"dim", 1}});
  }));
  CHECK(at::equal(run(own, {at::zeros({4, 3})}).select(1, 3), at::tensor({0, 1, 2, 4}, at::kLong)));
  CHECK_THAT(message([&] { run(own, {at::zeros({6, 3})}); }), Contains("batches of 4"));
}

TEST_CASE("a file of one sample: what stands beside it is there for each sample, but a 0 may be its number") {
  const at::Tensor token = at::rand({1, 1, 3});
  mase::Graph graph = built(one_input({1, 2, 3}, [&](ImportBuilder& b, Wire x) {
    return b.call("c", "cat", {numbers(token), x}, {{"dim", 1}});
  }));
  const at::Tensor x = at::rand({4, 2, 3});
  CHECK(at::equal(run(graph, {x}), at::cat({token.expand({4, 1, 3}), x}, 1)));
  mase::Graph zero = built(one_input({1, 3}, [](ImportBuilder& b, Wire y) {
    return b.call("c", "cat", {numbers(at::zeros({1, 1}, at::kLong)), b.cast("whole", y, at::kLong)}, {{"dim", 1}});
  }));
  CHECK(run(zero, {at::rand({1, 3})}).sizes() == at::IntArrayRef({1, 4}));
  CHECK_THAT(message([&] { run(zero, {at::rand({2, 3})}); }), Contains("batches of 1"));
}

TEST_CASE("rows of all samples one after the other: each picks its own, where they cannot be another's") {
  // x.flatten(0, 1)[samples * 5 + i]
  const auto laid_out = [](int64_t count, const std::function<Wire(ImportBuilder&, Wire)>& place) {
    return one_input({batch_of(count), 5, 3}, [=](ImportBuilder& b, Wire x) {
      const Wire begins = b.binary("begins", "mul", sample_numbers(b, count), numbers(at::tensor({5}, at::kLong)));
      const Wire rows = b.reshape("rows", x, {-1, 3});
      return b.index_select("own", rows, 0, b.binary("row", "add", place(b, x), begins));
    });
  };
  const auto first = [](ImportBuilder& b, const Wire& x) {
    return b.call("place", "argmax", {b.call("s", "select", {x}, {{"dim", 2}, {"index", 0}})}, {{"dim", 1}});
  };
  const auto before = [&](ImportBuilder& b, const Wire& x) {
    return b.binary("before", "sub", first(b, x), numbers(at::tensor({1}, at::kLong)));
  };
  const at::Tensor x = at::rand({6, 5, 3});
  const at::Tensor place = at::argmax(x.select(2, 0), 1);
  for (const int64_t count : {0, 4}) {
    mase::Graph graph = built(laid_out(count, first));
    CHECK(import_operators(graph) == Ops{"select", "argmax", "index"});
    const at::Tensor y = run(graph, {x});
    for (int64_t i = 0; i < 6; ++i) CHECK(at::equal(y[i], x[i][place[i].item<int64_t>()]));
    // The row before may be another sample's: the file says that one.
    mase::Graph other = built(laid_out(count, before));
    CHECK(import_operators(other).back() == "index_select");
    const at::Tensor z = run(other, {x}), rows = x.reshape({30, 3});
    for (int64_t i = 0; i < 6; ++i) CHECK(at::equal(z[i], rows[(i * 5 + place[i].item<int64_t>() + 29) % 30]));
  }
  // In a file of one sample nothing is added, and only that sample's rows are certain.
  mase::Graph one = built(laid_out(1, first));
  CHECK(at::equal(run(one, {x.narrow(0, 2, 1)})[0], x[2][place[2].item<int64_t>()]));
  CHECK_THAT(message([&] { run(one, {x}); }), Contains("batches of 1"));
}

TEST_CASE("ONNX's Clip of integers gives integers") {
  OnnxFile file;
  file.graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(7);
  for (const auto& [name, limit] : {std::pair("low", 0), std::pair("high", 3)}) {
    auto* tensor = file.graph()->add_initializer();
    tensor->set_name(name), tensor->set_data_type(7), tensor->add_int64_data(limit);
  }
  file.node("Clip", {"x", "low", "high"}, {"y"});
  TempDir dir;
  write(dir / "m.onnx", file.bytes());
  FakeContext context;
  context.folder = dir.path();
  mase::Graph graph = read_onnx(context, "m.onnx");
  const at::Tensor x = at::tensor({-2, 0, 3, 7}, at::kLong).view({1, 4});
  CHECK(at::equal(run(graph, {x}), at::tensor({0, 0, 3, 3}, at::kLong).view({1, 4})));
}

TEST_CASE("ONNX's GatherND picks in each sample where it shares the batch") {
  OnnxFile file;
  OnnxFile::shape_of(*file.graph()->mutable_input(0), {2, 3, 4});
  auto& top = file.node("ArgMax", {"x"}, {"top"});
  OnnxFile::integer(top, "axis", 1), OnnxFile::integer(top, "keepdims", 0);  // [2, 4]
  auto& first = file.node("Gather", {"top", "zero"}, {"first"});             // [2, 1]
  OnnxFile::integer(first, "axis", 1);
  auto* zero = file.graph()->add_initializer();
  zero->set_name("zero"), zero->set_data_type(7), zero->add_dims(1), zero->add_int64_data(0);
  OnnxFile::integer(file.node("GatherND", {"x", "first"}, {"y"}), "batch_dims", 1);
  TempDir dir;
  write(dir / "m.onnx", file.bytes());
  FakeContext context;
  context.folder = dir.path();
  mase::Graph graph = read_onnx(context, "m.onnx");
  CHECK(import_operators(graph).back() == "index");
  const at::Tensor x = at::rand({3, 3, 4}), y = run(graph, {x});
  const at::Tensor place = at::argmax(x.select(2, 0), 1);
  for (int64_t i = 0; i < 3; ++i) CHECK(at::equal(y[i], x[i][place[i].item<int64_t>()]));

  file.graph()->mutable_node(2)->mutable_attribute(0)->set_i(2);
  CHECK_THAT(onnx_refusal(file), Contains("batch_dims is 2 for 3 and 2 axes"));
}
