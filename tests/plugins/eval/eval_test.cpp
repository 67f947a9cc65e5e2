// eval.accuracy, eval.loss, eval.latency on models whose answers are known, and on weights trained elsewhere.
#include <ATen/ops/eye.h>
#include <ATen/ops/zeros.h>
#include <catch2/catch.hpp>

#include <cmath>

#include "mase/execute.h"
#include "mase/model.h"
#include "mase/runner.h"
#include "support/fake_context.h"

using namespace test;
using Catch::Contains;
using mase::List;
using mase::Map;

namespace {

mase::Graph build(const std::string& name, Map with) {
  FakeContext context;
  return registry().create<mase::Model>(mase::Chosen(name, std::move(with)))->build(context);
}

Map evaluate(mase::Graph& graph, FakeContext& context, const std::string& name, Map with = {}) {
  context.use(&graph);
  return registry().create<mase::Runner>(mase::Chosen(name, std::move(with)))->run(graph, context);
}

// A model that passes `n` inputs on.
mase::Graph passing(int64_t n, bool sigmoid = false) {
  List layers{Map{{"op", "linear"}, {"name", "fc1"}, {"with", Map{{"out_features", n}}}}};
  if (sigmoid) layers.push_back(Map{{"op", "sigmoid"}});
  mase::Graph graph = build("models.sequential", {{"input", List{n}}, {"layers", layers}});
  graph.set_tensor("fc1.weight", at::eye(n));
  graph.set_tensor("fc1.bias", at::zeros({n}));
  return graph;
}

// Rows of a CSV file as the test split.
struct Rows {
  TempDir dir;
  FakeContext context;
  explicit Rows(const std::string& rows, int64_t n, Map with = {}) {
    context.folder = dir.path();
    write(dir / "t.csv", rows + rows);
    with.set("file", "t.csv"), with.set("header", false);
    with.set("splits", Map{{"rows", Map{{"train", List{0, n}}, {"test", List{n, 2 * n}}}}});
    context.open(mase::Chosen("data.csv", with));
  }
};

// Logits and class: right, right (0 wins the tie), wrong, right, wrong.
const char* const kFive = "3,1,2,0\n5,5,1,0\n1,9,2,0\n0,0,1,2\n7,1,1,1\n";

}  // namespace

TEST_CASE("eval.accuracy is the share of right answers, whatever the batches and the arithmetic") {
  mase::Graph graph = passing(3);
  Rows rows(kFive, 5);
  CHECK(evaluate(graph, rows.context, "eval.accuracy").at("accuracy").as_double() == 0.6);
  CHECK(evaluate(graph, rows.context, "eval.accuracy", {{"batch_size", 2}}).at("accuracy").as_double() == 0.6);
  CHECK(evaluate(graph, rows.context, "eval.accuracy", {{"arithmetic", "double"}}).at("accuracy").as_double() == 0.6);
  CHECK(evaluate(graph, rows.context, "eval.accuracy", {{"samples", 2}}).at("accuracy").as_double() == 1);
  CHECK(
      evaluate(graph, rows.context, "eval.accuracy", {{"split", "train"}, {"samples", 3}}).at("accuracy").as_double() ==
      Approx(2 / 3.0));
}

TEST_CASE("eval.accuracy writes recall, precision and the confusion matrix") {
  mase::Graph graph = passing(3);
  Rows rows(kFive, 5);
  evaluate(graph, rows.context, "eval.accuracy", {{"per_class", true}, {"confusion", true}, {"batch_size", 3}});
  CHECK(read(rows.dir / "out/confusion.csv") ==
        "target,predicted_0,predicted_1,predicted_2\n0,2,1,0\n1,1,0,0\n2,0,0,1\n");
  const mase::List& classes = rows.context.reported.at("per_class").as_list();
  CHECK(classes[0].as_map().at("recall").as_double() == Approx(2 / 3.0));
  CHECK(classes[0].as_map().at("precision").as_double() == Approx(2 / 3.0));
  CHECK(classes[1].as_map().at("precision").as_double() == 0);
  CHECK(classes[2].as_map().at("samples").as_int() == 1);
  CHECK(rows.context.reported.at("confusion").as_list()[0].as_list()[1].as_int() == 1);
  CHECK(read(rows.dir / "out/per_class.csv").find("class,samples,recall,precision\n0,3,") == 0);
}

TEST_CASE("a single output is class 1 above the threshold: 0 for a logit, 0.5 behind a sigmoid") {
  const char* const rows = "-2,0\n-0.1,1\n0.2,1\n3,1\n";
  Rows data(rows, 4);
  mase::Graph logit = passing(1), probability = passing(1, true);
  CHECK(evaluate(logit, data.context, "eval.accuracy").at("accuracy").as_double() == 0.75);
  CHECK(evaluate(probability, data.context, "eval.accuracy").at("accuracy").as_double() == 0.75);
  CHECK(evaluate(logit, data.context, "eval.accuracy", {{"threshold", -1}}).at("accuracy").as_double() == 1);
  CHECK(evaluate(logit, data.context, "eval.accuracy", {{"threshold", 1}}).at("accuracy").as_double() == 0.5);
  Rows real("-2,0.0\n3,1.0\n", 2, {{"task", "regression"}});
  CHECK(evaluate(logit, real.context, "eval.accuracy").at("accuracy").as_double() == 1);
}

