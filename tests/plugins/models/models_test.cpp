// models.mlp, lenet, jsc_*, saved: names, parameter counts, weights from files.
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <catch2/catch.hpp>

#include "mase/model.h"
#include "mase/safetensors.h"
#include "support/fake_context.h"

using namespace test;
using Catch::Contains;
using mase::List;
using mase::Map;

namespace {

mase::Graph build(FakeContext& context, const std::string& name, Map with = {}) {
  return registry().create<mase::Model>(mase::Chosen(name, std::move(with)))->build(context);
}
mase::Graph build(const std::string& name, Map with = {}) {
  FakeContext context;
  return build(context, name, std::move(with));
}

std::vector<std::string> names(const mase::Graph& graph) {
  std::vector<std::string> out;
  for (const mase::Node* node : graph.nodes()) out.push_back(node->name);
  return out;
}

// Parameters in PyTorch's sense: without the running statistics of batch normalisation.
int64_t parameters(const mase::Graph& graph) {
  int64_t n = 0;
  for (const std::string& key : graph.tensor_keys())
    if (!key.ends_with("running_mean") && !key.ends_with("running_var") && !key.ends_with("num_batches_tracked"))
      n += graph.tensor(key).numel();
  return n;
}

std::string weights_refusal(const TempDir& dir, const mase::NamedTensors& tensors) {
  mase::write_safetensors(dir / "w.safetensors", tensors);
  FakeContext context;
  context.folder = dir.path();
  return message([&] { build(context, "models.mlp", {{"layers", List{3, 2}}, {"weights", "w.safetensors"}}); });
}

at::Tensor ones(std::vector<int64_t> shape) { return at::ones(shape); }

}  // namespace

TEST_CASE("models.mlp names its layers fc1, relu1, fc2") {
  const mase::Graph graph = build("models.mlp", {{"layers", List{64, 32, 10}}});
  CHECK(names(graph) == std::vector<std::string>{"x", "fc1", "relu1", "fc2", "output"});
  CHECK(parameters(graph) == 64 * 32 + 32 + 32 * 10 + 10);
  CHECK(graph.tensor("fc2.weight").sizes() == at::IntArrayRef{10, 32});
  CHECK(graph.at("fc1").mase_op == "linear");
}

TEST_CASE("models.mlp takes another activation, none, and no bias") {
  const mase::Graph leaky =
      build("models.mlp", {{"layers", List{4, 4, 4, 4}},
                           {"bias", false},
                           {"activation", Map{{"use", "nn.leaky_relu"}, {"with", Map{{"negative_slope", 0.25}}}}}});
  CHECK(names(leaky) == std::vector<std::string>{"x", "fc1", "leaky_relu1", "fc2", "leaky_relu2", "fc3", "output"});
  CHECK(parameters(leaky) == 48);
  CHECK(names(build("models.mlp", {{"layers", List{4, 4, 4}}, {"activation", nullptr}})).size() == 4);
  CHECK_THAT(message([] { build("models.mlp", {{"layers", List{4}}}); }), Contains("1 entries"));
}

TEST_CASE("fresh weights depend on seed and layer only") {
  FakeContext a, b, other;
  other.seed = 1;
  const auto first = [](FakeContext& c, List layers) {
    return build(c, "models.mlp", {{"layers", layers}}).tensor("fc1.weight");
  };
  CHECK(first(a, {8, 4, 2}).equal(first(b, {8, 4, 9, 2})));
  CHECK_FALSE(first(a, {8, 4, 2}).equal(first(other, {8, 4, 2})));
}

TEST_CASE("MASE's jet taggers have its parameter counts and module paths") {
  const mase::Graph tiny = build("models.jsc_tiny");
  CHECK(parameters(tiny) == 2 * 16 + (16 * 5 + 5));  // 117
  CHECK(names(tiny) ==
        std::vector<std::string>{"x", "seq_blocks_0", "seq_blocks_1", "seq_blocks_2", "seq_blocks_3", "output"});
  CHECK(tiny.at("seq_blocks_2").target == "seq_blocks.2");
  CHECK(tiny.has_tensor("seq_blocks.0.running_var"));
  CHECK(parameters(build("models.jsc_toy")) == 32 + 136 + 16 + 72 + 16 + 45 + 10);
  CHECK(parameters(build("models.jsc_s")) == 32 + 1088 + 128 + 2080 + 64 + 1056 + 64 + 1056 + 64 + 165 + 10);
}

