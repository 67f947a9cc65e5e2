// Building graphs node by node, and finding their shapes.
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>

#include "mase/execute.h"
#include "support/fake_components.h"

using namespace mase;

TEST_CASE("a module gets its name, parameters and metadata") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node& x = add_placeholder(graph, "x", {4});
  Node& fc = add_module(graph, components, "seq_blocks.0", {"t.linear", {{"out", 3}}}, {&x}, Random(1));
  CHECK(fc.name == "seq_blocks_0");
  CHECK(fc.target == "seq_blocks.0");
  CHECK(fc.op_kind == OpKind::call_module);
  CHECK(fc.mase_op == "linear");
  CHECK(fc.meta.common.mase_type == "module_related_func");
  CHECK(fc.param("weight")->key == "seq_blocks.0.weight");
  CHECK(graph.tensor("seq_blocks.0.weight").sizes() == at::IntArrayRef{3, 4});
  REQUIRE(fc.meta.common.args.size() == 3);
  CHECK(fc.meta.common.args[0].name == "data_in_0");
  CHECK(fc.meta.common.args[0].shape == Shape{1, 4});
  CHECK(fc.meta.common.args[1].shape == Shape{3, 4});
  CHECK(fc.meta.common.args[2].shape == Shape{3});
  CHECK(fc.meta.common.results.at("data_out_0").shape == Shape{1, 3});
  Node& relu = add_module(graph, components, "relu", {"t.relu"}, {&fc}, Random(2), true);
  CHECK(relu.op_kind == OpKind::call_function);
  CHECK(relu.target == "relu");
  Node& out = add_output(graph, {&relu});
  CHECK(out.meta.common.args.at("data_in_0").shape == Shape{1, 3});
  CHECK(x.meta.common.mase_type == "placeholder");
  CHECK_NOTHROW(graph.check());
}

TEST_CASE("a module called twice shares its tensors") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node& x = add_placeholder(graph, "x", {4});
  Node& first = add_module(graph, components, "fc", {"t.linear", {{"out", 4}}}, {&x}, Random(1));
  const at::Tensor before = graph.tensor("fc.weight").clone();
  Node& second = add_module(graph, components, "fc", {"t.linear", {{"out", 4}}}, {&first}, Random(9));
  CHECK(second.name == "fc_1");
  CHECK(second.param("weight")->key == "fc.weight");
  CHECK(at::equal(graph.tensor("fc.weight"), before));
}

TEST_CASE("several results are described and can be told apart") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node& x = add_placeholder(graph, "x", {6});
  Node& split = add_module(graph, components, "split", {"t.split"}, {&x}, Random(1));
  REQUIRE(split.meta.common.results.size() == 2);
  Node& fc = add_module(graph, components, "fc", {"t.linear"}, {Argument(&split, 1)}, Random(1));
  CHECK(fc.meta.common.args[0].shape == Shape{1, 3});
}

TEST_CASE("a node that does not fit leaves nothing behind") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node& x = add_placeholder(graph, "x", {4});
  CHECK_THROWS_WITH(add_module(graph, components, "a", {"t.add"}, {&x}, Random(1)),
                    Catch::Contains("t.add takes 2 inputs, found 1"));
  Node& half = add_module(graph, components, "half", {"t.split"}, {&x}, Random(1));
  Node& other = add_placeholder(graph, "y", {3});
  CHECK_THROWS_WITH(add_module(graph, components, "a", {"t.add"}, {&half, &other}, Random(1)),
                    Catch::Contains("node 'a' (add)"));
  CHECK(graph.find("a") == nullptr);
  CHECK_NOTHROW(graph.check());
}

TEST_CASE("shapes follow another sample") {
  test::FakeComponents components = test::fake_components();
  Graph graph = test::two_layers(components);
  infer_shapes(graph, components, {at::zeros({5, 4})});
  CHECK(graph.at("relu1").meta.common.results[0].shape == Shape{5, 3});
  CHECK(graph.output().meta.common.args[0].shape == Shape{5, 2});
  CHECK_THROWS_WITH(infer_shapes(graph, components, {}), Catch::Contains("takes more inputs"));
  CHECK_THROWS_WITH(infer_shapes(graph, components, {at::zeros({1, 5})}), Catch::Contains("node 'fc1' (linear)"));
}

TEST_CASE("operators stand in MASE's lists") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node& node = add_module(graph, components, "f", {"t.relu"}, {&add_placeholder(graph, "x", {2})}, Random(1), true);
  const auto type_of = [&](const char* op) {
    node.mase_op = op, node.meta.common.mase_type.clear();
    infer_shapes(graph, components, {at::ones({1, 2})});
    return node.meta.common.mase_type;
  };
  for (const char* op : {"view", "flatten", "permute", "expand", "split", "slice", "gather", "stack", "index_select",
                         "repeat", "flip", "cast", "where", "masked_fill", "clamp", "abs", "eq", "ge", "cumsum"})
    CHECK(type_of(op) == "implicit_func");
  for (const char* op : {"mul",       "sub",   "matmul",  "mean",     "pow",
                         "sqrt",      "div",   "softmax", "max",      "erf",
                         "sin",       "tanh",  "gt",      "le",       "sigmoid",
                         "min",       "neg",   "log",     "gelu",     "scaled_dot_product_attention",
                         "embedding", "rsqrt", "maximum", "logsumexp"})
    CHECK(type_of(op) == "builtin_func");
  for (const char* op : {"linear", "relu", "conv2d", "layer_norm"}) CHECK(type_of(op) == "module_related_func");
  node.op_kind = OpKind::call_module;
  for (const char* op : {"embedding", "softmax"}) CHECK(type_of(op) == "module_related_func");
  CHECK(type_of("batch_norm2d") == "module");
}
