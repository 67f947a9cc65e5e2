// models.onnx: operators by name, functions, branches, and where the formats of quantizers end up.
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <catch2/catch.hpp>

#include "mase/execute.h"
#include "mase/op.h"
#include "mase/plugin.h"
#include "onnx_files.h"
#include "support/npy.h"

using namespace test;
using Catch::Contains;

namespace {

at::Tensor run_onnx(mase::Graph& graph, std::vector<float> x) {
  return mase::Executor(graph, registry()).run({at::tensor(x).view({1, -1})}).at(0);
}

void quant(OnnxFile& f, const std::string& x, const std::string& y, float scale, float bits, bool is_signed = true,
           bool narrow = false) {
  f.tensor(y + "_s", {}, {scale}), f.tensor(y + "_z", {}, {0}), f.tensor(y + "_b", {}, {bits});
  auto& n = f.node("Quant", {x, y + "_s", y + "_z", y + "_b"}, {y}, "qonnx.custom_op.general");
  OnnxFile::integer(n, "signed", is_signed), OnnxFile::integer(n, "narrow", narrow);
}

}  // namespace

TEST_CASE("ONNX: a product and its bias are a layer, with the file's names") {
  OnnxFile f;
  f.tensor("fc.weight", {4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  f.tensor("fc.bias", {2}, {10, 20});
  f.node("MatMul", {"x", "fc.weight"}, {"m"});
  f.node("Add", {"m", "fc.bias"}, {"a"});
  f.node("Relu", {"a"}, {"y"});
  mase::Graph graph = read_onnx(f);
  CHECK(import_operators(graph) == Ops{"linear", "relu"});
  CHECK(graph.has_tensor("fc.weight"));
  CHECK(graph.has_tensor("fc.bias"));
  CHECK(at::equal(run_onnx(graph, {1, 0, -1, 2}), at::tensor({20.0F, 32.0F}).view({1, 2})));
}

TEST_CASE("ONNX: all unknown operators are named at once") {
  OnnxFile f;
  f.node("Loop", {"x"}, {"a"});
  f.node("Widen", {"a"}, {"b"}, "acme");
  f.node("LSTM", {"x"}, {"c"});
  f.node("Narrow", {"x"}, {"d"}, "acme.ops");
  f.node("Relu", {"b"}, {"y"});
  CHECK_THAT(message([&] { read_onnx(f); }),
             Contains("4 of its ONNX operators cannot be read") && Contains("Loop (node 'the_a': loops") &&
                 Contains("acme::Widen (node 'the_b')") && Contains("LSTM (node 'the_c': recurrent") &&
                 Contains("acme.ops::Narrow (node 'the_d')") && Contains("docs/models.md"));
}

TEST_CASE("ONNX: nodes of one unknown operator are listed together, and not without end") {
  OnnxFile f;
  for (int i = 0; i < 30; ++i)
    f.node("Widen", {i == 0 ? "x" : mase::format("h{}", i - 1)}, {i == 29 ? "y" : mase::format("h{}", i)}, "acme");
  const std::string text = message([&] { read_onnx(f); });
  CHECK_THAT(text, Contains("30 of its ONNX operators cannot be read: acme::Widen (nodes 'the_h0', 'the_h1'") &&
                       Contains("and 22 more)"));
  CHECK(text.size() < 400);
}

TEST_CASE("ONNX: an operator that no result needs may be anything") {
  OnnxFile f;
  f.node("Relu", {"x"}, {"h"});
  f.node("NonMaxSuppression", {"h"}, {"y"});
  CHECK_THAT(message([&] { read_onnx(f); }), Contains("NonMaxSuppression"));
  CHECK(import_operators(read_onnx(f, {{"outputs", mase::List{"h"}}})) == Ops{"relu"});
  OnnxFile unused;
  unused.node("Relu", {"x"}, {"y"});
  unused.node("LSTM", {"x"}, {"state"});
  CHECK(import_operators(read_onnx(unused)) == Ops{"relu"});
}

TEST_CASE("ONNX: an unknown name of an input or output is answered with those that the file has") {
  OnnxFile f;
  f.node("Relu", {"x"}, {"y"});
  CHECK_THAT(message([&] { read_onnx(f, {{"outputs", mase::List{"logits"}}}); }), Contains("outputs of the file: y"));
  CHECK_THAT(message([&] { read_onnx(f, {{"inputs", mase::List{"ids"}}}); }), Contains("inputs of the file: x"));
}

TEST_CASE("ONNX: functions are inlined, with their attributes") {
  OnnxFile f;
  auto* function = f.model.add_functions();
  function->set_name("Leak"), function->set_domain("own"), function->add_input("a"), function->add_output("b");
  function->add_attribute("slope");
  auto* opset = function->add_opset_import();
  opset->set_domain(""), opset->set_version(17);
  auto* n = function->add_node();
  n->set_op_type("LeakyRelu"), n->set_name("inner"), n->add_input("a"), n->add_output("b");
  auto* a = n->add_attribute();
  a->set_name("alpha"), a->set_ref_attr_name("slope"), a->set_type(mase_onnx::AttributeProto::FLOAT);
  auto& call = f.node("Leak", {"x"}, {"y"}, "own");
  auto* slope = call.add_attribute();
  slope->set_name("slope"), slope->set_f(0.25F), slope->set_type(mase_onnx::AttributeProto::FLOAT);
  mase::Graph graph = read_onnx(f);
  CHECK(import_operators(graph) == Ops{"leaky_relu"});
  CHECK(run_onnx(graph, {-4, 0, 4, 8})[0][0].item<float>() == -1);
}

TEST_CASE("QONNX: formats stand on the producer's result, the parameter, and the first argument") {
  OnnxFile f;
  f.tensor("w", {4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  f.tensor("b", {2}, {0.5, 0.25});
  quant(f, "x", "xq", 0.5F, 8), quant(f, "w", "wq", 0.25F, 6, true, true), quant(f, "b", "bq", 0.125F, 4);
  f.node("MatMul", {"xq", "wq"}, {"m"});
  f.node("Add", {"m", "bq"}, {"a"});
  f.node("Relu", {"a"}, {"r"});
  quant(f, "r", "y", 0.125F, 6, false);
  const mase::Graph graph = read_onnx(f);
  CHECK(import_operators(graph) == Ops{"linear", "relu"});
  const auto& linear = graph.at("the_m").meta.common;
  CHECK(linear.args.at("data_in_0").format ==
        mase::Chosen("quant.integer", {{"width", 8}, {"frac_width", 1}, {"is_signed", true}}));
  CHECK(linear.args.at("weight").format.with().at("overflow").as_string() == "saturate_symmetric");
  CHECK(linear.args.at("bias").format.with().at("frac_width").as_int() == 3);
  CHECK_FALSE(linear.results.at("data_out_0").format);
  CHECK(graph.at("the_r").meta.common.results.at("data_out_0").format ==
        mase::Chosen("quant.integer", {{"width", 6}, {"frac_width", 3}, {"is_signed", false}}));
}

TEST_CASE("QONNX: a quantizer beside other uses of a value stands on the arguments that it feeds") {
  OnnxFile f;
  f.node("Relu", {"x"}, {"r"});
  quant(f, "r", "q", 0.5F, 4);
  f.node("Tanh", {"q"}, {"t"});
  f.node("Add", {"t", "r"}, {"y"});
  const mase::Graph graph = read_onnx(f);
  CHECK(import_operators(graph) == Ops{"relu", "tanh", "add"});
  CHECK(graph.at("the_t").meta.common.args.at("data_in_0").format);
  CHECK_FALSE(graph.at("the_r").meta.common.results.at("data_out_0").format);
}

TEST_CASE("QONNX: what no format here gives is refused") {
  OnnxFile f;
  quant(f, "x", "y", 0.3F, 30);
  CHECK_THAT(onnx_refusal(f), Contains("Quant") && Contains("30 bits"));
  OnnxFile rounding;
  quant(rounding, "x", "y", 0.5F, 8);
  auto* a = rounding.graph()->mutable_node(0)->add_attribute();
  a->set_name("rounding_mode"), a->set_s("SIDEWAYS"), a->set_type(mase_onnx::AttributeProto::STRING);
  CHECK_THAT(onnx_refusal(rounding), Contains("rounding mode is SIDEWAYS"));
}

TEST_CASE("ONNX: integers between QuantizeLinear and another operator are refused") {
  OnnxFile f;
  f.tensor("s", {}, {0.5F});
  f.node("QuantizeLinear", {"x", "s"}, {"q"});
  f.node("Relu", {"q"}, {"y"});
  CHECK_THAT(onnx_refusal(f), Contains("integers of a QuantizeLinear"));
}

TEST_CASE("ONNX: one network, whatever the file's opset says about shapes") {
  for (const int opset : {8, 13, 17}) {
    OnnxFile f;
    f.model.mutable_opset_import(0)->set_version(opset);
    auto& n =
        f.node("Unsqueeze", opset < 13 ? std::vector<std::string>{"x"} : std::vector<std::string>{"x", "axes"}, {"u"});
    if (opset < 13) {
      auto* a = n.add_attribute();
      a->set_name("axes"), a->add_ints(1), a->set_type(mase_onnx::AttributeProto::INTS);
    } else {
      auto* t = f.graph()->add_initializer();
      t->set_name("axes"), t->set_data_type(7), t->add_dims(1), t->add_int64_data(1);
    }
    f.node("Relu", {"u"}, {"y"});
    CHECK(import_operators(read_onnx(f)) == Ops{"unsqueeze", "relu"});
  }
}

namespace {

// acme.add_constant: what a plugin of somebody else might bring.
struct AddConstant final : mase::Op {
  struct Config {
    double value = 0;
    bool twice = false;
    static void schema(mase::Schema<Config>& s) {
      s.field("value", &Config::value, "what is added");
      s.field("twice", &Config::twice, "whether it is added twice");
    }
  };
  explicit AddConstant(Config c) : config(c) {}
  mase::Tensors forward(const mase::Tensors& in, mase::Tensors&, mase::OpContext&) const override {
    return {in[0] + (config.twice ? 2 : 1) * config.value};
  }
  Config config;
};

const MaseManifest kAcme{
    sizeof(MaseManifest), MASE_API_MAJOR, MASE_API_MINOR, "acme", "0.1.0", "Acme's operators", [](mase::Registrar& r) {
      r.add<AddConstant>("acme.add_constant", "Adds a constant");
    }};

}  // namespace

TEST_CASE("ONNX: GELU written with erf is gelu, in any order of its products") {
  for (const int order : {0, 1, 2}) {
    OnnxFile f;
    f.tensor("root", {}, {1.41421356F}), f.tensor("one", {}, {1}), f.tensor("half", {}, {0.5F});
    f.node("Div", {"x", "root"}, {"d"}), f.node("Erf", {"d"}, {"e"}), f.node("Add", {"e", "one"}, {"a"});
    if (order == 0) f.node("Mul", {"x", "a"}, {"m"}), f.node("Mul", {"m", "half"}, {"y"});
    if (order == 1) f.node("Mul", {"half", "a"}, {"m"}), f.node("Mul", {"m", "x"}, {"y"});
    if (order == 2) f.node("Mul", {"x", "half"}, {"m"}), f.node("Mul", {"m", "a"}, {"y"});
    mase::Graph graph = read_onnx(f);
    CHECK(import_operators(graph) == Ops{"gelu"});
    CHECK(run_onnx(graph, {0, 1, -1, 3})[0][1].item<float>() == Approx(0.8413447));
  }
}

TEST_CASE("ONNX: GELU written with tanh is gelu, with that approximation") {
  OnnxFile f;
  f.tensor("root", {}, {0.7978845608F}), f.tensor("c", {}, {0.044715F}), f.tensor("one", {}, {1});
  f.tensor("half", {}, {0.5F}), f.tensor("three", {}, {3});
  f.node("Pow", {"x", "three"}, {"cube"}), f.node("Mul", {"cube", "c"}, {"t"}), f.node("Add", {"x", "t"}, {"s"});
  f.node("Mul", {"s", "root"}, {"r"}), f.node("Tanh", {"r"}, {"h"}), f.node("Add", {"h", "one"}, {"a"});
  f.node("Mul", {"x", "half"}, {"m"}), f.node("Mul", {"m", "a"}, {"y"});
  mase::Graph graph = read_onnx(f);
  CHECK(import_operators(graph) == Ops{"gelu"});
  CHECK(run_onnx(graph, {0, 1, -1, 3})[0][1].item<float>() == Approx(0.8411920));
}

TEST_CASE("QONNX: the published jet tagger is right on 3,935 of 5,120 jets") {
  const std::string file = shared("models/qonnx_zoo/qkeras_jettagging.onnx"), rows = shared("jsc/X_5120x16_f32.npy");
  if (file.empty() || rows.empty()) return;
  const auto x = read_npy<float>(rows, "<f4");
  const auto y = read_npy<int64_t>(shared("jsc/y_5120_i64.npy"), "<i8");
  FakeContext context;
  mase::Graph graph = read_onnx(context, file);
  CHECK(import_operators(graph) == Ops{"linear", "relu", "linear", "relu", "linear", "relu", "linear", "softmax"});
  const at::Tensor result = mase::Executor(graph, registry()).run({at::tensor(x.data).view({5120, 16})}).at(0);
  CHECK(result.argmax(1).eq(at::tensor(y.data)).sum().item<int64_t>() == 3935);
}

TEST_CASE("ONNX: an operator of another domain is a plugin's, attributes are its fields") {
  OnnxFile f;
  auto& n = f.node("AddConstant", {"x"}, {"y"}, "com.acme");
  auto* value = n.add_attribute();
  value->set_name("value"), value->set_f(0.5F), value->set_type(mase_onnx::AttributeProto::FLOAT);
  OnnxFile::integer(n, "twice", 1);
  const TempDir dir;
  write(dir / "m.onnx", f.bytes());
  registry().load_builtin(kAcme);
  REQUIRE(registry().find("acme.add_constant"));
  FakeContext context;
  context.folder = dir.path();
  mase::Graph graph = registry().create<mase::Model>(mase::Chosen("models.onnx", {{"file", "m.onnx"}}))->build(context);
  CHECK(graph.at("the_y").op == mase::Chosen("acme.add_constant", {{"value", 0.5}, {"twice", true}}));
  const at::Tensor x = at::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({1, 4});
  CHECK(at::equal(mase::Executor(graph, registry()).run({x}).at(0), x + 1));
  OnnxFile::integer(n, "thrice", 1);
  write(dir / "m.onnx", f.bytes());
  CHECK_THAT(message([&] {
               registry().create<mase::Model>(mase::Chosen("models.onnx", {{"file", "m.onnx"}}))->build(context);
             }),
             Contains("thrice"));
  // One input, as its arity says; another is not dropped in silence.
  n.mutable_attribute()->RemoveLast();
  n.add_input("x");
  write(dir / "m.onnx", f.bytes());
  CHECK_THAT(message([&] {
               registry().create<mase::Model>(mase::Chosen("models.onnx", {{"file", "m.onnx"}}))->build(context);
             }),
             Contains("2 tensors, but acme.add_constant takes 1 inputs and 0 parameters"));
}

TEST_CASE("ONNX: a mask that is added before a softmax may be left out, an operand of anything else may not") {
  const auto file = [](const char* after) {
    test::OnnxFile f;
    f.shape_of(*f.graph()->mutable_input(0), {1, 4, 4});
    for (const char* name : {"mask", "bias"}) {
      auto* input = f.graph()->add_input();
      input->set_name(name);
      f.shape_of(*input, {1, 4, 4});
    }
    f.tensor("one", {1}, {1}), f.tensor("hidden", {1}, {-10000});
    f.node("Sub", {"one", "mask"}, {"inverted"});
    f.node("Mul", {"inverted", "hidden"}, {"additive"});
    f.node("Add", {"x", "bias"}, {"moved"});
    f.node("MatMul", {"moved", "x"}, {"scores"});
    f.node("Add", {"scores", "additive"}, {"masked"});
    f.node(after, {"masked"}, {"weights"});
    f.node("MatMul", {"weights", "x"}, {"y"});
    return f.bytes();
  };
  const auto names = [&](const char* after, mase::List inputs) {
    const test::TempDir dir;
    test::write(dir / "m.onnx", file(after));
    test::FakeContext context;
    context.folder = dir.path();
    const mase::Graph graph = test::read_onnx(context, "m.onnx", {{"inputs", inputs}});
    std::vector<std::string> ops;
    for (const mase::Node* node : graph.nodes())
      if (node->op) ops.push_back(node->mase_op);
    return ops;
  };
  const std::vector<std::string> bare{"add", "transpose", "scaled_dot_product_attention"};
  CHECK(names("Softmax", {"x", "bias"}) == bare);
  CHECK(names("Softmax", {"x", "mask", "bias"}).size() == bare.size() + 2);
  CHECK_THAT(test::message([&] { names("Relu", {"x", "bias"}); }), Catch::Contains("inputs left out: mask"));
  CHECK_THAT(test::message([&] {
               names("Softmax", {"x", "mask"});
             }),
             Catch::Contains("inputs left out: bias") && Catch::Contains("constants"));
}

TEST_CASE("ONNX: sequences are taken apart, images resized to sizes, remainders have the sign of the first operand") {
  const test::TempDir dir;
  test::FakeContext context;
  context.folder = dir.path();
  const auto operators_in = [&](test::OnnxFile& file) {
    test::write(dir / "s.onnx", file.bytes());
    const mase::Graph graph = test::read_onnx(context, "s.onnx");
    std::vector<std::string> ops;
    for (const mase::Node* node : graph.nodes())
      if (node->op) ops.push_back(node->mase_op);
    return ops;
  };
  const auto whole = [](test::OnnxFile& file, const std::string& name, const std::vector<int64_t>& dims,
                        const std::vector<int64_t>& values) {
    auto* t = file.graph()->add_initializer();
    t->set_name(name), t->set_data_type(7);
    for (const int64_t n : dims) t->add_dims(n);
    t->set_raw_data(values.data(), values.size() * sizeof(int64_t));
  };
  test::OnnxFile parts;
  whole(parts, "split", {2}, {1, 3}), whole(parts, "place", {}, {-1});
  auto& split = parts.node("SplitToSequence", {"x", "split"}, {"all"});
  test::OnnxFile::integer(split, "axis", 1);
  parts.node("SequenceAt", {"all", "place"}, {"y"});
  CHECK(operators_in(parts) == std::vector<std::string>{"slice"});

  test::OnnxFile image;
  test::OnnxFile::shape_of(*image.graph()->mutable_input(0), {1, 2, 4, 4});
  whole(image, "sizes", {4}, {1, 2, 8, 6});
  image.node("Resize", {"x", "", "", "sizes"}, {"y"});
  CHECK(operators_in(image) == std::vector<std::string>{"interpolate"});

  test::OnnxFile rest;
  rest.tensor("d", {}, {0.7F});
  auto& mod = rest.node("Mod", {"x", "d"}, {"y"});
  test::OnnxFile::integer(mod, "fmod", 1);
  CHECK(operators_in(rest) == std::vector<std::string>{"div", "mul", "sub"});
}
