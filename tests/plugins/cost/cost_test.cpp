// cost.average_bitwidth and cost.parameters on networks counted by hand.
#include <catch2/catch.hpp>

#include "mase/runner.h"
#include "support/small_graph.h"

using namespace mase;

namespace {

Map run(const char* name, Graph& g, const std::vector<std::string>& names = {}) {
  test::FakeContext context(&g);
  if (!names.empty()) context.nodes.clear();
  for (const std::string& n : names) context.nodes.push_back(&g.at(n));
  return test::registry().create<Runner>(Chosen(name))->run(g, context);
}

double metric(const Map& map, const char* name) { return map.at(name).as_double(); }

}  // namespace

TEST_CASE("a network without formats has 32 bits everywhere") {
  Graph g = test::small_graph();
  const Map m = run("cost.average_bitwidth", g);
  CHECK(metric(m, "average_bitwidth") == 32);
  CHECK(metric(m, "average_bitwidth_activation") == 32);
}

TEST_CASE("bits are averaged over elements: 128 weights of 4 bits and 40 of 8; inputs of 16 and 8 elements") {
  Graph g = test::small_graph();
  test::quantize(g, {{"weight", test::fixed(4, 3)}, {"data_in", test::fixed(8, 4)}}, {"fc1"});
  test::quantize(g, {{"weight", test::fixed(8, 6)}}, {"fc2"});
  const Map m = run("cost.average_bitwidth", g);
  CHECK(metric(m, "average_bitwidth") == Approx((128 * 4 + 40 * 8) / 168.0));
  CHECK(metric(m, "average_bitwidth_activation") ==
        Approx((16 * 8 + 8 * 32) / 24.0));  // relu1 has no weights, no format
  test::quantize(g, {{"data_in", test::fixed(6, 2)}}, {"relu1"});
  CHECK(metric(run("cost.average_bitwidth", g), "average_bitwidth_activation") ==
        Approx((16 * 8 + 8 * 32 + 8 * 6) / 32.0));
  CHECK(metric(run("cost.average_bitwidth", g, {"fc2"}), "average_bitwidth") == 8);
}

TEST_CASE("a format of the bias does not count as bits of weights") {
  Graph g = test::small_graph();
  test::quantize(g, {{"weight", test::fixed(4, 3)}, {"bias", test::fixed(16, 8)}}, {"fc1", "fc2"});
  CHECK(metric(run("cost.average_bitwidth", g), "average_bitwidth") == 4);
}

TEST_CASE("nothing to average is 0") {
  Graph g = test::small_graph();
  CHECK(metric(run("cost.average_bitwidth", g, {"relu1"}), "average_bitwidth") == 0);
}

TEST_CASE("parameters: weights and biases, tied tensors once, buffers not at all") {
  Graph g = test::small_graph();
  CHECK(run("cost.parameters", g).at("parameters") == Value(16 * 8 + 8 + 8 * 5 + 5));
  CHECK(run("cost.parameters", g, {"fc2"}).at("parameters") == Value(45));
  g.at("fc2").params[1].key = "fc1.weight";  // whatever its shape: a shared tensor counts once
  CHECK(run("cost.parameters", g).at("parameters") == Value(16 * 8 + 8 + 8 * 5));

  Graph normed("normed");
  Node& x = add_placeholder(normed, "x", {4, 6, 6});
  Node& norm = add_module(normed, test::registry(), "norm", Chosen("nn.batch_norm2d"), {&x}, Random(1));
  add_output(normed, {&norm});
  CHECK(run("cost.parameters", normed).at("parameters") == Value(8));  // scale and shift, not the running statistics
}

TEST_CASE("metrics are declared") {
  for (const char* name : {"cost.average_bitwidth", "cost.parameters"}) {
    const auto runner = test::registry().create<Runner>(Chosen(name));
    Graph g = test::small_graph();
    const Map values = run(name, g);
    CHECK(runner->metrics().size() == values.size());
    for (const MetricInfo& m : runner->metrics()) {
      CHECK(values.find(m.name));
      CHECK(m.direction == MetricInfo::Direction::minimize);
      CHECK_FALSE(m.doc.empty());
    }
  }
}
