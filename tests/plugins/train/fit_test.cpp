// train.fit: what it learns, what it leaves alone, when it stops, and how it goes on after a stop.
#include <ATen/ops/ones.h>
#include <catch2/catch.hpp>

#include "mase/execute.h"
#include "mase/loss.h"
#include "mase/plugin.h"
#include "training.h"

using namespace test;
using Catch::Contains;
using mase::List;
using mase::Map;

namespace {

mase::Map blobs() { return {{"kind", "blobs"}, {"samples", 200}, {"classes", 3}, {"features", 4}, {"noise", 1.0}}; }

// Batch normalisation and dropout: everything that has a state of its own.
struct Stateful : Training {
  Stateful()
      : Training("models.sequential",
                 {{"input", List{4}},
                  {"layers", List{layer("linear", "fc1", {{"out_features", 8}}), layer("batch_norm1d", "bn"),
                                  layer("relu", "act"), layer("dropout", "drop", {{"p", 0.3}}),
                                  layer("linear", "fc2", {{"out_features", 3}})}}},
                 "data.toy", blobs()) {
    context.keep_checkpoints = true;
  }
  static mase::Value layer(const char* op, const char* name, Map with = {}) {
    return Map{{"op", op}, {"name", name}, {"with", std::move(with)}};
  }
};

std::vector<at::Tensor> tensors(const mase::Graph& graph) {
  std::vector<at::Tensor> out;
  for (const std::string& key : graph.tensor_keys()) out.push_back(graph.tensor(key).clone());
  return out;
}
bool same(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (size_t i = 0; i < a.size(); ++i)
    if (!a[i].equal(b[i])) return false;
  return a.size() == b.size();
}

double validation_accuracy(Training& t) {
  const auto& split = t.context.dataset("validation");
  const mase::Batch batch = split.batch(0, split.size());
  const at::Tensor out = mase::Executor(t.graph, registry()).run(batch.inputs).at(0);
  return static_cast<double>(mase::count_correct(out, batch.targets[0], 0)) / static_cast<double>(split.size());
}

// A format with one trainable tensor: x times a gain.
struct Gain final : mase::Format {
  at::Tensor quantize(const at::Tensor& x, const mase::QuantizeContext& c) const override {
    return x.detach().mul(c.parameters.at(0).detach());
  }
  mase::Codes encode(const at::Tensor&, const mase::QuantizeContext&) const override { return {}; }
  at::Tensor decode(const mase::Codes&) const override { return {}; }
  int64_t bits(const mase::Shape&) const override { return 32; }
  std::vector<int64_t> precision() const override { return {32}; }
  std::vector<mase::FormatParameter> parameters(const mase::Shape&) const override { return {{"gain", at::ones({1})}}; }
  mase::Tensors backward(const at::Tensor& g, const at::Tensor& x, const mase::QuantizeContext& c) const override {
    return {g.mul(c.parameters.at(0)), g.mul(x).sum().view({1})};
  }
};

}  // namespace

MASE_PLUGIN("train_test", "0.1.0", "A format with a trainable tensor") {
  r.add<Gain>("train_test.gain", "Multiplies by a trained gain");
}

TEST_CASE("train.fit learns the digits") {
  Training t("models.mlp", {{"layers", List{64, 32, 10}}}, "data.digits", {});
  t.fit({{"epochs", 20}, {"learning_rate", 0.003}});
  CHECK(t.reported("validation_accuracy") > 0.95);
  CHECK(t.reported("validation_accuracy") == Approx(validation_accuracy(t)));
  CHECK(t.reported("epochs") == 20);
  CHECK(t.reported("steps") == 20 * 17);  // 1,077 images in batches of 64
  const auto rows = t.csv();
  REQUIRE(rows.size() == 20);
  CHECK(std::stod(rows[0][1]) > 4 * std::stod(rows[19][1]));
  CHECK(std::stod(rows[19][4]) == t.reported("validation_accuracy"));
  for (const std::string& key : t.graph.tensor_keys()) CHECK_FALSE(t.graph.tensor(key).requires_grad());
}

