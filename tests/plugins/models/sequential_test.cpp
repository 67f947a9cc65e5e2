// models.sequential: layers, residual blocks and repeats written in a recipe.
#include <ATen/ops/rand.h>
#include <catch2/catch.hpp>

#include "mase/execute.h"
#include "mase/model.h"
#include "support/fake_context.h"

using namespace test;
using Catch::Contains;

namespace {

// A recipe's `with:` as JSON, which is YAML too.
mase::Graph build_layers(const std::string& with) {
  FakeContext context;
  const mase::Value v = mase::Value::parse_json("{\"use\": \"models.sequential\", \"with\":\n" + with + "}", "r.json");
  return registry().create<mase::Model>(mase::Chosen::from(v))->build(context);
}
// Gives a value and everything in it a place, as a recipe's reader does.
void place(mase::Value& v, int line) {
  v.loc = {mase::Loc::intern("r.yaml"), line, 1};
  if (v.is_map())
    for (mase::Entry& e : v.as_map()) e.key_loc = v.loc, place(e.value, line);
  if (v.is_list())
    for (mase::Value& item : v.as_list()) place(item, line);
}

// What is said about layers that stand on lines 10, 11, ...
std::string refusal(const std::string& layers) {
  mase::Value list = mase::Value::parse_json("[" + layers + "]", "r.json");
  int line = 10;
  for (mase::Value& layer : list.as_list()) place(layer, line++);
  FakeContext context;
  const mase::Chosen chosen("models.sequential", {{"input", mase::List{1, 16}}, {"layers", list}});
  return message([&] { registry().create<mase::Model>(chosen)->build(context); });
}

std::vector<std::string> targets(const mase::Graph& graph) {
  std::vector<std::string> out;
  for (const mase::Node* node : graph.nodes())
    if (node->op) out.push_back(node->op_kind == mase::OpKind::call_module ? node->target : node->name);
  return out;
}

int64_t elements(const mase::Graph& graph) {
  int64_t n = 0;
  for (const std::string& key : graph.tensor_keys()) n += graph.tensor(key).numel();
  return n;
}

at::Tensor run(mase::Graph& graph, const at::Tensor& x) { return mase::Executor(graph, registry()).run({x}).at(0); }

}  // namespace

TEST_CASE("the residual jet tagger of MASE's lab report has exactly 3,285 parameters") {
  mase::Graph graph = build_layers(R"({"input": [1, 16], "layers": [
    {"op": "conv1d", "with": {"out_channels": 8, "kernel_size": 1}}, {"op": "relu"},
    {"op": "conv1d", "with": {"out_channels": 16, "kernel_size": 1}}, {"op": "relu"},
    {"residual": {"body": [{"op": "conv1d", "with": {"out_channels": 16, "kernel_size": 3, "padding": 1}}, {"op": "relu"},
                           {"op": "conv1d", "with": {"out_channels": 16, "kernel_size": 3, "padding": 1}}],
                  "shortcut": [{"op": "conv1d", "with": {"out_channels": 16, "kernel_size": 1}}]}},
    {"op": "relu"}, {"op": "flatten"}, {"op": "linear", "with": {"out_features": 5}}, {"op": "sigmoid"}]})");
  const int64_t first = 1 * 8 * 1 + 8, second = 8 * 16 * 1 + 16;             // 16, 144
  const int64_t body = 2 * (16 * 16 * 3 + 16), shortcut = 16 * 16 * 1 + 16;  // 1568, 272
  const int64_t head = 16 * 16 * 5 + 5;                                      // 1285: 16 channels of 16 positions
  CHECK(first + second + body + shortcut + head == 3285);
  CHECK(elements(graph) == 3285);
  CHECK(run(graph, at::rand({7, 1, 16})).sizes() == at::IntArrayRef{7, 5});
  CHECK(graph.has_tensor("layers.4.body.2.weight"));
  CHECK(graph.has_tensor("layers.4.shortcut.0.bias"));
}

