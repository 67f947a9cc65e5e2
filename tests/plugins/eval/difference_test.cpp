// eval.difference: how far outputs are from references, element by element.
#include <ATen/ops/eye.h>
#include <ATen/ops/zeros.h>
#include <catch2/catch.hpp>

#include "mase/model.h"
#include "mase/runner.h"
#include "support/fake_context.h"
#include "support/npz.h"

namespace {

// A network that hands on two values, and references to compare them with.
mase::Map difference(const std::vector<float>& inputs, const std::vector<float>& references, mase::Map with = {},
                     const std::string& shape = "2, 2") {
  const test::TempDir folder;
  const std::string file = folder / "some.npz";
  test::write(file, test::write_zip({{"x.npy", test::npy_file("<f4", "2, 2", inputs)},
                                     {"y.npy", test::npy_file("<f4", shape, references)}}));
  test::FakeContext context;
  context.open({"data.npz", {{"file", file}, {"inputs", mase::List{"x"}}, {"targets", mase::List{"y"}}}});
  const mase::List layers{mase::Map{{"op", "linear"}, {"name", "fc"}, {"with", mase::Map{{"out_features", 2}}}}};
  mase::Graph graph = test::registry()
                          .create<mase::Model>({"models.sequential", {{"input", mase::List{2}}, {"layers", layers}}})
                          ->build(context);
  graph.set_tensor("fc.weight", at::eye(2));
  graph.set_tensor("fc.bias", at::zeros({2}));
  context.use(&graph);
  return test::registry().create<mase::Runner>({"eval.difference", std::move(with)})->run(graph, context);
}

}  // namespace

TEST_CASE("eval.difference finds the element that is farthest from its reference") {
  const mase::Map result = difference({1, 2, 3, 4}, {1, 2.5, 3, 8}, {{"batch_size", 1}});
  CHECK(result.at("max_abs_difference").as_double() == 4);
  CHECK(result.at("max_rel_difference").as_double() == 0.5);
  CHECK(result.at("elements_beyond").as_int() == 2);
}

TEST_CASE("eval.difference lets elements differ by atol and rtol") {
  const std::vector<float> inputs{1, 2, 3, 4}, references{1.25, 2, 3, 5};
  CHECK(difference(inputs, references, {{"atol", 0.25}, {"rtol", 0.0}}).at("elements_beyond").as_int() == 1);
  CHECK(difference(inputs, references, {{"atol", 0.0}, {"rtol", 0.2}}).at("elements_beyond").as_int() == 0);
  CHECK(difference(inputs, inputs).at("max_rel_difference").as_double() == 0);
}

TEST_CASE("eval.difference counts what is no number on one side only") {
  const mase::Map result = difference({1, 2, 3, 4}, {1, NAN, 3, INFINITY});
  CHECK(result.at("elements_beyond").as_int() == 2);
  CHECK(result.at("max_abs_difference").as_double() == HUGE_VAL);
}

TEST_CASE("eval.difference refuses references of another shape") {
  const std::string message = test::message([] { difference({1, 2, 3, 4}, {1, 2, 3, 4}, {}, "2, 2, 1"); });
  CHECK(message.find("output 0 has shape [2,2], its reference [2,2,1]") != std::string::npos);
}
