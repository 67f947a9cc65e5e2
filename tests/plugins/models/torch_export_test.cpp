// models.torch_export: files of torch.export against the outputs that PyTorch computed, and files made to harm.
#include <catch2/catch.hpp>

#include "golden.h"
#include "mase/op.h"
#include "mase/plugin.h"
#include "support/zip.h"

namespace {

struct ExportCase {
  std::string name;
  std::vector<std::string> inputs, outputs;
  bool has_dynamic = false;
};

const std::vector<ExportCase>& pt2_cases() {
  static const std::vector<ExportCase> cases{
      {"jsc_mlp", {"x"}, {"logits"}, false},
      {"mnist_mlp", {"x"}, {"logits"}, true},
      {"mnist_lenet", {"x"}, {"logits"}, true},
      {"bert_tiny_cls", {"input_ids", "attention_mask", "token_type_ids"}, {"logits"}, true},
      {"branches", {"a", "b"}, {"y"}, false}};
  return cases;
}

mase::Graph import_pt2(const std::string& file, mase::Map with = {}) {
  with.set("file", file);
  return test::import_model("models.torch_export", std::move(with));
}

std::string pt2_message(const std::string& file, mase::Map with = {}) {
  return test::message([&] { import_pt2(file, std::move(with)); });
}

// lines.bend: an operator with fields of every kind that a call of torch.library can have.
struct Bend final : mase::Op {
  struct Config {
    std::vector<double> knots;
    std::vector<std::string> names;
    std::vector<int64_t> axes;
    bool is_open = false;
    static void schema(mase::Schema<Config>& s) {
      s.field("knots", &Config::knots, "real numbers");
      s.field("names", &Config::names, "texts");
      s.field("axes", &Config::axes, "integers");
      s.field("is_open", &Config::is_open, "yes or no");
    }
  };
  explicit Bend(Config c) : config(std::move(c)) {}
  mase::Tensors forward(const mase::Tensors& in, mase::Tensors&, mase::OpContext&) const override { return {in[0]}; }
  Config config;
};

const MaseManifest kLines{
    sizeof(MaseManifest), MASE_API_MAJOR, MASE_API_MINOR, "lines", "0.1.0", "Lines", [](mase::Registrar& r) {
      r.add<Bend>("lines.bend", "Bends nothing");
    }};

// The file with its model.json changed.
std::string changed_pt2(const test::TempDir& folder, const std::string& file, const std::string& from,
                        const std::string& to) {
  return test::changed_archive(folder, file, "models/model.json", from, to);
}

}  // namespace

TEST_CASE("a .pt2 file computes what PyTorch computed, for batches of any size") {
  for (const ExportCase& c : pt2_cases()) {
    const std::string golden_file = test::exported(c.name + ".golden.npz");
    if (golden_file.empty()) return;
    const test::Golden golden = test::read_golden(golden_file, c.inputs, c.outputs);
    for (const char* form : {".pt2", ".dyn.pt2"}) {
      if (form == std::string(".dyn.pt2") && !c.has_dynamic) continue;
      mase::Graph graph = import_pt2(test::exported(c.name + form));
      INFO(c.name << form);
      test::check_in_batches(graph, golden);
    }
  }
}

TEST_CASE("static and dynamic .pt2 files of a model become the same operators") {
  for (const ExportCase& c : pt2_cases()) {
    if (!c.has_dynamic) continue;
    const std::string file = test::exported(c.name + ".pt2");
    if (file.empty()) return;
    INFO(c.name);
    CHECK(test::operators(import_pt2(file)) == test::operators(import_pt2(test::exported(c.name + ".dyn.pt2"))));
  }
}

TEST_CASE("weights of a .pt2 file have the state dict's names and layers their modules' paths") {
  const std::string file = test::exported("mnist_lenet.pt2");
  if (file.empty()) return;
  const mase::Graph graph = import_pt2(file);
  CHECK(graph.tensor_keys() == std::vector<std::string>{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias",
                                                        "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias",
                                                        "fc3.weight", "fc3.bias"});
  CHECK(graph.at("conv2d").target == "conv1");
  CHECK(graph.at("fc3").mase_op == "linear");
}