TEST_CASE("a residual block is the sum of its paths; without a shortcut the input itself is added") {
  mase::Graph plain = build_layers(R"({"input": [6], "layers": [{"op": "linear", "with": {"out_features": 6}}]})");
  mase::Graph block = build_layers(
      R"({"input": [6], "layers": [{"name": "b", "residual": {"body": [{"op": "linear", "with": {"out_features": 6}}]}}]})");
  plain.set_tensor("layers.0.weight", block.tensor("b.body.0.weight"));
  plain.set_tensor("layers.0.bias", block.tensor("b.body.0.bias"));
  const at::Tensor x = at::rand({5, 6});
  CHECK(run(block, x).equal(run(plain, x).add(x)));
  CHECK(block.nodes()[2]->mase_op == "add");
  CHECK(block.nodes()[2]->op_kind == mase::OpKind::call_function);
}

TEST_CASE("names, prefixes, repeats and functional layers") {
  const mase::Graph graph = build_layers(R"({"input": [4], "prefix": "seq_blocks", "layers": [
    {"op": "linear", "name": "stem", "with": {"out_features": 4}},
    {"repeat": 2, "layers": [{"op": "linear", "with": {"out_features": 4}}, {"use": "nn.relu", "name": "act"}]},
    {"layers": [{"op": "tanh"}]},
    {"op": "sigmoid", "functional": true}]})");
  const auto t = targets(graph);
  CHECK(std::vector<std::string>(t.begin(), t.end() - 1) ==
        std::vector<std::string>{"stem", "seq_blocks.1.0.0", "seq_blocks.1.0.act", "seq_blocks.1.1.0",
                                 "seq_blocks.1.1.act", "seq_blocks.2.0"});
  CHECK(graph.nodes()[graph.nodes().size() - 2]->op_kind == mase::OpKind::call_function);
  CHECK(build_layers(R"({"input": [4], "prefix": "", "layers": [{"op": "linear", "with": {"out_features": 2}}]})")
            .has_tensor("0.weight"));
}

TEST_CASE("errors of layers have the place of the layer in the recipe") {
  CHECK_THAT(refusal("{\"op\": \"relu\"}, {\"op\": \"linar\"}"),
             Contains("r.yaml:11:1") && Contains("no operator 'linar'") && Contains("'linear'"));
  CHECK_THAT(refusal("{\"use\": \"nn.relo\"}"), Contains("r.yaml:10:1") && Contains("'nn.relu'"));
  CHECK_THAT(refusal("{\"op\": \"linear\", \"with\": {\"out_feature\": 3}}"),
             Contains("r.yaml:10:") && Contains("'out_features'"));
  CHECK_THAT(refusal("{\"op\": \"linear\"}"), Contains("r.yaml:10:1") && Contains("out_features"));
  CHECK_THAT(refusal("{\"op\": \"conv2d\", \"with\": {\"out_channels\": 2, \"kernel_size\": 3}}"),
             Contains("r.yaml:10:1") && Contains("conv2d"));
  CHECK_THAT(refusal("{\"op\": \"relu\", \"use\": \"nn.relu\"}"),
             Contains("r.yaml:10:1") && Contains("exactly one of"));
  CHECK_THAT(refusal("{\"name\": \"x\"}"), Contains("exactly one of"));
  CHECK_THAT(refusal("{\"op\": \"relu\", \"repeat\": 2}"), Contains("'repeat' needs 'layers'"));
  CHECK_THAT(refusal("{\"layers\": [{\"op\": \"relu\"}], \"with\": {\"a\": 1}}"), Contains("belong to an operator"));
  CHECK_THAT(refusal("{\"op\": \"relu\", \"name\": \"a b\"}"), Contains("'a b'"));
  CHECK_THAT(refusal("{\"opp\": \"relu\"}"), Contains("r.yaml:10:1") && Contains("did you mean 'op'"));
  CHECK_THAT(refusal("{\"residual\": {\"body\": [{\"op\": \"flatten\"}]}}"),
             Contains("r.yaml:10:1") && Contains("[1, 16]") && Contains("[1, 1, 16]"));
  CHECK_THAT(message([] { build_layers(R"({"input": [4], "layers": []})"); }), Contains("'layers' is empty"));
}
