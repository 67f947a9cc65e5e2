// export.safetensors: the same tensors come back, or what the formats make of them.
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/round.h>
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>

#include "exported.h"
#include "mase/safetensors.h"

using namespace mase;

namespace {

std::map<std::string, at::Tensor> read_back(test::Exported& done, const std::string& name) {
  const NamedTensors read = read_safetensors(done.file(name));
  return {read.begin(), read.end()};
}

}  // namespace

TEST_CASE("export.safetensors writes every tensor under its state-dict name") {
  Graph g = test::small_graph();
  test::quantize(g, {{"weight", test::fixed(4, 2)}}, {"fc1"});
  auto done = test::exported(g, "export.safetensors");
  auto tensors = read_back(*done, "model.safetensors");
  CHECK(tensors.size() == 4);
  for (const std::string& key : g.tensor_keys()) CHECK(at::equal(tensors.at(key), g.tensor(key)));
  CHECK(done->context.reported.at("tensors") == Value(4));
}

TEST_CASE("export.safetensors quantized: values of the formats, biases of exact layers on the accumulator's grid") {
  Graph g = test::small_graph();
  g.set_tensor("fc1.bias", at::tensor({0.3f, -1.7f, 0.01f, 9.f, 0.f, 1.f, -0.1f, 0.5f}));
  test::quantize(g, {{"weight", test::fixed(4, 2)}, {"data_in", test::fixed(6, 3)}}, {"fc1"});
  auto done = test::exported(g, "export.safetensors", {{"quantized", true}, {"file", "q.safetensors"}});
  auto tensors = read_back(*done, "q.safetensors");
  const at::Tensor weight = tensors.at("fc1.weight"), bias = tensors.at("fc1.bias");
  CHECK(at::equal(weight * 4, at::round(g.tensor("fc1.weight") * 4)));  // no weight lies beyond Q2.2
  CHECK_FALSE(at::equal(weight, g.tensor("fc1.weight")));
  CHECK(at::equal(bias * 32, at::round(g.tensor("fc1.bias") * 32)));  // 2 + 3 bits behind the point
  CHECK(at::equal(tensors.at("fc2.weight"), g.tensor("fc2.weight")));
}

TEST_CASE("tensors of formats are state, but no part of quantized values") {
  Graph g = test::small_graph();
  test::quantize(g, {{"weight", Map{{"use", "quant.lsq_integer"}, {"with", Map{{"width", 4}}}}}}, {"fc1"});
  auto plain = test::exported(g, "export.safetensors");
  auto quantized = test::exported(g, "export.safetensors", {{"quantized", true}});
  CHECK(read_back(*plain, "model.safetensors").size() == g.tensor_keys().size());
  CHECK(g.tensor_keys().size() > 4);
  CHECK(read_back(*quantized, "model.safetensors").size() == 4);
}

TEST_CASE("a tensor that two nodes read in different formats has no one quantized value") {
  Graph g = test::small_graph();
  Node& tied =
      add_module(g, test::registry(), "tied", Chosen("nn.linear", {{"out_features", 8}}), {g.inputs()[0]}, Random(3));
  for (Parameter& p : tied.params) p.key = "fc1." + p.name;
  g.erase_tensor("tied.weight"), g.erase_tensor("tied.bias");
  test::quantize(g, {{"weight", test::fixed(4, 2)}}, {"fc1"});
  test::quantize(g, {{"weight", test::fixed(8, 2)}}, {"tied"});
  const std::string why = test::message([&] { test::exported(g, "export.safetensors", {{"quantized", true}}); });
  CHECK(why.find("fc1.weight (by fc1 and tied)") != why.npos);
  test::exported(g, "export.safetensors");
}

TEST_CASE("exports stay in the step's folder") {
  Graph g = test::small_graph();
  for (const char* name : {"../x", "", ".", "/tmp/x", "a/b"})
    for (const char* pass : {"export.safetensors", "export.torch_state_dict", "export.c_header"})
      CHECK(test::message([&] {
              test::exported(g, pass, {{"file", name}});
            }).find("is no file name") != std::string::npos);
}
