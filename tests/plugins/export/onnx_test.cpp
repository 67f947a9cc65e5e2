// export.onnx: onnxruntime computes what our executor computes, names are kept, what ONNX lacks is refused.
#include <ATen/TensorOperators.h>
#include <ATen/ops/mul.h>

#include <catch2/catch.hpp>

#include "peers.h"

using namespace mase;

namespace {

constexpr double kTolerance = 1e-5;

bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// x -> one operator -> output, weights fresh.
Graph one_operator(const std::string& op, const Map& with, const Shape& sample) {
  Graph g("one");
  Node& x = add_placeholder(g, "x", sample);
  Node& node = add_module(g, test::registry(), "op", Chosen(op, with), {&x}, Random(5));
  add_output(g, {&node});
  for (const std::string& key : g.tensor_keys())  // buffers and norms start at 0 and 1, which would hide mistakes
    if (const at::Tensor t = g.tensor(key); t.is_floating_point())
      g.set_tensor(key, key.ends_with("running_var")
                            ? t + at::mul(test::normal(shape_of(t), 3), test::normal(shape_of(t), 3))
                            : t + test::normal(shape_of(t), 3) * at::Scalar(0.2));
  derive(g, test::registry());
  return g;
}

struct Case {
  const char* op;
  Map with;
  Shape sample;
};

std::vector<Case> cases() {
  const Shape image = {4, 8, 10}, row = {4, 12}, vector = {16};
  return {
      {"nn.linear", {{"out_features", 5}}, vector},
      {"nn.linear", {{"out_features", 5}}, {3, 6}},
      {"nn.linear", {{"out_features", 5}, {"bias", false}}, vector},
      {"nn.conv1d", {{"out_channels", 6}, {"kernel_size", 3}, {"padding", 1}, {"stride", 2}}, row},
      {"nn.conv2d",
       {{"out_channels", 6}, {"kernel_size", List{3, 2}}, {"padding", List{1, 0}}, {"groups", 2}, {"dilation", 2}},
       image},
      {"nn.conv3d", {{"out_channels", 2}, {"kernel_size", 2}}, {2, 4, 4, 4}},
      {"nn.convtranspose2d",
       {{"out_channels", 3}, {"kernel_size", 3}, {"stride", 2}, {"output_padding", 1}, {"padding", 1}},
       image},
      {"nn.batch_norm1d", {}, row},
      {"nn.batch_norm2d", {}, image},
      {"nn.batch_norm2d", {{"affine", false}}, image},
      {"nn.instance_norm2d", {{"affine", true}}, image},
      {"nn.instance_norm1d", {{"track_running_stats", true}}, row},
      {"nn.group_norm", {{"num_groups", 2}}, image},
      {"nn.layer_norm", {}, row},
      {"nn.layer_norm", {{"normalized_shape", List{4, 12}}, {"bias", false}}, row},
      {"nn.layer_norm", {{"elementwise_affine", false}}, row},
      {"nn.rms_norm", {}, row},
      {"nn.max_pool1d", {{"kernel_size", 3}, {"stride", 2}}, row},
      {"nn.max_pool2d", {{"kernel_size", List{3, 2}}, {"padding", List{1, 0}}, {"ceil_mode", true}}, image},
      {"nn.avg_pool1d", {{"kernel_size", 3}, {"padding", 1}}, row},
      {"nn.avg_pool2d", {{"kernel_size", 3}, {"padding", 1}, {"count_include_pad", false}}, image},
      {"nn.avg_pool2d", {{"kernel_size", 2}, {"divisor_override", 3}}, image},
      {"nn.avg_pool2d", {{"kernel_size", 3}, {"stride", 2}, {"ceil_mode", true}}, image},
      {"nn.avg_pool2d", {{"kernel_size", 3}, {"padding", 1}, {"ceil_mode", true}, {"count_include_pad", false}}, image},
      {"nn.adaptive_avg_pool2d", {{"output_size", 1}}, image},
      {"nn.adaptive_avg_pool2d", {{"output_size", List{4, 5}}}, image},
      {"nn.adaptive_max_pool2d", {{"output_size", List{2, 1}}}, image},
      {"nn.flatten", {}, image},
      {"nn.flatten", {{"start_dim", 2}}, image},
      {"nn.flatten", {{"start_dim", 1}, {"end_dim", 2}}, image},
      {"nn.reshape", {{"shape", List{-1, 8, 6}}}, row},
      {"nn.view", {{"shape", List{-1, 48}}}, row},
      {"nn.relu", {}, row},
      {"nn.relu6", {}, row},
      {"nn.leaky_relu", {{"negative_slope", 0.2}}, row},
      {"nn.elu", {{"alpha", 0.7}}, row},
      {"nn.selu", {}, row},
      {"nn.gelu", {}, row},
      {"nn.gelu", {{"approximate", "tanh"}}, row},
      {"nn.silu", {}, row},
      {"nn.sigmoid", {}, row},
      {"nn.tanh", {}, row},
      {"nn.tanhshrink", {}, row},
      {"nn.softmax", {{"dim", 1}}, row},
      {"nn.log_softmax", {}, row},
      {"nn.softplus", {}, row},
      {"nn.softplus", {{"beta", 2.0}}, row},
      {"nn.softsign", {}, row},
      {"nn.softshrink", {}, row},
      {"nn.hardshrink", {}, row},
      {"nn.hardsigmoid", {}, row},
      {"nn.hardswish", {}, row},
      {"nn.hardtanh", {{"min_val", -0.5}, {"max_val", 0.75}}, row},
      {"nn.logsigmoid", {}, row},
      {"nn.norm", {{"p", 1}, {"dim", List{1, 2}}}, row},
      {"nn.norm", {{"dim", List{-1}}, {"keepdim", true}}, row},
      {"nn.norm", {{"p", 3}, {"dim", List{1}}}, row},
      {"nn.norm", {{"p", 0}, {"dim", List{1}}}, row},
      {"nn.norm", {{"p", "inf"}, {"dim", List{1}}}, row},
      {"nn.norm", {{"p", "-inf"}, {"dim", List{1}}}, row},
      {"nn.norm", {}, row},
      {"nn.var", {{"dim", List{2}}}, row},
      {"nn.var", {{"dim", List{1, 2}}, {"keepdim", true}, {"correction", 0}}, row},
      {"nn.var", {{"correction", 0}}, row},
      {"nn.std", {{"dim", List{1}}, {"correction", 2.5}}, row},
      {"nn.max", {{"dim", -1}}, row},
      {"nn.min", {{"dim", 1}, {"keepdim", true}}, row},
      {"nn.topk", {{"k", 3}}, row},
      {"nn.topk", {{"k", 2}, {"dim", 1}, {"largest", false}}, row},
      {"nn.einsum", {{"equation", "bij->bji"}}, row},
      {"nn.einsum", {{"equation", "...i->..."}}, row},
      {"nn.identity", {}, row},
      {"nn.dropout", {}, row}};
}

// All three where an operator is written differently.
std::vector<int64_t> opsets_of(const Case& c) {
  const std::string op = c.op;
  const bool differs = op == "nn.gelu" || op.ends_with("layer_norm") || op == "nn.rms_norm";
  return differs ? std::vector<int64_t>{14, 17, 20} : std::vector<int64_t>{17};
}

}  // namespace

