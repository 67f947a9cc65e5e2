// Models of the shared folder with their reference inputs and outputs.
#pragma once
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <map>

#include "mase/execute.h"
#include "mase/model.h"
#include "support/fake_context.h"
#include "support/zip.h"

namespace test {

struct Golden {
  mase::Tensors inputs, outputs;
  int64_t rows() const { return inputs.at(0).size(0); }
};

inline std::string exported(const std::string& name) { return shared("models/torch_export/" + name); }

inline Golden read_golden(const std::string& file, const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs) {
  mase::List in, out;
  for (const std::string& name : inputs) in.push_back(mase::format("in.{}", name));
  for (const std::string& name : outputs) out.push_back(mase::format("out.{}", name));
  FakeContext context;
  context.open(mase::Chosen("data.npz", {{"file", file}, {"inputs", in}, {"targets", out}}));
  const mase::Batch all = context.dataset("test").batch(0, context.dataset("test").size());
  return {all.inputs, all.targets};
}

inline mase::Graph import_model(const std::string& use, mase::Map with) {
  FakeContext context;
  return registry().create<mase::Model>(mase::Chosen(use, std::move(with)))->build(context);
}

// The outputs, computed `batch` rows at a time.
inline mase::Tensors run_in_batches(mase::Graph& graph, const mase::Tensors& inputs, int64_t batch) {
  mase::Executor executor(graph, registry());
  std::vector<std::vector<at::Tensor>> parts;
  for (int64_t first = 0; first < inputs[0].size(0); first += batch) {
    mase::Tensors some;
    for (const at::Tensor& t : inputs) some.push_back(t.narrow(0, first, std::min(batch, t.size(0) - first)));
    const mase::Tensors results = executor.run(some);
    parts.resize(results.size());
    for (size_t i = 0; i < results.size(); ++i) parts[i].push_back(results[i].clone());
  }
  mase::Tensors whole;
  for (const auto& part : parts) whole.push_back(at::cat(part));
  return whole;
}

// By how much the worst element exceeds 1e-5 + 1e-5 |reference|; at most 1 is within.
inline double worst(const at::Tensor& result, const at::Tensor& reference) {
  if (result.sizes() != reference.sizes()) return HUGE_VAL;
  const at::Tensor a = result.to(at::kDouble).contiguous(), b = reference.to(at::kDouble).contiguous();
  const double *x = a.const_data_ptr<double>(), *y = b.const_data_ptr<double>();
  double most = 0;
  for (int64_t i = 0; i < a.numel(); ++i) most = std::max(most, std::abs(x[i] - y[i]) / (1e-5 + 1e-5 * std::abs(y[i])));
  return most;
}

// The graph runs with batches of any size, and computes the reference's first output.
inline void check_in_batches(mase::Graph& graph, const Golden& golden) {
  graph.check();
  for (const int64_t batch : {int64_t{1}, int64_t{3}, golden.rows()}) {
    const mase::Tensors results = run_in_batches(graph, golden.inputs, batch);
    INFO("in batches of " << batch);
    REQUIRE(results.size() == golden.outputs.size());
    CHECK(worst(results[0], golden.outputs[0]) <= 1);
  }
}

// The archive with `from` replaced by `to` in the member whose name ends so.
inline std::string changed_archive(const TempDir& folder, const std::string& file, const std::string& member,
                                   const std::string& from, const std::string& to) {
  auto members = read_zip(read(file));
  bool found = false;
  for (auto& [name, bytes] : members) {
    const size_t at = name.ends_with(member) ? bytes.find(from) : std::string::npos;
    if (at == std::string::npos) continue;
    bytes.replace(at, from.size(), to);
    found = true;
  }
  REQUIRE(found);
  const std::string result = folder / ("changed" + std::filesystem::path(file).extension().string());
  write(result, write_zip(members));
  return result;
}

// How often each operator with its attributes occurs.
inline std::map<std::string, int> operators(const mase::Graph& graph) {
  std::map<std::string, int> counts;
  for (const mase::Node* node : graph.nodes())
    if (node->op) ++counts[node->op.key()];
  return counts;
}

inline std::map<std::string, int> operator_names(const mase::Graph& graph) {
  std::map<std::string, int> counts;
  for (const mase::Node* node : graph.nodes())
    if (node->op) ++counts[node->mase_op];
  return counts;
}

}  // namespace test
