// quant.quantize: which of its fields decides about which tensor, and what it refuses.
#include <catch2/catch.hpp>

#include "mase/pass.h"
#include "support/fake_context.h"

using namespace mase;

namespace {

Value fixed(int width) { return Map{{"use", "quant.integer"}, {"with", Map{{"width", width}}}}; }

// Metadata is all that the pass looks at: x -> fc -> sum(fc, x) -> flat -> output.
Graph graph_of_four() {
  Graph g;
  const auto add = [&g](OpKind kind, const char* name, const char* op, const char* type, std::vector<Argument> args,
                        std::vector<const char*> tensors) -> Node& {
    Node& node = g.add(kind, name, {}, std::move(args));
    node.mase_op = op, node.meta.common.mase_type = type;
    for (const char* t : tensors) node.meta.common.args.add(t);
    node.meta.common.results.add("data_out_0");
    return node;
  };
  Node& x = add(OpKind::placeholder, "x", "placeholder", "placeholder", {}, {});
  Node& fc = add(OpKind::call_module, "fc", "linear", "module_related_func", {&x}, {"data_in_0", "weight", "bias"});
  Node& sum = add(OpKind::call_function, "sum", "add", "builtin_func", {&fc, &x}, {"data_in_0", "data_in_1"});
  Node& flat = add(OpKind::call_function, "flat", "flatten", "implicit_func", {&sum}, {"data_in_0"});
  add(OpKind::output, "output", "output", "output", {&flat}, {});
  return g;
}

void run(Graph& g, Map with, std::vector<std::string> names = {"fc"}) {
  test::FakeContext context(&g);
  context.selection = !names.empty();
  if (!names.empty()) context.nodes.clear();
  for (const std::string& name : names) context.nodes.push_back(&g.at(name));
  test::registry().create<Pass>(Chosen("quant.quantize", std::move(with)))->run(g, context);
}

int64_t width(Graph& g, const char* node, const char* tensor) {
  const CommonMeta& c = g.at(node).meta.common;
  const TensorMeta* t = c.args.find(tensor) ? c.args.find(tensor) : c.results.find(tensor);
  REQUIRE(t);
  return t->format ? t->format.with().at("width").as_int() : 0;
}

std::string problem(Map with, std::vector<std::string> names = {"fc"}) {
  Graph g = graph_of_four();
  return test::message([&] { run(g, std::move(with), std::move(names)); });
}

}  // namespace

TEST_CASE("format: weight, bias and inputs unless they are named; results stay") {
  Graph g = graph_of_four();
  run(g, {{"format", fixed(8)}, {"weight", fixed(4)}});
  CHECK(width(g, "fc", "weight") == 4);
  CHECK(width(g, "fc", "bias") == 8);
  CHECK(width(g, "fc", "data_in_0") == 8);
  CHECK(width(g, "fc", "data_out_0") == 0);
  CHECK(width(g, "sum", "data_in_0") == 0);
}

TEST_CASE("null leaves float where format would quantize, and takes a format away") {
  Graph g = graph_of_four();
  run(g, {{"format", fixed(8)}, {"bias", nullptr}});
  CHECK(width(g, "fc", "bias") == 0);
  CHECK(width(g, "fc", "weight") == 8);
  run(g, {{"weight", nullptr}});
  CHECK(width(g, "fc", "weight") == 0);
  CHECK(width(g, "fc", "data_in_0") == 8);  // not named: as it was
}

TEST_CASE("data_in means every input, data_in_1 goes before it, data_out is the result") {
  Graph g = graph_of_four();
  run(g, {{"format", fixed(9)}, {"data_in", fixed(8)}, {"data_in_1", fixed(6)}, {"data_out", fixed(12)}}, {"sum"});
  CHECK(width(g, "sum", "data_in_0") == 8);
  CHECK(width(g, "sum", "data_in_1") == 6);
  CHECK(width(g, "sum", "data_out_0") == 12);
  run(g, {{"data_in", fixed(5)}, {"data_in_0", fixed(7)}});  // nothing is left for data_in, which is no mistake
  CHECK(width(g, "fc", "data_in_0") == 7);
}

TEST_CASE("parameters names what has no field of its own") {
  Graph g = graph_of_four();
  g.at("sum").meta.common.args.add("slope");
  run(g, {{"format", fixed(8)}, {"parameters", Map{{"slope", fixed(3)}}}}, {"sum"});
  CHECK(width(g, "sum", "slope") == 3);
  run(g, {{"parameters", Map{{"slope", nullptr}}}}, {"sum"});
  CHECK(width(g, "sum", "slope") == 0);
  CHECK(width(g, "sum", "data_in_0") == 8);
}

TEST_CASE("without where every node that computes is quantized; those that hand on are not") {
  Graph g = graph_of_four();
  run(g, {{"format", fixed(8)}}, {});
  CHECK(width(g, "fc", "weight") == 8);
  CHECK(width(g, "sum", "data_in_1") == 8);
  CHECK(width(g, "flat", "data_in_0") == 0);
}

TEST_CASE("a selected node that has none of the tensors named is an error with what it has") {
  CHECK(problem({{"weight", fixed(8)}}, {"fc", "sum"}).find("sum") != std::string::npos);
  CHECK(problem({{"weight", fixed(8)}}, {"sum"}).find("it has: data_in_0, data_in_1") != std::string::npos);
  CHECK(problem({{"format", fixed(8)}}, {"x"}).find("it has: nothing") != std::string::npos);
  CHECK(problem({{"format", fixed(8)}, {"weight", fixed(4)}}, {"fc", "sum"}).empty());
}

TEST_CASE("a name that no selected node has is an error with the nearest one") {
  const std::string text = problem({{"format", fixed(8)}, {"parameters", Map{{"wieght", fixed(4)}}}});
  CHECK(text.find("no selected node has a 'wieght', did you mean 'weight'?") != std::string::npos);
  CHECK(problem({{"format", fixed(8)}, {"data_in_1", fixed(4)}}).find("'data_in_1'") != std::string::npos);
  CHECK(problem({{"format", fixed(8)}, {"bias", fixed(4)}}, {"sum"}).find("'bias'") != std::string::npos);
}

TEST_CASE("mistakes in the step itself are found without a graph") {
  CHECK(problem({}).find("names no format") != std::string::npos);
  CHECK(problem({{"parameters", Map{{"weight", fixed(4)}}}}).find("'weight' stands in parameters") !=
        std::string::npos);
  CHECK(problem({{"wieght", fixed(4)}}).find("did you mean 'weight'?") != std::string::npos);
  CHECK_FALSE(problem({{"weight", 8}}).empty());
}

TEST_CASE("its fields are of kind format, so that the host checks what stands under them") {
  const ComponentInfo& info = test::registry().at("quant.quantize");
  for (const char* name : {"format", "data_in", "data_in_0", "weight", "bias", "data_out"}) {
    const FieldInfo* field = info.fields->find(name);
    REQUIRE(field);
    CHECK(field->type.kind == TypeInfo::Kind::component);
    CHECK(field->type.component_kind == "format");
  }
  const TypeInfo& others = info.fields->find("parameters")->type;
  CHECK((others.kind == TypeInfo::Kind::map && others.item.front().component_kind == "format"));
}