TEST_CASE("eval.loss is the mean over samples, also when the last batch is short") {
  mase::Graph graph = passing(3);
  Rows rows(kFive, 5);
  const double logits[5][3] = {{3, 1, 2}, {5, 5, 1}, {1, 9, 2}, {0, 0, 1}, {7, 1, 1}};
  const int labels[5] = {0, 0, 0, 2, 1};
  double sum = 0;
  for (int i = 0; i < 5; ++i)
    sum += std::log(std::exp(logits[i][0]) + std::exp(logits[i][1]) + std::exp(logits[i][2])) - logits[i][labels[i]];
  CHECK(evaluate(graph, rows.context, "eval.loss").at("loss").as_double() == Approx(sum / 5));
  CHECK(evaluate(graph, rows.context, "eval.loss", {{"batch_size", 2}}).at("loss").as_double() == Approx(sum / 5));

  mase::Graph one = passing(1), probability = passing(1, true);
  Rows binary("-2,0\n0.5,1\n", 2);
  const double bce = (std::log(1 + std::exp(-2.0)) + std::log(1 + std::exp(-0.5))) / 2;
  CHECK(evaluate(one, binary.context, "eval.loss", {{"loss", "bce_with_logits"}}).at("loss").as_double() ==
        Approx(bce));
  CHECK(evaluate(probability, binary.context, "eval.loss", {{"loss", "bce"}}).at("loss").as_double() == Approx(bce));
  Rows values("1,3\n2,2\n", 2, {{"task", "regression"}});
  CHECK(evaluate(one, values.context, "eval.loss", {{"loss", "mse"}}).at("loss").as_double() == 2);
}

TEST_CASE("eval.latency times every run and says so in its metrics") {
  mase::Graph graph = passing(3);
  Rows rows(kFive, 5);
  const Map m = evaluate(graph, rows.context, "eval.latency", {{"iterations", 7}, {"warm_up", 1}, {"batch_size", 2}});
  CHECK(m.at("latency").as_double() > 0);
  CHECK(m.at("latency_p99").as_double() >= m.at("latency").as_double());
  const std::string csv = read(rows.dir / "out/latency.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 8);
  for (const auto& metric : registry().create<mase::Runner>(mase::Chosen("eval.latency"))->metrics())
    CHECK(metric.measured_time);
  rows.context.folder.clear();  // a trial of a search has no folder
  CHECK(evaluate(graph, rows.context, "eval.latency", {{"iterations", 1}}).size() == 3);
}

TEST_CASE("evaluation refuses what it cannot judge") {
  mase::Graph three = passing(3), one = passing(1);
  Rows rows(kFive, 5), values("1,3.5\n2,2\n", 2, {{"task", "regression"}});
  CHECK_THAT(message([&] {
               evaluate(three, rows.context, "eval.accuracy", {{"samples", 6}});
             }),
             Contains("6 samples asked") && Contains("has 5"));
  CHECK_THAT(message([&] {
               evaluate(three, rows.context, "eval.accuracy", {{"split", "validation"}});
             }),
             Contains("validation split is empty"));
  CHECK_THAT(message([&] {
               evaluate(three, rows.context, "eval.accuracy", {{"split", "tests"}});
             }),
             Contains("'test'"));
  CHECK_THAT(message([&] {
               evaluate(three, rows.context, "eval.latency", {{"batch_size", 6}});
             }),
             Contains("fewer than batch_size"));
  CHECK_THAT(message([&] { evaluate(one, values.context, "eval.loss"); }), Contains("class indices"));
  mase::Graph two = passing(2);
  Rows wide("1,2,5\n2,1,0\n", 2);
  CHECK_THAT(message([&] { evaluate(two, wide.context, "eval.loss"); }),
             Contains("class 5, but the model has 2 outputs"));
  CHECK_THAT(message([&] {
               evaluate(two, wide.context, "eval.accuracy", {{"confusion", true}});
             }),
             Contains("class 5"));
}

TEST_CASE("weights trained by PyTorch reach the accuracy that PyTorch measured") {
  const std::string jets = shared("models/torch_export/jsc_mlp.safetensors"),
                    lenet = shared("models/torch_export/mnist_lenet.safetensors");
  if (jets.empty() || lenet.empty()) return;
  FakeContext context;
  context.open(
      mase::Chosen("data.npy", {{"inputs", shared("jsc/X_5120x16_f32.npy")},
                                {"targets", shared("jsc/y_5120_i64.npy")},
                                {"splits", Map{{"rows", Map{{"train", List{0, 4096}}, {"test", List{4096, 5120}}}}}}}));
  mase::Graph mlp = build("models.mlp", {{"layers", List{16, 64, 32, 32, 5}}, {"weights", jets}});
  CHECK(evaluate(mlp, context, "eval.accuracy").at("accuracy").as_double() == 766 / 1024.0);

  FakeContext digits;
  digits.open(mase::Chosen("data.idx", {{"train_images", shared("mnist/t10k-images-idx3-ubyte.gz")},
                                        {"train_labels", shared("mnist/t10k-labels-idx1-ubyte.gz")},
                                        {"splits", Map{{"rows", Map{{"train", List{0, 10000}}}}}}}));
  mase::Graph cnn = build("models.lenet", {{"weights", lenet}});
  CHECK(evaluate(cnn, digits, "eval.accuracy", {{"split", "train"}}).at("accuracy").as_double() == 9850 / 10000.0);
}
