// analysis.add_common_metadata: what it runs through the graph.
#include <catch2/catch.hpp>

#include "support/small_graph.h"

using namespace mase;

namespace {

void add_metadata(Graph& g, test::FakeContext& context) {
  test::registry().create<Pass>(Chosen("analysis.add_common_metadata"))->run(g, context);
}

}  // namespace

TEST_CASE("without data, inputs keep the type that the model records") {
  Graph g = test::small_graph();
  const std::string type = "int64";
  TensorMeta& x = g.at("x").meta.common.results.at("data_out_0");
  Node& doubled = g.insert_before(g.output(), OpKind::call_function, "doubled", Chosen("nn.add"),
                                  {Argument(&g.at("x")), Argument(Value(1))});
  x.torch_dtype = type;
  // a linear takes no integers: the input flows only to the sum
  g.set_args(g.output(), {Argument(&doubled)});
  for (const char* name : {"fc2", "relu1", "fc1"}) g.erase(g.at(name));
  test::FakeContext context(&g);
  add_metadata(g, context);
  CHECK(g.at("x").meta.common.results.at("data_out_0").torch_dtype == type);
  CHECK(doubled.meta.common.results.at("data_out_0").torch_dtype == type);
}

TEST_CASE("a model of one batch size is shown as many samples, or says how many are missing") {
  Graph g = test::small_graph();
  test::FakeContext context(&g);
  context.open(Chosen("data.toy", {{"kind", "moons"}, {"samples", 40}}));
  CHECK(g.batch_size() == 0);
  g.meta.set("batch_size", 4096);
  CHECK(g.batch_size() == 4096);
  CHECK(test::message([&] {
          add_metadata(g, context);
        }).find("runs only with batches of 4096, the split 'train' has") != std::string::npos);
}
