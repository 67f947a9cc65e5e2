// models.torchscript: traced files against the outputs that PyTorch computed, and files made to harm.
#include <catch2/catch.hpp>

#include "golden.h"
#include "support/zip.h"

namespace {

struct ScriptCase {
  std::string name;
  std::vector<std::string> inputs, outputs;
  mase::Map shapes;
};

const std::vector<ScriptCase>& script_cases() {
  static const std::vector<ScriptCase> cases{
      {"jsc_mlp", {"x"}, {"logits"}, {{"x", mase::List{4, 16}}}},
      {"mnist_mlp", {"x"}, {"logits"}, {{"x", mase::List{4, 784}}}},
      {"mnist_lenet", {"x"}, {"logits"}, {{"x", mase::List{4, 1, 28, 28}}}},
      {"bert_tiny_cls",
       {"input_ids", "attention_mask", "token_type_ids"},
       {"logits"},
       {{"input_ids", mase::List{4, 32}},
        {"attention_mask", mase::List{4, 32}},
        {"token_type_ids", mase::List{4, 32}}}},
      {"branches", {"a", "b"}, {"y"}, {{"a", mase::List{4, 6, 8}}, {"b", mase::List{4, 6, 16}}}}};
  return cases;
}

mase::Graph import_script(const std::string& file, const ScriptCase& c, mase::Map with = {}) {
  with.set("file", file);
  with.set("shapes", c.shapes);
  if (c.name == "bert_tiny_cls") with.set("dtypes", mase::Map{{"attention_mask", "int64"}});
  return test::import_model("models.torchscript", std::move(with));
}

std::string script_message(const std::string& file, const ScriptCase& c, mase::Map with = {}) {
  return test::message([&] { import_script(file, c, std::move(with)); });
}

// jsc_mlp with one member's text changed.
std::string changed_script(const test::TempDir& folder, const std::string& member, const std::string& from,
                           const std::string& to) {
  return test::changed_archive(folder, test::exported("jsc_mlp.torchscript.pt"), member, from, to);
}

}  // namespace

TEST_CASE("a TorchScript file computes what PyTorch computed, for batches of any size") {
  for (const ScriptCase& c : script_cases()) {
    const std::string file = test::exported(c.name + ".torchscript.pt");
    if (file.empty()) return;
    const test::Golden golden = test::read_golden(test::exported(c.name + ".golden.npz"), c.inputs, c.outputs);
    mase::Graph graph = import_script(file, c);
    INFO(c.name);
    test::check_in_batches(graph, golden);
  }
}

TEST_CASE("a TorchScript file and a .pt2 file of a model become the same operators") {
  for (const ScriptCase& c : script_cases()) {
    const std::string file = test::exported(c.name + ".torchscript.pt");
    if (file.empty()) return;
    INFO(c.name);
    const mase::Graph other = test::import_model("models.torch_export", {{"file", test::exported(c.name + ".pt2")}});
    CHECK(test::operators(import_script(file, c)) == test::operators(other));
  }
}

TEST_CASE("weights of a TorchScript file have the state dict's names and layers their modules' paths") {
  const std::string file = test::exported("mnist_lenet.torchscript.pt");
  if (file.empty()) return;
  const mase::Graph graph = import_script(file, script_cases()[2]);
  CHECK(graph.has_tensor("conv1.weight"));
  CHECK(graph.has_tensor("fc3.bias"));
  CHECK(graph.tensor_keys().size() == 10);
  CHECK(graph.at("conv1").mase_op == "conv2d");
  CHECK(graph.at("fc3").mase_op == "linear");
}

TEST_CASE("a TorchScript file is cut at a module's result") {
  const std::string file = test::exported("mnist_lenet.torchscript.pt");
  if (file.empty()) return;
  const mase::Graph graph = import_script(file, script_cases()[2], {{"outputs", mase::List{"fc1"}}});
  CHECK(test::operator_names(graph).at("linear") == 1);
}

TEST_CASE("operators in place change every name of a tensor, and views of it are refused") {
  if (test::exported("jsc_mlp.torchscript.pt").empty()) return;
  const test::TempDir folder;
  const ScriptCase& c = script_cases()[0];
  const auto with_body = [&](const std::string& body) {
    return changed_script(folder, "modules/activation.py", "return torch.relu(argument_1)", body);
  };
  const mase::Graph chain =
      import_script(with_body("y = torch.relu(argument_1)\n    _0 = torch.mul_(torch.mul_(y, 2), 3)\n    return y"), c);
  CHECK(test::operator_names(chain) == std::map<std::string, int>{{"linear", 4}, {"relu", 3}, {"mul", 2}});
  const std::string view = script_message(
      with_body("y = torch.relu(argument_1)\n    z = torch.slice(y, 1, 0, 1)\n    _0 = torch.mul_(z, 2)\n    return y"),
      c);
  CHECK(view.find("changes through a view of it") != std::string::npos);
  const std::string input = script_message(
      changed_script(folder, "models.py", "return (net).forward(x, )", "return (net).forward(torch.mul_(x, 2), )"), c);
  CHECK(input.find("an input or a weight, in place") != std::string::npos);
}