TEST_CASE("export.onnx: every operator of one input gives what onnxruntime gives") {
  for (const Case& c : cases())
    for (const int64_t opset : opsets_of(c)) {
      INFO(c.op << " " << Value(c.with).json() << ", opset " << opset);
      Graph g = one_operator(c.op, c.with, c.sample);
      const auto worst = test::compare(g, "export.onnx", {{"opset", opset}}, "onnxruntime", 3);
      if (!worst) return;
      CHECK(*worst <= kTolerance);
    }
}

TEST_CASE("export.onnx: both results of an extreme and of topk, products of several inputs") {
  Components& components = test::registry();
  for (const Chosen& op : {Chosen("nn.max", {{"dim", 1}}), Chosen("nn.min", {{"dim", -1}, {"keepdim", true}}),
                           Chosen("nn.topk", {{"k", 3}, {"dim", 1}})}) {
    INFO(op.name());
    Graph g("two");
    Node& x = add_placeholder(g, "x", {5, 6});
    Node& both = add_module(g, components, "both", op, {&x}, Random(1));
    Node& sum = add_module(g, components, "sum", Chosen("nn.add"), {&both, Argument(&both, 1)}, Random(1));
    add_output(g, {&sum});
    derive(g, components);
    const auto worst = test::compare(g, "export.onnx", {}, "onnxruntime", 3);
    if (!worst) return;
    CHECK(*worst <= kTolerance);
  }
  Graph g("products");
  Node& a = add_placeholder(g, "a", {4, 6});
  Node& b = add_placeholder(g, "b", {6, 3});
  Node& sums =
      add_module(g, components, "sums", Chosen("nn.einsum", {{"equation", "bij,bjk->bik"}}), {&a, &b}, Random(1));
  add_output(g, {&sums});
  derive(g, components);
  CHECK(test::compare(g, "export.onnx", {}, "onnxruntime", 3).value() <= kTolerance);
}

