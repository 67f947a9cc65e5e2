// save and load: everything survives, and damaged files are refused whole.
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "mase/execute.h"
#include "mase/safetensors.h"
#include "support/fake_components.h"
#include "support/scratch.h"

using namespace mase;
using Catch::Contains;
using test::error_of;

namespace {

// A graph that uses every member that a graph has.
Graph full_graph() {
  test::FakeComponents components = test::fake_components();
  Graph graph = test::two_layers(components);
  test::quantize_all(graph);
  Node& relu = graph.at("relu1");
  Node& sum = graph.insert_after(relu, OpKind::call_function, "sum", {"t.add"}, {&relu, Argument(Value(0.25))});
  graph.set_argument(graph.at("fc2"), 0, &sum);
  infer_shapes(graph, components, {at::ones({1, 4})});
  derive(graph, components);
  relu.meta.software.args.set(
      "data_in_0",
      Map{{"stat", Map{{"range_min_max", Map{{"min", -HUGE_VAL}, {"max", std::nan("")}, {"$odd", -0.0}}}}}});
  relu.meta.hardware.module = "fixed_relu";
  relu.meta.hardware.is_implicit = true;
  relu.meta.hardware.dependence_files = {"activation_layers/rtl/fixed_relu.sv"};
  relu.meta.hardware.interface.set("weight", Map{{"storage", "BRAM"}, {"transpose", false}});
  relu.meta.hardware.max_parallelism = {4, 4};
  relu.meta.hardware.verilog_param.set("DATA_IN_0_PRECISION_0", 8);
  relu.meta.hardware.map.set("parallelism", List{2, 1});
  relu.meta.attachments.set("prune.mask/1",
                            Map{{"text", "\"\n\xc3\xa9"}, {"list", List{1, 2.0, nullptr, true}}, {"$real", "nan"}});
  graph.meta.set("hardware", Map{{"verilog_sources", List{"a.sv"}}});
  graph.set_tensor("fc1.counter", at::tensor(3, at::kLong));
  return graph;
}

struct Saved {
  test::Scratch scratch;
  std::string folder, json, tensors;
  Saved() {
    folder = scratch.file("model");
    save(full_graph(), folder);
    json = test::read_bytes(folder + "/graph.json");
    tensors = test::read_bytes(folder + "/tensors.safetensors");
  }
  // What load says once `from` in graph.json has become `to`.
  std::string edited(const std::string& from, const std::string& to) const {
    const size_t at = json.find(from);
    REQUIRE(at != std::string::npos);
    std::string changed = json;
    changed.replace(at, from.size(), to);
    scratch.write("model/graph.json", changed);
    return error_of([&] { load(folder); });
  }
};

}  // namespace

TEST_CASE("a graph that was saved, loaded and saved again has the same bytes") {
  Saved saved;
  const Graph again = load(saved.folder);
  save(again, saved.scratch.file("again"));
  CHECK(test::read_bytes(saved.scratch.file("again/graph.json")) == saved.json);
  CHECK(test::read_bytes(saved.scratch.file("again/tensors.safetensors")) == saved.tensors);
  for (const auto& entry : std::filesystem::directory_iterator(saved.folder))
    CHECK((entry.path().filename() == "graph.json" || entry.path().filename() == "tensors.safetensors"));
}