TEST_CASE("a TorchScript file may ask whether two tensors are one") {
  if (test::exported("jsc_mlp.torchscript.pt").empty()) return;
  const test::TempDir folder;
  const auto operators_if = [&](const std::string& question) {
    const std::string body = "y = torch.relu(argument_1)\n    if " + question +
                             ":\n      z = torch.neg(y)\n    else:\n      z = torch.exp(y)\n    return z";
    return test::operator_names(import_script(
        changed_script(folder, "modules/activation.py", "return torch.relu(argument_1)", body), script_cases()[0]));
  };
  const std::map<std::string, int> is{{"linear", 4}, {"relu", 3}, {"neg", 1}},
      is_not{{"linear", 4}, {"relu", 3}, {"exp", 1}};
  CHECK(operators_if("torch.__is__(y, y)") == is);
  CHECK(operators_if("torch.__is__(y, argument_1)") == is_not);
  CHECK(operators_if("torch.__isnot__(y, argument_1)") == is);
  CHECK(operators_if("torch.__is__(y, None)") == is_not);
}

TEST_CASE("lists, ranges and texts of TorchScript are worked out while the file is read") {
  if (test::exported("jsc_mlp.torchscript.pt").empty()) return;
  const test::TempDir folder;
  const ScriptCase& c = script_cases()[0];
  const auto operators_of = [&](const std::string& body) {
    return test::operator_names(
        import_script(changed_script(folder, "modules/activation.py", "return torch.relu(argument_1)", body), c));
  };
  const std::string loop =
      "y = argument_1\n    sizes = [1, 2]\n    _0 = torch.append(sizes, 3)\n    for i in range(torch.len(sizes)):\n"
      "      n = sizes[i]\n      y = torch.mul(y, n)\n    return y";
  // Twice, for each of the two activations; the first factor is one.
  CHECK(operators_of(loop).at("mul") % 2 == 0);
  const std::string parts =
      "_1 = torch.chunk(argument_1, 2, 1)\n    a, b, = _1\n    return torch.cat([torch.relu(a), b], 1)";
  CHECK(operators_of(parts).contains("cat"));
  const std::string text =
      "_2 = torch.format(\"{} places\", torch.size(argument_1, 1))\n    return torch.relu(argument_1)";
  CHECK(operators_of(text).at("relu") >= 1);
  CHECK(operators_of("return ops.prim.abs(argument_1)").at("abs") >= 1);  // Python's abs(), scripted
}

TEST_CASE("nothing in a TorchScript file runs") {
  if (test::exported("jsc_mlp.torchscript.pt").empty()) return;
  const test::TempDir folder;
  const ScriptCase& c = script_cases()[0];
  const std::string target = folder / "made_by_the_file";
  // LibTorch evaluates default arguments while it compiles; this one would make a file.
  const std::string call = mase::format("x: Tensor=torch.from_file(\"{}\", True, 16)", target);
  const std::string defaults = script_message(changed_script(folder, "models.py", "x: Tensor", call), c);
  CHECK(defaults.find("nothing is executed") != std::string::npos);
  CHECK(!std::filesystem::exists(target));
  const std::string pickled =
      script_message(changed_script(folder, "data.pkl", "ccollections\nOrderedDict\n", "cos\nsystem\n"), c);
  CHECK(pickled.find("asks for os.system") != std::string::npos);
}

