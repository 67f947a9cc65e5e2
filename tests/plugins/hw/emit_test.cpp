// hw.emit: the files of a design, the words in its memories, and what has no hardware.
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "design.h"

using namespace mase;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

// The code of a value on 6 bits with 4 behind the point: nearest, ties to even, saturated.
int64_t code(float value) {
  return static_cast<int64_t>(std::min(31.0, std::max(-32.0, std::nearbyint(double{value} * 16))));
}

}  // namespace

TEST_CASE("a design is its top, one source per parameter with its memory, and the library's files") {
  Graph graph = test::quantized_graph();
  test::Workshop shop;
  shop.run(graph, "hw.emit", {{"top", "my_top"}});
  const std::set<std::string> files = files_in(shop.dir / "hardware/rtl");
  for (const char* name : {"my_top.sv", "fixed_linear.sv", "fixed_relu.sv", "mase_rom_source.sv", "fc1_weight_rom.dat",
                           "fc1_bias_rom.dat", "fc2_weight_rom.dat", "fc2_bias_rom.dat", "fc1_weight_source.sv"})
    CHECK(files.count(name));
  CHECK(files.size() == static_cast<size_t>(shop.context.reported.at("files").as_int()));
  CHECK(files_in(shop.dir / "hardware") == std::set<std::string>{"rtl", "design.json"});
  const std::string top = shop.rtl("my_top.sv");
  CHECK_THAT(top, Contains("module my_top") && Contains(" fc1_inst (") && Contains(" relu1_inst (") &&
                      Contains(" fc2_inst (") && Contains("parameter fc1_WEIGHT_PRECISION_0 = 6"));
  size_t instances = 0;  // every instance is connected to the clock once
  for (size_t at = top.find(".clk"); at != top.npos; at = top.find(".clk", at + 1)) ++instances;
  CHECK(instances == static_cast<size_t>(shop.context.reported.at("instances").as_int()));
  const Value design = Value::parse_json(test::read(shop.dir / "hardware/design.json"), "design.json");
  CHECK(design.as_map().at("top") == Value("my_top"));
}

TEST_CASE("a memory holds the weights' codes, a tile per row, its first element in the highest place") {
  Graph graph = test::quantized_graph();
  test::Workshop shop;
  shop.run(graph, "hw.emit");
  std::istringstream rows(shop.rtl("fc2_weight_rom.dat"));
  const at::Tensor& weight = graph.tensor("fc2.weight");  // [5, 8]: tiles of 4 of a row's 8 columns
  int64_t row = 0;
  for (std::string line; std::getline(rows, line); ++row) {
    INFO("row " << row << " " << line);
    const uint64_t bits = std::stoull(line, nullptr, 16);
    for (int64_t k = 0; k < 4; ++k) {
      const auto word = static_cast<int64_t>(bits >> (6 * (3 - k)) & 63);
      CHECK((word < 32 ? word : word - 64) == code(weight[row / 2][row % 2 * 4 + k].item<float>()));
    }
  }
  CHECK(row == 10);
}

TEST_CASE("an emission replaces the one before it as a whole") {
  Graph graph = test::quantized_graph();
  test::Workshop shop;
  shop.run(graph, "hw.emit", {{"top", "first"}});
  test::write(shop.dir / "hardware/rtl/stale.sv", "module stale; endmodule\n");
  shop.run(graph, "hw.emit", {{"top", "second"}});
  const std::set<std::string> files = files_in(shop.dir / "hardware/rtl");
  CHECK(files.count("second.sv"));
  CHECK_FALSE(files.count("first.sv"));
  CHECK_FALSE(files.count("stale.sv"));
}

TEST_CASE("an own module's file goes into the design; two files of one name do not") {
  Graph graph = test::quantized_graph();
  test::Workshop shop;
  test::write(shop.dir / "mine.sv", "module mine; endmodule\n");
  shop.run(graph, "hw.map", {{"module", "mine"}, {"sources", List{"mine.sv"}}}, {"relu1"});
  shop.run(graph, "hw.emit");
  CHECK(shop.rtl("mine.sv") == "module mine; endmodule\n");
  CHECK_THAT(shop.rtl("top.sv"), Contains("mine #("));
  test::write(shop.dir / "fixed_linear.sv", "module mine; endmodule\n");
  shop.run(graph, "hw.map", {{"module", "mine"}, {"sources", List{"fixed_linear.sv"}}}, {"relu1"});
  CHECK_THAT(shop.refusal(graph, "hw.emit"), Contains("two source files are called 'fixed_linear.sv'"));
  CHECK(shop.rtl("mine.sv") == "module mine; endmodule\n");  // the design before is still whole
}

TEST_CASE("what is no design is refused, and so is a top that is no identifier") {
  test::Workshop shop;
  Graph wires("wires");
  Node& x = add_placeholder(wires, "x", {2, 2});
  Node& flat = add_module(wires, test::registry(), "flat", Chosen("nn.flatten"), {&x}, Random(1));
  add_output(wires, {&flat});
  derive(wires, test::registry());
  CHECK_THAT(shop.refusal(wires, "hw.emit"), Contains("nothing to emit"));
  Graph floating = test::small_graph();
  CHECK_THAT(shop.refusal(floating, "hw.emit"), Contains("node 'fc1' (linear) cannot become hardware"));
  CHECK_FALSE(fs::exists(shop.dir / "hardware"));
  Graph graph = test::quantized_graph();
  for (const char* top : {"", "2top", "a-b", "a b"})
    CHECK_THAT(shop.refusal(graph, "hw.emit", {{"top", top}}), Contains("expected an identifier"));
}
