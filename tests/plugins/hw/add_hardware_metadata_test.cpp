// hw.add_hardware_metadata: the module, tiles and files of every node, and who is refused.
#include <algorithm>
#include <catch2/catch.hpp>

#include "design.h"

using namespace mase;
using Catch::Contains;

namespace {

int64_t parameter(const Graph& graph, const char* node, const char* name) {
  return graph.at(node).meta.hardware.verilog_param.at(name).as_int();
}

}  // namespace

TEST_CASE("every operator gets a module, and the largest tile that divides its tensor") {
  Graph graph = test::quantized_graph();
  test::Workshop shop;
  shop.run(graph, "hw.add_hardware_metadata", {{"max_parallelism", List{4, 4, 4, 4}}});
  for (const char* name : {"x", "output"}) CHECK(graph.at(name).meta.hardware.is_implicit);
  for (const auto& [name, module] : {std::pair{"fc1", "fixed_linear"}, {"relu1", "fixed_relu"}}) {
    const HardwareMeta& hw = graph.at(name).meta.hardware;
    CHECK_FALSE(hw.is_implicit);
    CHECK(hw.module == module);
    CHECK(hw.toolchain == "INTERNAL_RTL");
    CHECK(std::any_of(hw.dependence_files.begin(), hw.dependence_files.end(),
                      [&](const std::string& file) { return file.ends_with("/" + hw.module + ".sv"); }));
  }
  CHECK(parameter(graph, "fc1", "DATA_IN_0_TENSOR_SIZE_DIM_0") == 16);
  CHECK(parameter(graph, "fc1", "DATA_IN_0_PARALLELISM_DIM_0") == 4);
  CHECK(parameter(graph, "fc1", "WEIGHT_PRECISION_0") == 6);
  CHECK(parameter(graph, "fc1", "WEIGHT_PRECISION_1") == 4);
  CHECK(parameter(graph, "fc2", "DATA_OUT_0_TENSOR_SIZE_DIM_0") == 5);
  CHECK(parameter(graph, "fc2", "DATA_OUT_0_PARALLELISM_DIM_0") == 1);  // 5 is prime
}

TEST_CASE("parameters have a storage, and each source file stands in the graph's list once") {
  Graph graph = test::quantized_graph();
  test::Workshop shop;
  shop.run(graph, "hw.add_hardware_metadata");
  const Map& interface = graph.at("fc1").meta.hardware.interface;
  CHECK(interface.at("weight").as_map().at("storage") == Value("BRAM"));
  CHECK(interface.find("bias"));
  CHECK(graph.at("relu1").meta.hardware.interface.find("weight") == nullptr);
  std::vector<std::string> files;
  for (const Value& file : graph.meta.at("verilog_sources").as_list()) files.push_back(file.as_string());
  std::sort(files.begin(), files.end());
  CHECK(files.size() > 3);
  CHECK(std::adjacent_find(files.begin(), files.end()) == files.end());
}

TEST_CASE("the wishes of hw.map go before the design's parallelism") {
  Graph graph = test::quantized_graph();
  test::Workshop shop;
  graph.at("fc1").meta.hardware.map.set("max_parallelism", List{2, 2, 2, 2});
  graph.at("relu1").meta.hardware.map = {{"module", "mine"}, {"sources", List{"/a/mine.sv"}}, {"latency", 1}};
  shop.run(graph, "hw.add_hardware_metadata", {{"max_parallelism", List{8, 8, 8, 8}}});
  CHECK(parameter(graph, "fc1", "DATA_IN_0_PARALLELISM_DIM_0") == 2);
  CHECK(parameter(graph, "fc2", "DATA_IN_0_PARALLELISM_DIM_0") == 8);
  const HardwareMeta& own = graph.at("relu1").meta.hardware;
  CHECK(own.toolchain == "EXTERNAL_RTL");
  CHECK(own.module == "mine");
  CHECK(own.dependence_files == std::vector<std::string>{"/a/mine.sv"});
  CHECK(own.generator == "hw.relu");  // its integers are still the reference
  CHECK_THAT(shop.context.log, Contains("relu1: mine (EXTERNAL_RTL)"));
}

TEST_CASE("a node without a generator, or without formats, is refused by name") {
  test::Workshop shop;
  Graph graph = test::small_graph();
  CHECK_THAT(shop.refusal(graph, "hw.add_hardware_metadata"),
             Contains("node 'fc1' (linear) cannot become hardware") && Contains("quant.quantize"));
  Graph other("other");
  Node& x = add_placeholder(other, "x", {4});
  Node& first = add_module(other, test::registry(), "first", Chosen("nn.sigmoid"), {&x}, Random(1));
  add_output(other, {&first});
  test::quantize(other, {{"data_in", test::fixed(8, 4)}}, {"first"});
  const std::string said = shop.refusal(other, "hw.add_hardware_metadata");
  CHECK_THAT(said, Contains("node 'first'") && Contains("sigmoid"));
}