TEST_CASE("what was loaded is what was saved") {
  Saved saved;
  const Graph before = full_graph(), after = load(saved.folder);
  REQUIRE(after.nodes().size() == before.nodes().size());
  CHECK(after.meta == before.meta);
  CHECK(after.tensor_keys() == before.tensor_keys());
  for (const std::string& key : before.tensor_keys()) CHECK(at::equal(after.tensor(key), before.tensor(key)));
  const Node &relu = after.at("relu1"), &fc1 = after.at("fc1");
  CHECK(relu.op_kind == OpKind::call_function);
  CHECK(relu.target == "relu");
  CHECK(after.at("sum").args[1].constant == Value(0.25));
  CHECK(after.at("sum").args[0].node == &relu);
  const Map& stat = relu.meta.software.args.at("data_in_0").as_map().at("stat").as_map().at("range_min_max").as_map();
  CHECK(stat.at("min") == Value(-HUGE_VAL));
  CHECK(std::isnan(stat.at("max").as_double()));
  CHECK(std::signbit(stat.at("$odd").as_double()));
  CHECK(dump(relu.meta.hardware) == dump(before.at("relu1").meta.hardware));
  CHECK(relu.meta.attachments == before.at("relu1").meta.attachments);
  CHECK(fc1.meta.common.args.at("weight").format == test::fixed(8, 4));
  CHECK(fc1.meta.common.args.at("weight").point() == FixedPoint{8, 4, true});
  CHECK(fc1.meta.common.results[0].point() == before.at("fc1").meta.common.results[0].point());
  CHECK(fc1.meta.common.args.at("bias").type() == "fixed");
  CHECK(fc1.meta.common.args.at("weight").shape == Shape{3, 4});
}

TEST_CASE("a loaded graph computes the same") {
  Saved saved;
  test::FakeComponents components = test::fake_components();
  Graph before = full_graph(), after = load(saved.folder);
  const at::Tensor x = at::tensor({0.1f, -3.0f, 2.2f, 0.7f}).view({1, 4});
  CHECK(at::equal(Executor(before, components).run({x})[0], Executor(after, components).run({x})[0]));
}

TEST_CASE("a graph.json with anything wrong is refused, naming the place") {
  Saved saved;
  CHECK_THAT(saved.edited("\"mase_graph\": 1", "\"mase_graph\": 2"),
             Contains("graph.json: the graph has version 2, expected 1"));
  CHECK_THAT(saved.edited("\"nodes\"", "\"nods\""), Contains("unknown key 'nods', did you mean 'nodes'?"));
  CHECK_THAT(saved.edited("\"name\": \"fc1\"", "\"name\": 7"), Contains("nodes[1].name: found 7, expected a string"));
  CHECK_THAT(saved.edited("\"name\": \"fc1\"", "\"name\": \"x\""),
             Contains("nodes[1].name: 'x' is used twice or is no identifier"));
  CHECK_THAT(saved.edited("\"name\": \"fc1\"", "\"name\": \"a b\""), Contains("is no identifier"));
  CHECK_THAT(saved.edited("\"node\": \"x\"", "\"node\": \"fc2\""),
             Contains("nodes[1].args[0].node: no node 'fc2' stands before this one"));
  CHECK_THAT(saved.edited("\"node\": \"fc1\"", "\"node\": \"fc9\""), Contains("no node 'fc9' stands before this one"));
  CHECK_THAT(saved.edited("\"result\": 0", "\"result\": -1"), Contains("expected an integer in [0, 2147483647]"));
  CHECK_THAT(saved.edited("\"result\": 0", "\"result\": 4"), Contains("is result 4 of 'x', which has 1"));
  CHECK_THAT(saved.edited("\"op_kind\": \"call_module\"", "\"op_kind\": \"call_modul\""),
             Contains("unknown op_kind 'call_modul', did you mean 'call_module'?"));
  CHECK_THAT(saved.edited("\"shape\": [1, 4]", "\"shape\": [1, -4]"), Contains("expected an integer in [0"));
  CHECK_THAT(saved.edited("\"shape\": [1, 4]", "\"shape\": [4294967296, 4294967296]"),
             Contains("more elements than 63 bits count"));
  CHECK_THAT(saved.edited("\"key\": \"fc1.weight\"\n", "\"key\": \"fc1.weigh\"\n"), Contains("tensor 'fc1.weigh'"));
  CHECK_THAT(saved.edited("\"is_signed\": true", "\"is_signed\": 1"), Contains("expected true or false"));
  CHECK_THAT(saved.edited("\"module\": \"fixed_relu\"", "\"module\": []"),
             Contains("'module' is [], expected a string"));
  CHECK_THAT(saved.edited("\"use\": \"t.fixed\"", "\"used\": \"t.fixed\""), Contains("expected a component"));
  CHECK_THAT(saved.edited("\"mase_type\"", "\"mase_typ\""), Contains("unknown key 'mase_typ'"));
  CHECK_THAT(saved.edited("{", "["), Contains("not valid JSON"));
  CHECK_THAT(saved.edited("{\n", std::string(300, '[')), Contains("nested deeper"));
}