TEST_CASE("models.lenet has LeNet-5's 61,706 parameters") {
  const mase::Graph graph = build("models.lenet");
  CHECK(parameters(graph) == (6 * 25 + 6) + (16 * 6 * 25 + 16) + (400 * 120 + 120) + (120 * 84 + 84) + (84 * 10 + 10));
  CHECK(parameters(graph) == 61706);
  CHECK(build("models.lenet", {{"input", List{3, 32, 32}}}).tensor("fc1.weight").size(1) == 16 * 6 * 6);
  CHECK_THAT(message([] { build("models.lenet", {{"input", List{1, 8, 8}}}); }), Contains("12x12"));
}

TEST_CASE("weights come by name, or in order where a Sequential numbered its modules") {
  TempDir dir;
  mase::write_safetensors(dir / "named.safetensors",
                          {{"fc1.weight", at::full({2, 3}, 5.0)}, {"fc1.bias", at::full({2}, 6.0)}});
  mase::NamedTensors numbered;
  for (int i = 0; i < 12; ++i) {
    numbered.emplace_back(mase::format("net.{}.weight", 2 * i), at::full({2, 2}, double(i)));
    numbered.emplace_back(mase::format("net.{}.bias", 2 * i), at::full({2}, double(i)));
  }
  mase::write_safetensors(dir / "numbered.safetensors", numbered);
  FakeContext context;
  context.folder = dir.path();
  const mase::Graph named = build(context, "models.mlp", {{"layers", List{3, 2}}, {"weights", "named.safetensors"}});
  CHECK(named.tensor("fc1.weight").equal(at::full({2, 3}, 5.0)));
  CHECK(context.log.empty());
  const mase::Graph deep = build(context, "models.mlp", {{"layers", List(13, 2)}, {"weights", "numbered.safetensors"}});
  CHECK(deep.tensor("fc12.bias").equal(at::full({2}, 11.0)));  // net.22 comes behind net.4
  CHECK_THAT(context.log, Contains("in order"));
}

TEST_CASE("the count of batches of a batch norm is the file's; files without it serve as well") {
  TempDir dir;
  FakeContext context;
  context.folder = dir.path();
  mase::NamedTensors file{{"norm.weight", ones({3})},
                          {"norm.bias", ones({3})},
                          {"norm.running_mean", ones({3})},
                          {"norm.running_var", ones({3})}};
  const Map norm{{"name", "norm"}, {"op", "batch_norm1d"}};
  const auto count = [&] {
    mase::write_safetensors(dir / "w.safetensors", file);
    return build(context, "models.sequential",
                 {{"input", List{3}}, {"weights", "w.safetensors"}, {"layers", List{norm}}})
        .tensor("norm.num_batches_tracked")
        .item<int64_t>();
  };
  CHECK(count() == 0);
  file.emplace_back("norm.num_batches_tracked", at::full({}, 3752, at::kLong));
  CHECK(count() == 3752);
}

TEST_CASE("a node that LibTorch refuses is named with the types and shapes of what it was given") {
  mase::Graph graph = build("models.mlp", {{"layers", List{3, 2}}});
  mase::Executor executor(graph, registry());
  const std::string refusal = message([&] { executor.run({ones({1, 3}).to(at::kLong)}); });
  CHECK_THAT(refusal, Contains("node 'fc1' (linear)") && Contains("int64 [1,3], weight float32 [2,3]"));
  CHECK(refusal.find('\n') == refusal.npos);
}