TEST_CASE("an input of a .pt2 file that is left out takes its branch with it") {
  const std::string file = test::exported("bert_tiny_cls.dyn.pt2");
  if (file.empty()) return;
  const mase::Graph whole = import_pt2(file);
  mase::Graph cut = import_pt2(file, {{"inputs", mase::List{"input_ids", "token_type_ids"}}});
  CHECK(cut.inputs().size() == 2);
  for (const mase::Node* node : cut.nodes())
    if (node->mase_op == "scaled_dot_product_attention") CHECK(node->args.size() == 3);
  CHECK(whole.nodes().size() > cut.nodes().size());
  // Rows 0, 1 and 4 of the reference have no padding, so that the mask does not matter there.
  const test::Golden golden =
      test::read_golden(test::exported("bert_tiny_cls.golden.npz"), {"input_ids", "token_type_ids"}, {"logits"});
  const mase::Tensors results = test::run_in_batches(cut, golden.inputs, 8);
  for (const int64_t row : {0, 1, 4}) CHECK(test::worst(results[0][row], golden.outputs[0][row]) <= 1);
  CHECK(test::worst(results[0][3], golden.outputs[0][3]) > 1);
}

TEST_CASE("a .pt2 file is cut at the value that the recipe names") {
  const std::string file = test::exported("mnist_mlp.pt2");
  if (file.empty()) return;
  const mase::Graph graph = import_pt2(file, {{"outputs", mase::List{"relu"}}});
  CHECK(test::operator_names(graph) == std::map<std::string, int>{{"linear", 1}, {"relu", 1}});
  CHECK(graph.tensor_keys().size() == 2);
  CHECK(pt2_message(file, {{"outputs", mase::List{"rellu"}}}).find("did you mean 'relu'") != std::string::npos);
}

TEST_CASE("a .pt2 file with what cannot be read says so") {
  const std::string file = test::exported("mnist_mlp.pt2");
  if (file.empty()) return;
  const test::TempDir folder;
  const auto message = [&](const std::string& from, const std::string& to) {
    return pt2_message(changed_pt2(folder, file, from, to));
  };
  CHECK(message("torch.ops.aten.relu.default", "torch.ops.aten.lgamma.default").find("lgamma") != std::string::npos);
  const std::string custom = message("torch.ops.aten.relu.default", "torch.ops.mine.swirl.default");
  CHECK(custom.find("torch.ops.mine.swirl.default (node 'relu')") != std::string::npos);
  CHECK(message("\"major\": 8", "\"major\": 9").find("version 9.20") != std::string::npos);
  CHECK(message("\"name\": \"linear\"", "\"name\": \"elsewhere\"").find("nothing before makes it") !=
        std::string::npos);
  CHECK(message("net.0.weight", "net.9.weight").find("no tensor 'net.9.weight'") != std::string::npos);
  CHECK(message("user_output", "buffer_mutation").find("writes to its inputs") != std::string::npos);
}

TEST_CASE("operators outside of ATen in a .pt2 file are those of a plugin") {
  const std::string file = test::exported("mnist_mlp.pt2");
  if (file.empty()) return;
  const test::TempDir folder;
  const std::string other = changed_pt2(folder, file, "torch.ops.aten.relu.default", "torch.ops.nn.tanh.default");
  const std::string refused = pt2_message(other);
  INFO(refused);
  REQUIRE(refused.empty());
  CHECK(test::operator_names(import_pt2(other)).at("tanh") >= 1);
  // Everything that is no tensor is a field of the operator's.
  const std::string odd = changed_pt2(folder, file, "torch.ops.aten.relu.default", "torch.ops.nn.linear.default");
  CHECK(pt2_message(odd).find("out_features") != std::string::npos);
}

