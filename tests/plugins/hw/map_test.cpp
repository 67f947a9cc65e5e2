// hw.map: wishes are stored as data on the selected nodes; what no node can have is refused.
#include <catch2/catch.hpp>

#include "design.h"

using namespace mase;
using Catch::Contains;

TEST_CASE("wishes stand on the selected nodes alone, the last step's only") {
  Graph graph = test::quantized_graph();
  test::Workshop shop;
  shop.run(graph, "hw.map", {{"max_parallelism", List{2, 2}}}, {"fc1", "relu1"});
  CHECK(graph.at("fc1").meta.hardware.map == Map{{"max_parallelism", List{2, 2}}});
  CHECK(graph.at("relu1").meta.hardware.map == Map{{"max_parallelism", List{2, 2}}});
  CHECK(graph.at("fc2").meta.hardware.map.empty());
  test::write(shop.dir / "mine.sv", "module mine; endmodule\n");
  shop.run(graph, "hw.map", {{"module", "mine"}, {"sources", List{"mine.sv"}}, {"latency", 3}}, {"fc1"});
  const Map& map = graph.at("fc1").meta.hardware.map;
  CHECK_FALSE(map.find("max_parallelism"));
  CHECK(map.at("module") == Value("mine"));
  CHECK(map.at("latency") == Value(3));
  REQUIRE(map.at("sources").as_list().size() == 1);
  CHECK(map.at("sources").as_list()[0] == Value(std::filesystem::absolute(shop.dir / "mine.sv").string()));
}

TEST_CASE("a slope's form and grid are for leaky_relu") {
  Graph graph("slopes");
  Node& x = add_placeholder(graph, "x", {4});
  Node& leaky = add_module(graph, test::registry(), "leaky", Chosen("nn.leaky_relu"), {&x}, Random(1));
  Node& relu = add_module(graph, test::registry(), "relu", Chosen("nn.relu"), {&leaky}, Random(1));
  add_output(graph, {&relu});
  test::Workshop shop;
  shop.run(graph, "hw.map", {{"slope", "multiplier"}, {"slope_width", 9}, {"slope_frac_width", 8}}, {"leaky"});
  CHECK(leaky.meta.hardware.map == Map{{"slope", "multiplier"}, {"slope_width", 9}, {"slope_frac_width", 8}});
  CHECK_THAT(shop.refusal(graph, "hw.map", {{"slope", "shift"}}, {"relu"}),
             Contains("node 'relu'") && Contains("a slope is for leaky_relu, this is 'relu'"));
  CHECK_THAT(shop.refusal(graph, "hw.map", {{"slope_width", 9}}, {"relu"}), Contains("a slope is for leaky_relu"));
  CHECK(relu.meta.hardware.map.empty());
}

TEST_CASE("an own module needs its name and files that exist, on a node that becomes hardware") {
  Graph graph = test::quantized_graph();
  test::Workshop shop;
  CHECK_THAT(shop.refusal(graph, "hw.map", {{"module", "mine"}}, {"fc1"}), Contains("'module' without 'sources'"));
  CHECK_THAT(shop.refusal(graph, "hw.map", {{"sources", List{"mine.sv"}}}, {"fc1"}),
             Contains("'sources' without 'module'"));
  CHECK_THAT(shop.refusal(graph, "hw.map", {{"module", "mine"}, {"sources", List{"gone.sv"}}}, {"fc1"}),
             Contains("no file '" + shop.dir.path() + "/gone.sv' for the module 'mine'"));
  CHECK_THAT(shop.refusal(graph, "hw.map", {{"max_parallelism", List{2}}}, {"x"}),
             Contains("node 'x'") && Contains("does not become hardware"));
  CHECK_THAT(shop.refusal(graph, "hw.map", {{"max_parallelism", List{0}}}, {"fc1"}), Contains("max_parallelism"));
  CHECK(graph.at("fc1").meta.hardware.map.empty());
}