TEST_CASE("tensors that differ from their hashes, are missing or too many are refused") {
  Saved saved;
  std::string bytes = saved.tensors;
  bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 1);  // the mantissa of the last bias
  saved.scratch.write("model/tensors.safetensors", bytes);
  CHECK_THAT(error_of([&] { load(saved.folder); }), Contains("has another SHA-256 than graph.json records"));

  NamedTensors tensors;
  const Graph graph = full_graph();
  for (const std::string& key : graph.tensor_keys())
    if (key != "fc1.bias") tensors.emplace_back(key, graph.tensor(key));
  write_safetensors(saved.folder + "/tensors.safetensors", tensors);
  CHECK_THAT(error_of([&] { load(saved.folder); }), Contains("tensor 'fc1.bias' of graph.json is missing"));
  tensors.emplace_back("fc1.bias", graph.tensor("fc1.bias"));
  tensors.emplace_back("stray", at::ones({1}));
  write_safetensors(saved.folder + "/tensors.safetensors", tensors);
  CHECK_THAT(error_of([&] { load(saved.folder); }), Contains("tensor 'stray' is not listed"));
  std::filesystem::remove(saved.folder + "/tensors.safetensors");
  CHECK_THAT(error_of([&] { load(saved.folder); }), Contains("cannot be opened"));
}

namespace {

// Loading a damaged folder is an Error, or gives what a sound one gives; returns whether it was refused.
bool refused(const Saved& saved, const std::string& reference) {
  try {
    save(load(saved.folder), saved.scratch.file("copy"));
  } catch (const Error&) {
    return true;
  }
  const bool is_same_tensors = test::read_bytes(saved.scratch.file("copy/tensors.safetensors")) == saved.tensors;
  // A flip inside a name, a constant or a precision is a sound graph as well: then the loaded graph must say so itself.
  const bool is_same = test::read_bytes(saved.scratch.file("copy/graph.json")) == reference;
  CHECK((is_same_tensors || !is_same));
  return false;
}

}  // namespace

TEST_CASE("no bit flip or truncation of the tensors goes unseen") {
  Saved saved;
  Random random(5);
  for (int i = 0; i < 400; ++i) {
    std::string bytes = saved.tensors;
    const size_t at = i < 300 ? random.below(bytes.size()) : static_cast<size_t>(i - 300);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
    saved.scratch.write("model/tensors.safetensors", bytes);
    if (!refused(saved, saved.json)) {
      // Only what does not matter may change: "__metadata__" and blanks.
      CHECK(test::read_bytes(saved.scratch.file("copy/tensors.safetensors")) == saved.tensors);
    }
  }
  for (size_t size = 0; size < saved.tensors.size(); size += 7) {
    saved.scratch.write("model/tensors.safetensors", saved.tensors.substr(0, size));
    CHECK(refused(saved, saved.json));
  }
  saved.scratch.write("model/tensors.safetensors", saved.tensors + '\0');
  CHECK(refused(saved, saved.json));
}

TEST_CASE("no damage to graph.json is more than an error") {
  Saved saved;
  Random random(6);
  int refusals = 0;
  for (int i = 0; i < 1500; ++i) {
    std::string bytes = saved.json;
    for (uint64_t n = random.below(3); n < 3; ++n) {
      const size_t at = random.below(bytes.size());
      switch (random.below(3)) {
        case 0:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
          break;
        case 1:
          bytes.erase(at, 1 + random.below(20));
          break;
        default:
          bytes.insert(at, bytes.substr(random.below(bytes.size()), 1 + random.below(20)));
      }
    }
    saved.scratch.write("model/graph.json", bytes);
    refusals += refused(saved, saved.json);
  }
  CHECK(refusals > 1000);
  for (size_t size = 0; size + 2 < saved.json.size(); size += 101) {
    saved.scratch.write("model/graph.json", saved.json.substr(0, size));
    CHECK(refused(saved, saved.json));
  }
}
