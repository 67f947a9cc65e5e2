// models.onnx: what exporters write of vision networks.
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <catch2/catch.hpp>

#include "mase/execute.h"
#include "onnx_files.h"

using namespace test;
using Catch::Contains;

namespace {

at::Tensor vision_result(mase::Graph& graph, const at::Tensor& x) {
  return mase::Executor(graph, registry()).run({x}).at(0);
}

void integers(OnnxFile& f, const std::string& name, const std::vector<int64_t>& dims,
              const std::vector<int64_t>& values) {
  auto* t = f.graph()->add_initializer();
  t->set_name(name), t->set_data_type(7);
  for (const int64_t n : dims) t->add_dims(n);
  for (const int64_t v : values) t->add_int64_data(v);
}

void attribute(mase_onnx::NodeProto& node, const std::string& name, const std::vector<int64_t>& values) {
  auto* a = node.add_attribute();
  a->set_name(name), a->set_type(mase_onnx::AttributeProto::INTS);
  for (const int64_t v : values) a->add_ints(v);
}

// A pool of 3 by 3, two apart, over an image of `size` by `size`, with rows and columns added behind it.
OnnxFile pool(int64_t size, int64_t behind) {
  OnnxFile f;
  OnnxFile::shape_of(*f.graph()->mutable_input(0), {1, 2, size, size});
  auto& n = f.node("MaxPool", {"x"}, {"y"});
  attribute(n, "kernel_shape", {3, 3}), attribute(n, "strides", {2, 2}), attribute(n, "pads", {0, 0, behind, behind});
  return f;
}

}  // namespace

TEST_CASE("ONNX: a maximum with rows added behind the image is one that rounds up, where it has as many results") {
  const at::Tensor x = at::rand({1, 2, 8, 8});
  mase::Graph graph = read_onnx(pool(8, 1));
  CHECK(import_operators(graph) == Ops{"max_pool2d"});
  CHECK(at::equal(vision_result(graph, x), at::max_pool2d(x, {3, 3}, {2, 2}, {0, 0}, {1, 1}, true)));
  CHECK(vision_result(graph, x).sizes() == at::IntArrayRef({1, 2, 4, 4}));
  // The last window would lie behind the image.
  mase::Graph wide = read_onnx(pool(8, 3));
  CHECK(import_operators(wide) == Ops{"pad", "max_pool2d"});
  CHECK(vision_result(wide, x).size(2) == 5);
}

TEST_CASE("ONNX: ScatterND works on constants, and says so of anything else") {
  OnnxFile f;
  f.tensor("mask", {2, 4}, std::vector<float>(8, 0));
  f.tensor("values", {2}, {5, 6});
  integers(f, "places", {2, 2}, {0, 1, 1, -1});
  f.node("ScatterND", {"mask", "places", "values"}, {"filled"});
  f.node("Add", {"x", "filled"}, {"y"});
  mase::Graph graph = read_onnx(f);
  CHECK(import_operators(graph) == Ops{"add"});
  const at::Tensor expected = at::tensor({1.f, 7.f, 3.f, 4.f, 1.f, 2.f, 3.f, 10.f}).view({2, 4});
  CHECK(at::equal(vision_result(graph, at::tensor({1.f, 2.f, 3.f, 4.f}).view({1, 4})), expected));

  f.graph()->mutable_node(0)->set_input(0, "x");
  CHECK_THAT(onnx_refusal(f), Contains("ScatterND") && Contains("assigns to a part of a tensor that is computed"));
  f.graph()->mutable_node(0)->set_input(0, "mask");
  auto* outside = f.graph()->mutable_initializer(2);
  outside->set_int64_data(0, 7);
  CHECK_THAT(onnx_refusal(f), Contains("out of bounds"));
}

TEST_CASE("ONNX: one place of a split or a slice, and its axis gone, is a selection") {
  OnnxFile f;
  OnnxFile::shape_of(*f.graph()->mutable_input(0), {1, 3, 4});
  integers(f, "axes", {1}, {1}), integers(f, "one", {3}, {1, 1, 1});
  OnnxFile::integer(f.node("Split", {"x", "one"}, {"a", "b", "c"}), "axis", 1);
  f.node("Squeeze", {"a", "axes"}, {"q"}), f.node("Squeeze", {"c", "axes"}, {"v"});
  f.node("Sub", {"q", "v"}, {"y"});
  mase::Graph graph = read_onnx(f);
  CHECK(import_operators(graph) == Ops{"select", "select", "sub"});
  const at::Tensor x = at::rand({1, 3, 4});
  CHECK(at::allclose(vision_result(graph, x), x.select(1, 0).sub(x.select(1, 2))));
}