TEST_CASE("weights that do not fit are refused, never half loaded") {
  TempDir dir;
  CHECK_THAT(weights_refusal(dir, {{"fc1.weight", ones({2, 3})}}), Contains("no tensor 'fc1.bias'"));
  CHECK_THAT(weights_refusal(dir, {{"fc1.weight", ones({2, 4})}, {"fc1.bias", ones({2})}}),
             Contains("[2, 4], expected [2, 3]"));
  CHECK_THAT(weights_refusal(dir, {{"fc1.weight", ones({2, 3})}, {"fc1.bias", ones({2})}, {"fc2.bias", ones({2})}}),
             Contains("'fc2.bias'") && Contains("no place"));
  CHECK_THAT(weights_refusal(dir, {{"a.weight", ones({2, 3})}, {"b.weight", ones({2, 3})}}),
             Contains("no name in common"));
  CHECK_THAT(weights_refusal(dir, {{"fc1.weight", ones({2, 3}).to(at::kLong)}, {"fc1.bias", ones({2})}}),
             Contains("holds integers"));
  CHECK_THAT(weights_refusal(dir, {{"fc1.weight", at::full({2, 3}, NAN)}, {"fc1.bias", ones({2})}}),
             Contains("not finite"));
  // Everything that is wrong, at once.
  CHECK_THAT(weights_refusal(dir, {{"fc1.weight", ones({2, 4})}, {"fc1.bios", ones({2})}, {"fc9.bias", ones({2})}}),
             Contains("no tensor 'fc1.bias' (did you mean 'fc1.bios'?) in the file; tensors 'fc1.bios'") &&
                 Contains("'fc9.bias'") &&
                 Contains("have no place in the model; tensor 'fc1.weight' has shape [2, 4]"));
  mase::NamedTensors many{{"fc1.weight", ones({2, 3})}, {"fc1.bias", ones({2})}};
  for (int i = 0; i < 30; ++i) many.emplace_back(mase::format("more{}.weight", i), ones({2}));
  CHECK_THAT(weights_refusal(dir, many), Contains("and 20 more of the file have no place"));
  write(dir / "w.safetensors", "short");
  FakeContext context;
  context.folder = dir.path();
  CHECK_THAT(message([&] {
               build(context, "models.mlp", {{"layers", List{3, 2}}, {"weights", "w.safetensors"}});
             }),
             Contains("w.safetensors") && Contains("5 bytes"));
}

TEST_CASE("models.saved brings back what a run saved, from its model folder or the run's") {
  TempDir dir;
  const mase::Graph graph = build("models.jsc_tiny");
  std::filesystem::create_directories(dir / "run");
  mase::save(graph, dir / "run/model");
  FakeContext context;
  context.folder = dir.path();
  for (const char* folder : {"run", "run/model"}) {
    const mase::Graph back = build(context, "models.saved", {{"folder", folder}});
    CHECK(names(back) == names(graph));
    for (const std::string& key : graph.tensor_keys()) CHECK(back.tensor(key).equal(graph.tensor(key)));
  }
}

TEST_CASE("models.saved says where the recipe names a folder that is absent or damaged") {
  TempDir dir;
  mase::save(build("models.jsc_tiny"), dir / "model");
  std::string bytes = read(dir / "model/tensors.safetensors");
  bytes[bytes.size() - 3] ^= 1;
  write(dir / "model/tensors.safetensors", bytes);
  FakeContext context;
  context.folder = dir.path();
  const auto refused = [&](const std::string& folder) {
    mase::Value name(folder);
    name.loc = {mase::Loc::intern("r.yaml"), 3, 22};
    return message([&] { build(context, "models.saved", {{"folder", name}}); });
  };
  CHECK_THAT(refused("nowhere"), Contains("r.yaml:3:22") && Contains("no folder 'nowhere'"));
  CHECK_THAT(refused("model"), Contains("tensors.safetensors") || Contains("r.yaml:3:22"));
}

TEST_CASE("models.saved refuses a graph that gives no result") {
  TempDir dir;
  mase::save(build("models.jsc_tiny"), dir / "model");
  mase::Graph graph = mase::load(dir / "model");
  graph.erase(*graph.nodes().back());
  mase::save(graph, dir / "model");
  FakeContext context;
  context.folder = dir.path();
  CHECK_THAT(message([&] {
               build(context, "models.saved", {{"folder", "model"}});
             }),
             Contains("graph.json: the graph does not end in an output"));
}