TEST_CASE("the same seed gives the same weights, another seed others, and clones are left alone") {
  Training a("models.mlp", {{"layers", List{4, 8, 3}}}, "data.toy", blobs()),
      b("models.mlp", {{"layers", List{4, 8, 3}}}, "data.toy", blobs()),
      c("models.mlp", {{"layers", List{4, 8, 3}}}, "data.toy", blobs());
  c.context.seed = 7;
  const mase::Graph before = a.graph.clone();
  const auto untouched = tensors(before);
  a.fit({{"epochs", 2}}), b.fit({{"epochs", 2}}), c.fit({{"epochs", 2}});
  CHECK(same(tensors(a.graph), tensors(b.graph)));
  CHECK_FALSE(same(tensors(a.graph), tensors(c.graph)));
  CHECK(same(tensors(before), untouched));
}

TEST_CASE("where selects what is trained; the rest keeps its weights and its statistics") {
  Stateful t;
  const auto bn = t.values("bn.running_mean"), fc1 = t.values("fc1.weight"), fc2 = t.values("fc2.weight");
  t.context.selection = true;
  t.context.nodes = {&t.graph.at("fc2")};
  t.fit({{"epochs", 2}});
  CHECK(t.values("bn.running_mean") == bn);
  CHECK(t.values("fc1.weight") == fc1);
  CHECK(t.values("fc2.weight") != fc2);
  t.context.nodes = {&t.graph.at("act")};
  CHECK_THAT(t.refusal({{"epochs", 1}}), Contains("nothing to train") && Contains("'where'"));
}

TEST_CASE("the statistics of trained batch normalisation move") {
  Stateful t;
  const auto bn = t.values("bn.running_mean");
  t.fit({{"epochs", 1}});
  CHECK(t.values("bn.running_mean") != bn);
}

TEST_CASE("a training that was stopped goes on to bit-identical weights and figures") {
  const Map with{
      {"epochs", 6}, {"batch_size", 16}, {"schedule", "cosine"}, {"restore_best", true}, {"weight_decay", 0.01}};
  for (const char* optimizer : {"adam", "sgd"}) {
    Map settings = with;
    settings.set("optimizer", optimizer);
    if (optimizer == std::string("sgd")) settings.set("momentum", 0.9);
    Stateful whole, stopped;
    whole.fit(settings);
    stopped.context.cancel_after = 27;  // in the fourth epoch of eight steps
    CHECK_THROWS_AS(stopped.fit(settings), mase::Cancelled);
    CHECK(stopped.csv().size() == 3);
    Stateful resumed;  // a new process: fresh weights, the same folder
    std::filesystem::copy(stopped.dir / "checkpoints", resumed.dir / "checkpoints");
    resumed.fit(settings);
    CHECK_THAT(resumed.context.log, Contains("continues after epoch 3"));
    CHECK(same(tensors(whole.graph), tensors(resumed.graph)));
    CHECK(read(whole.dir / "out/fit.csv") == read(resumed.dir / "out/fit.csv"));
    CHECK(whole.context.reported == resumed.context.reported);
    // Once more from the finished state: nothing is left to do.
    Stateful again;
    std::filesystem::copy(resumed.dir / "checkpoints", again.dir / "checkpoints");
    again.fit(settings);
    CHECK(same(tensors(whole.graph), tensors(again.graph)));
  }
}

TEST_CASE("only the last and the best checkpoint are kept; one of other settings is not continued") {
  Stateful t;
  t.fit({{"epochs", 5}});
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(t.dir / "checkpoints"))
    files += entry.path().extension() == ".safetensors";
  CHECK((files == 1 || files == 2));
  t.fit({{"epochs", 2}});
  CHECK_THAT(t.context.log, Contains("other settings"));
  CHECK(t.csv().size() == 2);
}

TEST_CASE("restore_best brings back the best epoch; patience stops") {
  Training t("models.mlp", {{"layers", List{4, 16, 3}}}, "data.toy", blobs());
  t.fit({{"epochs", 40}, {"learning_rate", 0.5}, {"patience", 3}, {"restore_best", true}, {"best_by", "accuracy"}});
  const auto rows = t.csv();
  REQUIRE(rows.size() < 40);
  const auto best = static_cast<size_t>(t.reported("best_epoch"));
  CHECK(rows.size() == best + 3);
  for (const auto& row : rows) CHECK(std::stod(row[4]) <= std::stod(rows[best - 1][4]));
  CHECK(t.reported("validation_accuracy") == std::stod(rows[best - 1][4]));
  CHECK(validation_accuracy(t) == Approx(t.reported("validation_accuracy")));
}

