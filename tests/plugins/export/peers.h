// Exported files, run by other people's programs.
#pragma once
#include <ATen/ops/abs.h>
#include <ATen/ops/max.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sub.h>

#include <optional>

#include "exported.h"
#include "mase/model.h"
#include "mase/safetensors.h"

namespace test {

using Named = std::map<std::string, at::Tensor>;

// What `engine` (onnxruntime, qonnx) makes of the inputs; nothing, after a SKIP line, where it is not installed.
inline std::optional<Named> run_peer(const std::string& engine, const std::string& model,
                                     const mase::NamedTensors& inputs) {
  const TempDir folder;
  mase::write_safetensors(folder / "in", inputs);
  const std::string python = std::filesystem::exists(".deps/venv/bin/python") ? ".deps/venv/bin/python" : "python3";
  const std::string command = python + " tests/plugins/export/run_onnx.py " + engine + " " + model + " " +
                              (folder / "in") + " " + (folder / "out") + " >" + (folder / "log") + " 2>&1";
  const int status = std::system(command.c_str());
  const std::string log = read(folder / "log");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    std::cout << "SKIP: " << log;
    return std::nullopt;
  }
  INFO(log);
  REQUIRE(status == 0);
  const mase::NamedTensors out = mase::read_safetensors(folder / "out");
  return Named(out.begin(), out.end());
}

// Greatest difference, as a share of the greatest magnitude.
inline double difference(const at::Tensor& found, const at::Tensor& expected) {
  REQUIRE(found.sizes() == expected.sizes());
  if (expected.numel() == 0) return 0;
  const at::Tensor a = found.to(at::kDouble), b = expected.to(at::kDouble);
  const double scale = at::max(at::abs(b)).item<double>();
  return at::max(at::abs(at::sub(a, b))).item<double>() / (scale > 0 ? scale : 1);
}

inline at::Tensor normal(const mase::Shape& shape, uint64_t seed) {
  return at::randn(shape, mase::torch_generator(mase::Random(seed)), at::TensorOptions().dtype(at::kFloat));
}

inline mase::Graph built_model(const char* name, mase::Map with = {}) {
  FakeContext context;
  mase::Graph g = registry().create<mase::Model>(mase::Chosen(name, std::move(with)))->build(context);
  mase::derive(g, registry());
  return g;
}

// The graph's outputs by ONNX names, in the order of the output node.
inline std::vector<std::string> output_names(const mase::Graph& g) {
  std::vector<std::string> names;
  for (const mase::Argument& a : g.output().args) names.push_back(a.node->name);
  return names;
}

// Every output of the exported graph beside our executor's, on inputs with a batch of `batch`; the greatest difference,
// or nothing where the engine is missing.
inline std::optional<double> compare(mase::Graph& g, const char* pass, mase::Map with, const char* engine,
                                     int64_t batch, double spread = 1) {
  auto done = exported(g, pass, with);
  mase::NamedTensors named;
  mase::Tensors inputs;
  for (const mase::Node* node : g.inputs()) {
    mase::Shape shape = node->meta.common.results[0].shape;
    shape[0] = batch;
    inputs.push_back(normal(shape, named.size() + 7) * at::Scalar(spread));
    named.emplace_back(node->name, inputs.back());
  }
  const auto found = run_peer(engine, done->file("model.onnx"), named);
  if (!found) return std::nullopt;
  const mase::Tensors expected = mase::Executor(g, registry(), {}).run(inputs);
  const std::vector<std::string> names = output_names(g);
  REQUIRE(found->size() == expected.size());
  double greatest = 0;
  for (size_t i = 0; i < names.size(); ++i) greatest = std::max(greatest, difference(found->at(names[i]), expected[i]));
  return greatest;
}

}  // namespace test