TEST_CASE("what is no tensor reaches a plugin's operator as its field, lists and real numbers too") {
  const std::string file = test::exported("mnist_mlp.pt2");
  if (file.empty()) return;
  const test::TempDir folder;
  test::registry().load_builtin(kLines);
  const auto with = [&](const std::string& arguments) {
    std::string from = "\"target\": \"torch.ops.aten.relu.default\", \"inputs\": [";
    return changed_pt2(folder, file, from, "\"target\": \"torch.ops.lines.bend.default\", \"inputs\": [" + arguments);
  };
  const auto argument = [](const std::string& name, const std::string& value) {
    return mase::format("{{\"name\": \"{}\", \"arg\": {{{}}}, \"kind\": 1}}, ", name, value);
  };
  const mase::Graph graph = import_pt2(
      with(argument("knots", "\"as_floats\": [0.5, 2]") + argument("names", "\"as_strings\": [\"a\", \"b\"]") +
           argument("axes", "\"as_ints\": [1]") + argument("is_open", "\"as_bool\": true")));
  const auto nodes = graph.nodes();
  const auto bend = std::find_if(nodes.begin(), nodes.end(), [](const auto* n) { return n->mase_op == "bend"; });
  REQUIRE(bend != nodes.end());
  CHECK((*bend)->op.with().at("knots") == mase::Value(std::vector<double>{0.5, 2}));
  CHECK((*bend)->op.with().at("names") == mase::Value(std::vector<std::string>{"a", "b"}));
  CHECK((*bend)->op.with().at("axes") == mase::Value(std::vector<int64_t>{1}));
  CHECK((*bend)->op.with().at("is_open") == mase::Value(true));
  const std::string odd = pt2_message(with(argument("knotz", "\"as_floats\": [0.5]")));
  CHECK(odd.find("node 'relu'") != std::string::npos);
  CHECK(odd.find("did you mean 'knots'") != std::string::npos);
}

TEST_CASE("a damaged .pt2 file is one sentence") {
  const std::string file = test::exported("jsc_mlp.pt2");
  if (file.empty()) return;
  const test::TempDir folder;
  const std::string whole = test::read(file), damaged = folder / "damaged.pt2";
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    test::write(damaged, whole.substr(0, whole.size() * static_cast<size_t>(i) / 2000));
    const std::string message = pt2_message(damaged);
    CHECK(!message.empty());
    CHECK(message.size() < 2000);
  }
  uint64_t state = 1;
  for (int i = 0; i < 2000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    std::string flipped = whole;
    flipped[(state >> 16) % whole.size()] ^= static_cast<char>(1 << (state >> 61));
    test::write(damaged, flipped);
    refused += !pt2_message(damaged).empty();
  }
  CHECK(refused > 1000);  // the rest are flips in what nobody reads
}

TEST_CASE("the JSON of a .pt2 file may not take many times the file") {
  const std::string file = exported("jsc_mlp.pt2");
  if (file.empty()) return;
  std::string list = "[0";
  while (list.size() < 3'000'000) list += ",0";
  const TempDir dir;
  for (const char* member : {"models/model.json", "model_weights_config.json"}) {
    const std::string changed = changed_archive(dir, file, member, "{", "{\"more\": " + list + "],");
    CHECK_THAT(message([&] {
                 import_model("models.torch_export", {{"file", changed}});
               }),
               Contains("its JSON has") && Contains("values, more than a file of"));
  }
}

TEST_CASE("a .pt2 file whose JSON has other types than it should is one sentence") {
  const std::string file = test::exported("branches.pt2");
  if (file.empty()) return;
  const test::TempDir folder;
  auto members = test::read_zip(test::read(file));
  std::string* json = nullptr;
  for (auto& [name, bytes] : members)
    if (name.ends_with("models/model.json")) json = &bytes;
  REQUIRE(json);
  const std::string whole = *json, damaged = folder / "damaged.pt2";
  const char* const values[] = {"null", "-1", "[]", "{}", "\"x\"", "1e300", "4611686018427387904", "true"};
  size_t place = 0, tried = 0;
  for (size_t at = whole.find(": "); at != std::string::npos; at = whole.find(": ", at + 2)) {
    const char first = whole[at + 2];
    size_t end = whole.find_first_of(",}]", at + 2);
    if (first == '"') end = whole.find('"', at + 3) + 1;
    if (first == '[' || first == '{' || end == std::string::npos || ++place % 7) continue;
    *json = whole.substr(0, at + 2) + values[tried++ % std::size(values)] + whole.substr(end);
    test::write(damaged, test::write_zip(members));
    CHECK(pt2_message(damaged).size() < 3000);
  }
  CHECK(tried > 100);
}