TEST_CASE("export.onnx: places that each sample picks from its own") {
  Components& components = test::registry();
  for (const bool is_both : {false, true}) {
    Graph g("picks");
    Node& x = add_placeholder(g, "x", {4, 6});
    Node& row = add_module(g, components, "row", Chosen("nn.argmax", {{"dim", 1}}), {&x}, Random(1));        // [n, 6]
    Node& column = add_module(g, components, "column", Chosen("nn.argmax", {{"dim", 2}}), {&x}, Random(1));  // [n, 4]
    std::vector<Argument> args{&x, &row};
    List axes{1};
    if (is_both) {  // x[n, i, j] for the first four of both
      Node& some = add_module(g, components, "some", Chosen("nn.slice", {{"dim", 1}, {"end", 4}}), {&row}, Random(1));
      args = {&x, &some, &column}, axes = {1, 2};
    }
    Node& picked =
        add_module(g, components, "picked", Chosen("nn.index", {{"axes", axes}, {"batch_dims", 1}}), args, Random(1));
    add_output(g, {&picked});
    derive(g, components);
    const auto worst = test::compare(g, "export.onnx", {}, "onnxruntime", 3);
    if (!worst) return;
    CHECK(*worst <= kTolerance);
  }
}

TEST_CASE("export.onnx: what ONNX has a word for comes back as the same operator") {
  const Shape row = {4, 12};
  for (const Case& c : std::vector<Case>{{"nn.norm", {{"dim", List{1, 2}}, {"keepdim", true}, {"p", 1}}, row},
                                         {"nn.norm", {{"dim", List{2}}, {"keepdim", false}}, row},
                                         {"nn.topk", {{"k", 3}, {"dim", 2}, {"largest", true}, {"sorted", true}}, row},
                                         {"nn.einsum", {{"equation", "bii->bi"}}, {4, 4}}}) {
    INFO(c.op << " " << Value(c.with).json());
    Graph g = one_operator(c.op, c.with, c.sample);
    auto done = test::exported(g, "export.onnx");
    test::FakeContext context;
    const Graph again =
        test::registry().create<Model>(Chosen("models.onnx", {{"file", done->file("model.onnx")}}))->build(context);
    REQUIRE(again.nodes().size() == 3);
    CHECK(again.nodes()[1]->op == g.nodes()[1]->op);
  }
}

TEST_CASE("export.onnx: a variance over the batch with a correction depends on the batch's size") {
  Graph g = one_operator("nn.var", {}, {4, 12});
  CHECK(mentions(test::message([&] { test::exported(g, "export.onnx"); }), "depends on the batch"));
}

TEST_CASE("export.onnx: LeNet and a residual network") {
  Graph lenet = test::built_model("models.lenet");
  const auto worst = test::compare(lenet, "export.onnx", {}, "onnxruntime", 4);
  if (!worst) return;
  CHECK(*worst <= kTolerance);
  const auto layer = [](const char* op, Map with = {}) { return Map{{"op", op}, {"with", std::move(with)}}; };
  const List body = {layer("linear", {{"out_features", 12}}), layer("batch_norm1d"), layer("relu")};
  Graph residual =
      test::built_model("models.sequential",
                        {{"input", List{12}},
                         {"layers", List{Map{{"repeat", 3}, {"layers", List{Map{{"residual", Map{{"body", body}}}}}}},
                                         layer("linear", {{"out_features", 5}}), layer("softmax")}}});
  CHECK(test::compare(residual, "export.onnx", {}, "onnxruntime", 4).value() <= kTolerance);
}

