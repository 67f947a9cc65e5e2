// Networks and data for the tests of passes that look at what a graph computes.
#pragma once
#include <ATen/TensorOperators.h>
#include <ATen/ops/rand.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "mase/execute.h"
#include "mase/format.h"
#include "mase/pass.h"
#include "support/fake_context.h"

namespace test {

using namespace mase;

// The samples of one split, as they are.
class Samples final : public Split {
 public:
  Samples(std::string name, at::Tensor x) : name_(std::move(name)), x_(std::move(x)) {}
  const std::string& name() const override { return name_; }
  int64_t size() const override { return x_.size(0); }
  Batch batch(int64_t first, int64_t count) const override { return {{x_.narrow(0, first, count)}, {}}; }

 private:
  std::string name_;
  at::Tensor x_;
};

// Lends one split, and components of the test's own beside the plugins'.
class DataContext : public FakeContext {
 public:
  DataContext(Graph& graph, at::Tensor x) : FakeContext(&graph), split_("train", std::move(x)) {
    folder = folder_.path();
  }
  const Split& dataset(std::string_view name) override {
    if (name != "train") throw Error("no split '" + std::string(name) + "'");
    ++asked;
    return split_;
  }
  int asked = 0;

 private:
  TempDir folder_;
  Samples split_;
};

// Values around zero, the same at every call.
inline at::Tensor normal(const Shape& shape, uint64_t seed = 1, double scale = 1) {
  Random random(seed);
  at::Tensor t = at::rand(shape);
  float* data = t.mutable_data_ptr<float>();
  for (int64_t i = 0; i < t.numel(); ++i) data[i] = static_cast<float>(scale * random.normal());
  return t;
}

struct Layer {
  std::string name, op;
  Map with;
};

// Layers in a row, their parameters random.
inline Graph row_of(const Shape& sample, const std::vector<Layer>& layers) {
  Graph graph;
  Node* last = &add_placeholder(graph, "x", sample);
  uint64_t seed = 10;
  for (const Layer& l : layers)
    last = &add_module(graph, registry(), l.name, Chosen("nn." + l.op, l.with), {last}, Random(++seed));
  add_output(graph, {last});
  for (const std::string& key : graph.tensor_keys())
    graph.set_tensor(key, normal(shape_of(graph.tensor(key)), ++seed, 0.5));
  return graph;
}

inline at::Tensor output_of(Graph& graph, const at::Tensor& x, const char* node = nullptr) {
  Executor executor(graph, registry());
  at::Tensor found;
  executor.observe([&](const Node& n, const Tensors& results) {
    if (node && n.name == node) found = results[0];
  });
  const Tensors outputs = executor.run({x});
  return node ? found : outputs[0];
}

inline void run_pass(const char* name, Map with, Graph& graph, FakeContext& context) {
  registry().create<Pass>(Chosen(name, std::move(with)))->run(graph, context);
}

inline void set_format(Graph& graph, const char* node, const char* tensor, Chosen format) {
  CommonMeta& common = graph.at(node).meta.common;
  (common.args.find(tensor) ? common.args : common.results).at(tensor).format = std::move(format);
}

inline std::vector<double> list_of(const at::Tensor& t) {
  const at::Tensor d = t.to(at::kDouble).contiguous();
  return {d.const_data_ptr<double>(), d.const_data_ptr<double>() + d.numel()};
}

}  // namespace test
