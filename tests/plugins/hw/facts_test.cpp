// Hardware metadata, top-level names and memory rows against MASE's own output for the same models
// (../shared/data/mase_facts, obtained by running MASE).
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <set>

#include "mase/execute.h"
#include "mase/pass.h"
#include "support/fake_context.h"

using namespace mase;

namespace {

const Map& map_at(const Map& m, std::initializer_list<const char*> path) {
  const Map* at = &m;
  for (const char* key : path) at = &at->at(key).as_map();
  return *at;
}

// The MASE model rebuilt from its recorded nodes.
Graph build(const Map& facts) {
  const List& nodes = map_at(facts, {"stage1_float"}).at("nodes").as_list();
  Graph graph;
  for (const Value& v : nodes) {
    const Map& n = v.as_map();
    const std::string name = n.at("name").as_string(), target = n.at("target").as_string();
    const std::string op = map_at(n, {"common"}).at("mase_op").as_string();
    std::vector<Argument> inputs;
    for (const Value& input : n.at("fx_inputs").as_list()) inputs.emplace_back(&graph.at(input.as_string()));
    if (op == "placeholder") {
      Shape shape;
      for (const Value& size : facts.at("dummy_input_shape").as_list()) shape.push_back(size.as_int());
      add_placeholder(graph, name, shape);
    } else if (op == "output") {
      add_output(graph, inputs);
    } else {
      const bool functional = n.at("fx_op").as_string() == "call_function";
      Map with;
      if (op == "linear") {
        const List& weight = map_at(n, {"common", "args", "weight"}).at("shape").as_list();
        with.set("in_features", weight.at(1).as_int()), with.set("out_features", weight.at(0).as_int());
      }
      add_module(graph, test::registry(), functional ? name : target, Chosen("nn." + op, with), inputs, Random(0),
                 functional);
    }
  }
  return graph;
}

// What the labs of that commit do by hand: every tensor fixed [8, 3].
void set_formats(Graph& graph) {
  const Chosen format("quant.integer", {{"width", 8}, {"frac_width", 3}});
  for (Node* node : graph.nodes()) {
    if (node->mase_op != "linear" && node->mase_op != "relu") continue;
    for (TensorMeta& t : node->meta.common.args) t.format = format;
    for (TensorMeta& t : node->meta.common.results) t.format = format;
  }
  derive(graph, test::registry());
}

void run_pass(Graph& graph, test::FakeContext& context, const char* name, Map with = {}) {
  test::registry().create<Pass>(Chosen(name, std::move(with)))->run(graph, context);
}

// MASE takes min(limit, size) whether it divides or not; a tile must divide its tensor (docs/mase.md).
int64_t divisor(int64_t size, int64_t wanted) {
  while (size % wanted) --wanted;
  return wanted;
}

void check_parameters(const Node& node, const List& expected) {
  const Map& got = node.meta.hardware.verilog_param;
  std::map<std::string, int64_t> size;
  for (const Value& pair : expected) size[pair.as_list()[0].as_string()] = pair.as_list()[1].as_int();
  for (const auto& [name, value] : size) {
    INFO(node.name << " " << name);
    int64_t want = value;
    if (const size_t at = name.find("_PARALLELISM_DIM_"); at != name.npos)
      want = divisor(size.at(name.substr(0, at) + "_TENSOR_SIZE_DIM_" + name.back()), value);
    REQUIRE(got.find(name));
    CHECK(got.at(name).as_int() == want);
  }
}

std::string text_of(const std::string& file) { return test::read(file); }

}  // namespace

TEST_CASE("metadata, top and memory images carry MASE's names and values") {
  for (const char* model : {"lab4_linear_relu", "jsc_tiny_nobn", "jsc_linear_relu", "mlp_16_64_32_32_32_5",
                            "mlp_784_32_10", "mlp_784_32_10_flatten"}) {
    const std::string file = test::shared(std::string("mase_facts/") + model + ".json");
    if (file.empty()) return;
    const Value facts = Value::parse_json(test::read(file), file);
    for (const auto& [configuration, budget] : {std::pair{"default_4444", 4}, std::pair{"par_2222", 2}}) {
      INFO(model << " " << configuration);
      Graph graph = build(facts.as_map());
      set_formats(graph);
      test::TempDir dir;
      test::FakeContext context;
      context.folder = dir.path();
      run_pass(graph, context, "hw.add_hardware_metadata", {{"max_parallelism", std::vector<int>(4, budget)}});
      run_pass(graph, context, "hw.emit");
      const Map& emission = map_at(facts.as_map(), {"emission", configuration});
      for (const Value& v : map_at(emission, {"hardware"}).at("nodes").as_list()) {
        const Map& expected = v.as_map();
        const Node& node = graph.at(expected.at("name").as_string());
        CHECK(node.meta.hardware.is_implicit == expected.at("is_implicit").as_bool());
        if (node.meta.hardware.is_implicit) continue;
        CHECK(node.meta.hardware.module == expected.at("module").as_string());
        CHECK(node.meta.hardware.toolchain == "INTERNAL_RTL");
        check_parameters(node, expected.at("verilog_param").as_list());
      }
      const std::string top = text_of(dir / "hardware/rtl/top.sv");
      for (const Value& v : map_at(emission, {"top"}).at("instances").as_list()) {
        CHECK(top.find(v.as_map().at("module").as_string() + " ") != top.npos);
        CHECK(top.find(" " + v.as_map().at("instance").as_string() + " (") != top.npos);
      }
      for (const Value& v : map_at(emission, {"top"}).at("ports").as_list()) {
        INFO(v.as_map().at("name").as_string());
        CHECK(top.find(v.as_map().at("name").as_string()) != top.npos);
      }
    }
  }
}

TEST_CASE("memory rows equal MASE's where its tiles are as wide as the tensor") {
  const std::string file = test::shared("mase_facts/lab4_linear_relu.json");
  if (file.empty()) return;
  const Value facts = Value::parse_json(test::read(file), file);
  Graph graph = build(facts.as_map());
  const Map& emission = map_at(facts.as_map(), {"emission", "default_4444"});
  for (const Entry& e : map_at(emission, {"parameters_f32_hex"})) {
    Shape shape;
    for (const Value& v : e.value.as_map().at("shape").as_list()) shape.push_back(v.as_int());
    std::vector<float> values;
    for (const Value& v : e.value.as_map().at("hex").as_list()) {
      const auto bits = static_cast<uint32_t>(std::stoul(v.as_string(), nullptr, 16));
      std::memcpy(&values.emplace_back(), &bits, sizeof bits);
    }
    graph.set_tensor(e.key, at::from_blob(values.data(), shape).clone());
  }
  set_formats(graph);
  test::TempDir dir;
  test::FakeContext context;
  context.folder = dir.path();
  run_pass(graph, context, "hw.emit");
  int images = 0;
  for (const Value& v : emission.at("memory_files").as_list()) {
    const Map& m = v.as_map();
    const Value* data = m.find("data");
    if (!data) continue;
    std::string expected;
    for (const Value& row : data->as_list()) expected += row.as_string() + "\n";
    CHECK(text_of(dir / ("hardware/rtl/" + m.at("file").as_string())) == expected);
    ++images;
  }
  CHECK(images == 2);
}
