// derive: types, precisions and grids follow from the formats alone.
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>

#include "mase/execute.h"
#include "support/fake_components.h"

using namespace mase;

namespace {
struct Derived {
  test::FakeComponents components = test::fake_components();
  Graph graph = test::two_layers(components);
  const TensorMeta& arg(const char* node, const char* name) { return graph.at(node).meta.common.args.at(name); }
  const TensorMeta& result(const char* node) { return graph.at(node).meta.common.results.at("data_out_0"); }
};
}  // namespace

TEST_CASE("a graph without formats is float32 throughout") {
  Derived d;
  derive(d.graph, d.components);
  for (const Node* node : d.graph.nodes())
    for (const TensorMetas* metas : {&node->meta.common.args, &node->meta.common.results})
      for (const TensorMeta& meta : *metas) {
        CHECK(meta.type() == "float");
        CHECK(meta.precision() == std::vector<int64_t>{32});
        CHECK_FALSE(meta.point());
      }
}

TEST_CASE("grids follow from formats and flow to where the next format stands") {
  Derived d;
  test::quantize_all(d.graph);
  derive(d.graph, d.components);
  CHECK(d.arg("fc1", "weight").type() == "fixed");  // the short name of t.fixed
  CHECK(d.arg("fc1", "weight").precision() == std::vector<int64_t>{8, 4});
  // 0.3 * 2^8 = 76.8, so the bias needs 8 bits and a sign on the accumulator's grid.
  CHECK(d.arg("fc1", "bias").point() == FixedPoint{8, 8, true});
  CHECK(d.result("fc1").point() == FixedPoint{24, 8, true});
  CHECK(d.result("fc1").type() == "fixed");
  CHECK(d.result("fc1").precision() == std::vector<int64_t>{24, 8});
  CHECK(d.arg("relu1", "data_in_0").point() == FixedPoint{24, 8, true});
  CHECK(d.result("relu1").point() == FixedPoint{24, 8, true});
  CHECK(d.arg("fc2", "data_in_0").point() == FixedPoint{8, 4, true});
  CHECK(d.arg("output", "data_in_0").point() == d.result("fc2").point());
  CHECK(accumulator_grid(d.graph.at("fc2"), "bias", d.components) == FixedPoint{10, 8, true});  // -1.3 * 256 = -332.8
  CHECK_FALSE(accumulator_grid(d.graph.at("fc2"), "weight", d.components));
}

TEST_CASE("one float operand keeps the node and its bias in float") {
  Derived d;
  test::quantize_all(d.graph);
  d.graph.at("fc1").meta.common.args.at("weight").format = {};
  derive(d.graph, d.components);
  CHECK(d.arg("fc1", "bias").type() == "float");
  CHECK(d.result("fc1").type() == "float");
  CHECK_FALSE(accumulator_grid(d.graph.at("fc1"), "bias", d.components));
  CHECK(d.result("fc2").point());
}

TEST_CASE("a format that is taken away leaves nothing behind") {
  Derived d;
  test::quantize_all(d.graph);
  derive(d.graph, d.components);
  for (const char* name : {"fc1", "fc2"})
    for (const char* argument : {"data_in_0", "weight"}) d.graph.at(name).meta.common.args.at(argument).format = {};
  derive(d.graph, d.components);
  CHECK(d.result("fc1").type() == "float");
  CHECK(d.arg("fc1", "bias").precision() == std::vector<int64_t>{32});
  CHECK(d.result("x").type() == "float");
}

TEST_CASE("a result's own format wins over the accumulator") {
  Derived d;
  test::quantize_all(d.graph);
  d.graph.at("fc1").meta.common.results[0].format = test::fixed(10, 2);
  derive(d.graph, d.components);
  CHECK(d.result("fc1").point() == FixedPoint{10, 2, true});
  CHECK(d.arg("relu1", "data_in_0").point() == FixedPoint{10, 2, true});
}

TEST_CASE("an input lies on the grid on which everybody reads it") {
  Derived d;
  test::quantize_all(d.graph);
  derive(d.graph, d.components);
  CHECK(d.result("x").point() == FixedPoint{8, 4, true});

  // A second reader with another format: nobody can say.
  Node& other = add_module(d.graph, d.components, "fc3", {"t.linear", {{"out", 2}}}, {&d.graph.at("x")}, Random(4));
  other.meta.common.args.at("data_in_0").format = test::fixed(6, 2);
  derive(d.graph, d.components);
  CHECK_FALSE(d.result("x").point());
  other.meta.common.args.at("data_in_0").format = test::fixed(8, 4);
  derive(d.graph, d.components);
  CHECK(d.result("x").point());
  other.meta.common.args.at("data_in_0").format = {};
  derive(d.graph, d.components);
  CHECK_FALSE(d.result("x").point());
}

TEST_CASE("an input's grid is seen through nodes that only move values") {
  test::FakeComponents components = test::fake_components();
  Graph graph;
  Node* node = &add_placeholder(graph, "x", {4});
  node = &add_module(graph, components, "relu", {"t.relu"}, {node}, Random(1));
  node = &add_module(graph, components, "fc", {"t.linear"}, {node}, Random(2));
  add_output(graph, {node});
  node->meta.common.args.at("data_in_0").format = test::fixed(8, 5);
  derive(graph, components);
  CHECK(graph.at("x").meta.common.results[0].point() == FixedPoint{8, 5, true});
  CHECK(graph.at("relu").meta.common.args[0].point() == FixedPoint{8, 5, true});
}

TEST_CASE("trainable tensors of a format appear in the table") {
  Derived d;
  d.graph.at("fc1").meta.common.args.at("weight").format = Chosen("t.scaled");
  derive(d.graph, d.components);
  REQUIRE(d.graph.has_tensor("fc1.weight.scale"));
  CHECK(d.graph.tensor("fc1.weight.scale").item<float>() == 2.0f);
  d.graph.set_tensor("fc1.weight.scale", at::tensor(5.0f));
  derive(d.graph, d.components);
  CHECK(d.graph.tensor("fc1.weight.scale").item<float>() == 5.0f);  // trained values stay
}

TEST_CASE("a parameter that the operator needs and the node lacks is named") {
  Derived d;
  d.graph.at("fc1").params.pop_back();
  CHECK_THROWS_WITH(derive(d.graph, d.components),
                    Catch::Contains("node 'fc1' has no parameter 'bias', which t.linear needs"));
}
