// Operators on integers and bools: they give a result or say which node cannot, and stop nobody.
#include "mase/execute.h"
#include "one_op.h"

using namespace test;

namespace {

// Runs the operator as the one node of a graph; empty, or the error's text.
std::string outcome(const char* name, const at::Tensor& x) {
  Graph graph;
  Node& input = add_placeholder(graph, "x", {4});
  Node& node = add_module(graph, plugins(), "node", {name}, {&input}, Random(1));
  add_output(graph, {&node});
  return error_of([&] { Executor(graph, plugins()).run({x}); });
}

}  // namespace

TEST_CASE("activations on integers and bools give a result or name the node") {
  for (const char* name :
       {"nn.celu",      "nn.elu",        "nn.gelu",       "nn.glu",         "nn.hardshrink", "nn.hardsigmoid",
        "nn.hardswish", "nn.hardtanh",   "nn.leaky_relu", "nn.log_softmax", "nn.logsigmoid", "nn.prelu",
        "nn.relu",      "nn.relu6",      "nn.selu",       "nn.sigmoid",     "nn.silu",       "nn.softmax",
        "nn.softplus",  "nn.softshrink", "nn.softsign",   "nn.tanh",        "nn.tanhshrink"})
    for (const at::ScalarType type : {at::kLong, at::kInt, at::kByte, at::kBool, at::kHalf}) {
      INFO(name << ' ' << c10::toString(type));
      const std::string error = outcome(name, at::tensor({0, 1, 2, 3}, at::kLong).view({1, 4}).to(type));
      if (!error.empty()) CHECK_THAT(error, Catch::Contains("node 'node' ("));
    }
}

TEST_CASE("relu and sigmoid take integers as PyTorch does") {
  CHECK(outcome("nn.relu", at::tensor({-1, 0, 1, 2}, at::kLong).view({1, 4})).empty());
  CHECK(outcome("nn.sigmoid", at::tensor({-1, 0, 1, 2}, at::kLong).view({1, 4})).empty());
  CHECK_FALSE(outcome("nn.relu", at::tensor({1, 0, 1, 0}, at::kLong).view({1, 4}).to(at::kBool)).empty());
}