TEST_CASE("TorchScript that grows or turns without end is refused") {
  if (test::exported("jsc_mlp.torchscript.pt").empty()) return;
  const test::TempDir folder;
  const ScriptCase& c = script_cases()[0];
  const auto refusal = [&](const std::string& body) {
    const std::string place = "return torch.relu(argument_1)";
    return script_message(changed_script(folder, "modules/activation.py", place, body), c);
  };
  const auto says = [](const std::string& text, const char* what) {
    INFO(text);
    CHECK(text.find(what) != std::string::npos);
  };
  std::string loops, indent = "    ", tuples = "t0 = (argument_1, argument_1)\n";
  for (const char* i : {"i", "j", "k"}) {
    loops += mase::format("for {} in range(9999):\n", i) + indent + "  ";
    indent += "  ";
  }
  says(refusal(loops + "n = 1\n    return argument_1"), "takes more than 200000 steps");
  says(refusal("a = [1, 2]\n    for i in range(60):\n      a = torch.add(a, a)\n"
               "    return torch.mul(argument_1, torch.len(a))"),
       "makes a list of");
  says(refusal("a = [argument_1]\n    for i in range(9000):\n      _0 = torch.append(a, argument_1)\n"
               "    return torch.cat(a)"),
       "takes more than 200000 steps");
  for (int i = 1; i < 60; ++i) tuples += mase::format("    t{} = (t{}, t{})\n", i, i - 1, i - 1);
  says(refusal(tuples + "    return argument_1"), "a tuple of more than 10000 parts");
  says(refusal("return argument_1" + std::string(50'000, '\n')), "more than 40000 lines");
}

TEST_CASE("TorchScript that cannot be read is named") {
  if (test::exported("jsc_mlp.torchscript.pt").empty()) return;
  const test::TempDir folder;
  const ScriptCase& c = script_cases()[0];
  const std::string nested =
      script_message(changed_script(folder, "models.py", "x: Tensor", "x: " + std::string(100000, '[') + "Tensor"), c);
  CHECK(nested.find("nests too deep") != std::string::npos);
  CHECK(script_message(folder / "absent.pt", c).find("absent.pt") != std::string::npos);
  // What the model was traced with tells its shapes; without it, the recipe has to.
  auto members = test::read_zip(test::read(test::exported("jsc_mlp.torchscript.pt")));
  const auto loose = [&] {
    test::write(folder / "loose.pt", test::write_zip(members));
    return test::message([&] { test::import_model("models.torchscript", {{"file", folder / "loose.pt"}}); });
  };
  CHECK(loose().empty());
  std::erase_if(members, [](const auto& member) { return member.first.ends_with("traced_inputs.pkl"); });
  CHECK(loose().find("shapes: {x:") != std::string::npos);
}

TEST_CASE("a damaged TorchScript file is one sentence") {
  const std::string file = test::exported("jsc_mlp.torchscript.pt");
  if (file.empty()) return;
  const test::TempDir folder;
  const ScriptCase& c = script_cases()[0];
  const std::string whole = test::read(file), damaged = folder / "damaged.pt";
  for (int i = 0; i < 2000; ++i) {
    test::write(damaged, whole.substr(0, whole.size() * static_cast<size_t>(i) / 2000));
    CHECK(!script_message(damaged, c).empty());
  }
  int refused = 0;
  uint64_t state = 1;
  for (int i = 0; i < 2000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    std::string flipped = whole;
    flipped[(state >> 16) % whole.size()] ^= static_cast<char>(1 << (state >> 61));
    test::write(damaged, flipped);
    refused += !script_message(damaged, c).empty();
  }
  CHECK(refused > 200);  // the rest are flips in what nobody reads
}

TEST_CASE("lists and dictionaries of tensors that are written to are refused where they are used again") {
  if (test::exported("jsc_mlp.torchscript.pt").empty()) return;
  const test::TempDir folder;
  const ScriptCase& c = script_cases()[0];
  const auto with_body = [&](const std::string& body) {
    return changed_script(folder, "modules/activation.py", "return torch.relu(argument_1)",
                          "y = torch.relu(argument_1)\n    " + body);
  };
  const std::string list = "t = annotate(List[Tensor], [])\n    _1 = torch.append(t, y)\n    ";
  const std::string doubled = "_0 = torch.mul_(y, 2)\n    ", first_doubled = "_0 = torch.mul_(t[0], 2)\n    ";
  const std::string pair = "t = {\"a\": y}\n    torch._set_item(t, \"b\", y)\n    ";
  CHECK(script_message(with_body(list + "return t[0]"), c).empty());
  for (const std::string& body :
       {list + doubled + "return t[0]", list + first_doubled + "return y", pair + doubled + "return t[\"a\"]"}) {
    INFO(body);
    CHECK(script_message(with_body(body), c).find("changes through a view of it") != std::string::npos);
  }
  // What is in a tuple is the value itself.
  const std::map<std::string, int> twice{{"linear", 4}, {"relu", 3}, {"mul", 1}};
  CHECK(test::operator_names(import_script(with_body("t = (y, 2)\n    " + doubled + "a, b, = t\n    return a"), c)) ==
        twice);
}

TEST_CASE("dictionaries of TorchScript are worked out while the file is read") {
  if (test::exported("jsc_mlp.torchscript.pt").empty()) return;
  const test::TempDir folder;
  const ScriptCase& c = script_cases()[0];
  const auto file = [&](const std::string& body) {
    return changed_script(folder, "modules/activation.py", "return torch.relu(argument_1)", body);
  };
  const std::string begin = "d = {\"a\": torch.exp(argument_1), \"b\": torch.neg(argument_1)}\n    ";
  CHECK(test::operator_names(import_script(file(begin + "return d[\"b\"]"), c)) ==
        std::map<std::string, int>{{"linear", 4}, {"neg", 1}, {"relu", 2}});
  const std::string set = begin + "torch._set_item(d, \"a\", torch.relu(d[\"a\"]))\n    return d[\"a\"]";
  CHECK(test::operator_names(import_script(file(set), c)) ==
        std::map<std::string, int>{{"linear", 4}, {"exp", 1}, {"relu", 3}});
  const std::string asks = begin +
                           "if torch.__contains__(d, \"c\"):\n      y = d[\"a\"]\n    else:\n      y = "
                           "d[\"b\"]\n    return y";
  CHECK(test::operator_names(import_script(file(asks), c)).contains("neg"));
  CHECK(script_message(file(begin + "return d[\"c\"]"), c).find("a key that it does not have") != std::string::npos);
}