TEST_CASE("steps count batches, drop_last leaves out the rest of an epoch") {
  Training t("models.mlp", {{"layers", List{4, 3}}}, "data.toy", blobs());  // 120 training samples
  t.fit({{"steps", 5}, {"batch_size", 50}});
  CHECK(t.reported("steps") == 5);
  CHECK(t.reported("epochs") == 2);
  t.fit({{"epochs", 2}, {"batch_size", 50}, {"drop_last", true}});
  CHECK(t.reported("steps") == 4);
  CHECK_THAT(t.refusal({{"batch_size", 500}, {"drop_last", true}}), Contains("do not fill one batch"));
}

TEST_CASE("binary targets: one logit or one probability") {
  for (const bool logits : {true, false}) {
    List layers{Stateful::layer("flatten", "flat"), Stateful::layer("linear", "fc", {{"out_features", 1}})};
    if (!logits) layers.push_back(Stateful::layer("sigmoid", "p"));
    Training t("models.sequential", {{"input", List{1, 2, 2}}, {"layers", layers}}, "data.toy", {{"samples", 2000}});
    t.fit({{"loss", logits ? "bce_with_logits" : "bce"}, {"epochs", 10}, {"learning_rate", 0.02}});
    CHECK(t.reported("validation_accuracy") > 0.95);
  }
}

TEST_CASE("the trained tensors of formats learn too") {
  registry().load_builtin(mase_plugin_manifest);
  Training t("models.mlp", {{"layers", List{2, 1}}}, "data.toy", {{"kind", "linear"}, {"samples", 100}});
  t.graph.at("fc1").meta.common.args.at("weight").format = mase::Chosen("train_test.gain");
  mase::derive(t.graph, registry());
  t.fit({{"loss", "mse"}, {"epochs", 3}, {"learning_rate", 0.01}});
  CHECK(t.values("fc1.weight.gain")[0] != 1);
  CHECK(std::stod(t.csv()[2][1]) < std::stod(t.csv()[0][1]));
}

TEST_CASE("training says what went wrong and what to do") {
  Training t("models.mlp", {{"layers", List{4, 3}}}, "data.toy",
             {{"kind", "linear"}, {"samples", 100}, {"features", 4}});
  CHECK_THAT(t.refusal({}), Contains("class indices") && Contains("mse"));
  CHECK_THAT(t.refusal({{"loss", "mse"}}), Contains("differ in shape"));
  Training one("models.mlp", {{"layers", List{4, 1}}}, "data.toy",
               {{"kind", "linear"}, {"samples", 100}, {"features", 4}});
  CHECK_THAT(one.refusal({{"loss", "mse"}, {"optimizer", "sgd"}, {"learning_rate", 1000}, {"epochs", 100}}),
             Contains("the loss is") && Contains("in epoch") && Contains("lower learning_rate"));
  Training fresh("models.mlp", {{"layers", List{4, 1}}}, "data.toy",
                 {{"kind", "linear"}, {"samples", 100}, {"features", 4}});
  CHECK_THAT(fresh.refusal({{"loss", "bce"}}), Contains("[0, 1]"));
  CHECK_THAT(fresh.refusal({{"loss", "mse"}, {"best_by", "accuracy"}}), Contains("best_by"));
  Training few("models.mlp", {{"layers", List{4, 2}}}, "data.toy", blobs());
  CHECK_THAT(few.refusal({}), Contains("class 2, but the model has 2 outputs"));
}

TEST_CASE("small work stays on one thread, and the others come back after it") {
  Training t("models.mlp", {{"layers", List{4, 8, 3}}}, "data.toy", blobs());
  at::set_num_threads(2);
  {
    const mase::ThreadScope small(t.graph, registry(), 64);
    CHECK(at::get_num_threads() == 1);
  }
  CHECK(at::get_num_threads() == 2);
  {
    const mase::ThreadScope large(t.graph, registry(), 10000000);
    CHECK(at::get_num_threads() == 2);
  }
  at::set_num_threads(1);
}
