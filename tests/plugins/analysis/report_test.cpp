// The reports of the analysis plugin, on a small network.
#include <catch2/catch.hpp>

#include "support/small_graph.h"

using namespace mase;

namespace {

struct Outcome {
  std::string text, log;
  Map figures;
};

Outcome run(Graph& g, const char* name, Map with, const char* file) {
  const test::TempDir folder;
  test::FakeContext context(&g);
  context.folder = folder.path();
  test::registry().create<Pass>(Chosen(name, std::move(with)))->run(g, context);
  return {file ? test::file_text(context.out_dir() + "/" + file) : "", context.log, context.reported};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("analysis.report_graph lists nodes as torch.fx does, and counts them as MASE does") {
  Graph g = test::small_graph();
  const Outcome o = run(g, "analysis.report_graph", {}, "graph.txt");
  CHECK(has(o.text, "graph():\n    %x : [num_users=1] = placeholder[target=x]\n"));
  CHECK(has(o.text, "    %fc1 : [num_users=1] = call_module[target=fc1](args = (%x,))\n"));
  CHECK(has(o.text, "    %relu1 : [num_users=1] = call_module[target=relu1](args = (%fc1,))\n"));
  CHECK(has(o.text, "    return fc2\n"));
  CHECK(has(o.text,
            "{'placeholder': 1, 'get_attr': 0, 'call_function': 0, 'call_module': 3, 'call_method': 0, "
            "'output': 1}"));
  CHECK(has(o.text, "  fc2: linear("));
  CHECK(o.log == o.text + "\n");
  CHECK(o.figures.at("call_module") == Value(3));
  CHECK(o.figures.at("layer_types") == Value(Map{{"linear", 2}, {"relu", 1}}));
}

TEST_CASE("analysis.report_graph writes under the name given, and nowhere else") {
  Graph g = test::small_graph();
  CHECK(has(run(g, "analysis.report_graph", {{"file_name", "net.txt"}}, "net.txt").text, "%fc1"));
  CHECK(has(test::message([&] {
              run(g, "analysis.report_graph", {{"file_name", "../net.txt"}}, nullptr);
            }),
            "is no file name"));
}

TEST_CASE("analysis.report_node_meta_param has MASE's columns, and the branches asked for") {
  Graph g = test::small_graph();
  test::quantize(g, {{"weight", test::fixed(8, 4)}}, {"fc1"});
  const Outcome all = run(g, "analysis.report_node_meta_param", {}, "node_meta_param.txt");
  for (const char* column :
       {"Node name", "Fx Node op", "Mase type", "Mase op", "Common Param", "Hardware Param", "Software Param"})
    CHECK(has(all.text, column));
  CHECK(has(all.text, "weight:"));
  CHECK(has(all.text, "precision: [8,4]"));
  CHECK(has(all.text, "grid: Q4.4"));
  CHECK(all.figures.at("nodes") == Value(5));
  CHECK(all.figures.at("nodes_with_hardware") == Value(0));

  const Outcome one = run(g, "analysis.report_node_meta_param", {{"which", List{"software"}}}, "node_meta_param.txt");
  CHECK(has(one.text, "Software Param"));
  CHECK_FALSE(has(one.text, "Common Param"));
  CHECK(has(test::message([&] {
              run(g, "analysis.report_node_meta_param", {{"which", List{"softwar"}}}, nullptr);
            }),
            "did you mean 'software'?"));
  CHECK(has(test::message([&] {
              run(g, "analysis.report_node_meta_param", {{"which", List{}}}, nullptr);
            }),
            "is empty"));
}

TEST_CASE("the lines of a table are equally long") {
  Graph g = test::small_graph();
  std::istringstream lines(run(g, "analysis.report_node_meta_param", {}, "node_meta_param.txt").text);
  std::string first, line;
  std::getline(lines, first);
  while (std::getline(lines, line)) REQUIRE(line.size() == first.size());
}

TEST_CASE("analysis.add_common_metadata records shapes anew") {
  Graph g = test::small_graph();
  TensorMeta& input = g.at("fc2").meta.common.args.at("data_in_0");
  REQUIRE(input.shape == Shape{1, 8});
  input.shape = {1, 7};
  g.at("fc2").meta.common.results.front().shape.clear();
  const Outcome o = run(g, "analysis.add_common_metadata", {}, nullptr);
  CHECK(input.shape == Shape{1, 8});
  CHECK(g.at("fc2").meta.common.results.front().shape == Shape{1, 5});
  CHECK(o.figures.at("nodes") == Value(5));
}