TEST_CASE("export.onnx: several inputs and outputs, an input twice, numbers as arguments, tied weights once") {
  Graph g("several");
  Components& components = test::registry();
  Node& a = add_placeholder(g, "a", {6});
  Node& b = add_placeholder(g, "b", {6});
  Node& one = add_module(g, components, "one", Chosen("nn.linear", {{"out_features", 6}}), {&a}, Random(1));
  Node& two = add_module(g, components, "two", Chosen("nn.linear", {{"out_features", 6}}), {&b}, Random(2));
  for (Parameter& p : two.params) g.erase_tensor(p.key), p.key = "one." + p.name;
  Node& sum = add_module(g, components, "sum", Chosen("nn.add"), {&one, &two}, Random(3));
  Node& twice = add_module(g, components, "twice", Chosen("nn.mul"), {&sum, &sum}, Random(3));
  Node& less = add_module(g, components, "less", Chosen("nn.sub"), {&twice, Argument(Value(0.5))}, Random(3));
  Node& both = add_module(g, components, "both", Chosen("nn.cat"), {&less, &a}, Random(3));
  add_output(g, {&both, &sum});
  derive(g, components);
  const auto worst = test::compare(g, "export.onnx", {}, "onnxruntime", 5);
  if (worst) CHECK(*worst <= kTolerance);
  auto done = test::exported(g, "export.onnx");
  const std::string bytes = test::file_text(done->file("model.onnx"));
  const at::Tensor weight = g.tensor("one.weight");
  const std::string data(static_cast<const char*>(weight.const_data_ptr()), weight.nbytes());
  const size_t first = bytes.find(data);
  REQUIRE(first != bytes.npos);
  CHECK(bytes.find(data, first + 1) == bytes.npos);
}

TEST_CASE("export.onnx: tensors beyond a limit go to a file beside it") {
  Graph g = one_operator("nn.linear", {{"out_features", 32}}, {16});
  const auto worst = test::compare(g, "export.onnx", {{"inside", 0}}, "onnxruntime", 2);
  if (worst) CHECK(*worst <= kTolerance);
  auto done = test::exported(g, "export.onnx", {{"inside", 0}});
  const at::Tensor weight = g.tensor("op.weight");
  CHECK(test::file_text(done->file("model.onnx.data")) ==
        std::string(static_cast<const char*>(weight.const_data_ptr()), weight.nbytes()));
  CHECK_FALSE(mentions(test::file_text(done->file("model.onnx")), test::file_text(done->file("model.onnx.data"))));
}

TEST_CASE("export.onnx refuses formats unless it is told to drop them") {
  Graph g = test::small_graph();
  test::quantize(g, {{"weight", test::fixed(8, 4)}}, {"fc1"});
  const std::string why = test::message([&] { test::exported(g, "export.onnx"); });
  CHECK(mentions(why, "1 tensors have formats"));
  CHECK(mentions(why, "fc1.weight (quant.integer)"));
  CHECK(mentions(why, "export.qonnx"));
  auto done = test::exported(g, "export.onnx", {{"formats", "drop"}});
  CHECK(mentions(done->context.log, "warning: 1 formats are left out of model.onnx"));
}

TEST_CASE("operators without counterpart are all named at once") {
  Graph g("odd");
  Components& components = test::registry();
  Node& x = add_placeholder(g, "x", {2, 9, 9});
  Node& pool =
      add_module(g, components, "pool", Chosen("nn.adaptive_avg_pool2d", {{"output_size", 4}}), {&x}, Random(1));
  Node& norm = add_module(g, components, "norm", Chosen("nn.batch_norm2d", {{"track_running_stats", false}}), {&pool},
                          Random(1));
  norm.mase_op = "batch_norm2d";
  Node& other = add_module(g, components, "other", Chosen("nn.relu"), {&norm}, Random(1));
  other.mase_op = "frobnicate";
  add_output(g, {&other});
  const std::string why = test::message([&] { test::exported(g, "export.onnx"); });
  CHECK(mentions(why, "3 of 5 nodes have no counterpart in ONNX"));
  CHECK(mentions(why, "pool (adaptive_avg_pool2d: its windows differ in size: 9 places into 4)"));
  CHECK(mentions(why, "norm (batch_norm2d: it normalises by each batch"));
  CHECK(mentions(why, "other (frobnicate)"));
}
