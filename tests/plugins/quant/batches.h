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

// One split, train: the samples as they are.
class Samples final : public Dataset {
 public:
  explicit Samples(at::Tensor x) : x_(std::move(x)) {}
  void open(Context&) override {}
  std::vector<std::string> splits() const override { return {"train"}; }
  int64_t size(std::string_view) const override { return x_.size(0); }
  Batch batch(std::string_view, int64_t first, int64_t count) const override {
    return {{x_.narrow(0, first, count)}, {}};
  }

 private:
  at::Tensor x_;
};

// A context with a folder and, if there are samples, a train split.
struct DataContext {
  explicit DataContext(Graph& graph, at::Tensor x = {}) : fake(&graph) {
    fake.folder = folder.path();
    if (!x.defined()) return;
    fake.data = std::make_shared<Samples>(std::move(x));
    fake.splits.push_back(std::make_unique<FakeSplit>(*fake.data, "train"));
  }
  operator FakeContext&() { return fake; }
  FakeContext* operator->() { return &fake; }
  TempDir folder;
  FakeContext fake;
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
