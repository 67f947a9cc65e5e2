// Every operator takes any format on any argument, parameter and result: checked for all that are registered, with a
// format that halves what it is given and writes down what that was.
#include <ATen/ops/mul.h>

#include <algorithm>

#include <ATen/ops/nan_to_num.h>
#include "mase/execute.h"
#include "mase/format.h"

#include "one_op.h"

using namespace test;

namespace {

struct Flagging final : Format {
  explicit Flagging(std::vector<std::string>& log) : log_(log) {}
  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& c) const override {
    log_.emplace_back(c.tensor);
    return at::mul(x, 0.5);
  }
  Codes encode(const at::Tensor&, const QuantizeContext&) const override { throw Error("no codes"); }
  at::Tensor decode(const Codes&) const override { throw Error("no codes"); }
  int64_t bits(const Shape&) const override { return 1; }
  std::vector<int64_t> precision() const override { return {1, 2}; }
  std::vector<std::string>& log_;
};

// The host's components, and the format.
class WithFlagging final : public Components {
 public:
  std::shared_ptr<Component> create(std::string_view kind, const Chosen& chosen) override {
    if (kind == Format::kKind) return std::make_shared<Flagging>(log);
    return plugins().create(kind, chosen);
  }
  std::shared_ptr<Component> shared(std::string_view kind, const Chosen& chosen) override {
    return kind == Format::kKind ? create(kind, chosen) : plugins().shared(kind, chosen);
  }
  std::vector<const ComponentInfo*> list(std::string_view kind) const override { return plugins().list(kind); }
  std::vector<std::string> log;
};

struct Case {
  Map with;
  std::vector<Shape> inputs;
};

// What an operator needs to run; one that is missing here runs on [2, 4] without fields.
Case case_of(const std::string& op) {
  const Shape image{2, 4, 6, 6}, sequence{2, 4, 6}, volume{2, 4, 4, 4, 4};
  const Map convolution{{"out_channels", 4}, {"kernel_size", 3}};
  static const std::map<std::string, Case> cases = {
      {"adaptive_avg_pool1d", {{{"output_size", 2}}, {sequence}}},
      {"adaptive_avg_pool2d", {{{"output_size", 2}}, {image}}},
      {"adaptive_avg_pool3d", {{{"output_size", 2}}, {volume}}},
      {"adaptive_max_pool1d", {{{"output_size", 2}}, {sequence}}},
      {"adaptive_max_pool2d", {{{"output_size", 2}}, {image}}},
      {"adaptive_max_pool3d", {{{"output_size", 2}}, {volume}}},
      {"add", {{}, {{2, 4}, {2, 4}}}},
      {"argmax", {{{"dim", 1}}, {{2, 4}}}},
      {"argmin", {{{"dim", 1}}, {{2, 4}}}},
      {"avg_pool1d", {{{"kernel_size", 2}}, {sequence}}},
      {"avg_pool2d", {{{"kernel_size", 2}}, {image}}},
      {"avg_pool3d", {{{"kernel_size", 2}}, {volume}}},
      {"batch_norm2d", {{}, {image}}},
      {"batch_norm3d", {{}, {volume}}},
      {"bmm", {{}, {{2, 3, 4}, {2, 4, 3}}}},
      {"cast", {{{"dtype", "float32"}}, {{2, 4}}}},
      {"cat", {{}, {{2, 4}, {2, 3}}}},
      {"channel_shuffle", {{{"groups", 2}}, {image}}},
      {"chunk", {{{"chunks", 2}, {"dim", 1}}, {{2, 4}}}},
      {"clamp", {{{"min", 0.25}}, {{2, 4}}}},
      {"conv1d", {convolution, {sequence}}},
      {"conv2d", {convolution, {image}}},
      {"conv3d", {convolution, {volume}}},
      {"convtranspose1d", {convolution, {sequence}}},
      {"convtranspose2d", {convolution, {image}}},
      {"cumprod", {{{"dim", 1}}, {{2, 4}}}},
      {"cumsum", {{{"dim", 1}}, {{2, 4}}}},
      {"div", {{}, {{2, 4}, {2, 4}}}},
      {"einsum", {{{"equation", "bi,bj->bij"}}, {{2, 4}, {2, 3}}}},
      {"embedding", {{{"num_embeddings", 5}, {"embedding_dim", 3}}, {{2, 4}}}},
      {"eq", {{}, {{2, 4}, {2, 4}}}},
      {"expand", {{{"shape", List{-1, 3, -1}}}, {{2, 1, 4}}}},
      {"flatten", {{}, {image}}},
      {"flip", {{{"dims", List{1}}}, {{2, 4}}}},
      {"gather", {{{"dim", 1}}, {{2, 4}, {2, 3}}}},
      {"ge", {{}, {{2, 4}, {2, 4}}}},
      {"gemm", {{{"trans_b", true}}, {{2, 4}, {2, 4}}}},
      {"group_norm", {{{"num_groups", 2}}, {image}}},
      {"gt", {{}, {{2, 4}, {2, 4}}}},
      {"index", {{{"axes", List{1}}}, {{2, 4}, {3}}}},
      {"index_select", {{{"dim", 1}}, {{2, 4}, {3}}}},
      {"instance_norm1d", {{{"affine", true}}, {sequence}}},
      {"instance_norm2d", {{{"affine", true}}, {image}}},
      {"instance_norm3d", {{{"affine", true}}, {volume}}},
      {"interpolate", {{{"size", List{4}}, {"mode", "bilinear"}}, {image}}},
      {"le", {{}, {{2, 4}, {2, 4}}}},
      {"linear", {{{"out_features", 3}}, {{2, 4}}}},
      {"local_response_norm", {{{"size", 3}}, {image}}},
      {"logical_and", {{}, {{2, 4}, {2, 4}}}},
      {"logical_or", {{}, {{2, 4}, {2, 4}}}},
      {"logical_xor", {{}, {{2, 4}, {2, 4}}}},
      {"lt", {{}, {{2, 4}, {2, 4}}}},
      {"matmul", {{}, {{2, 3, 4}, {2, 4, 3}}}},
      {"max", {{{"dim", 1}}, {{2, 4}}}},
      {"max_pool1d", {{{"kernel_size", 2}}, {sequence}}},
      {"max_pool2d", {{{"kernel_size", 2}}, {image}}},
      {"max_pool3d", {{{"kernel_size", 2}}, {volume}}},
      {"maximum", {{}, {{2, 4}, {2, 4}}}},
      {"min", {{{"dim", 1}}, {{2, 4}}}},
      {"minimum", {{}, {{2, 4}, {2, 4}}}},
      {"mul", {{}, {{2, 4}, {2, 4}}}},
      {"ne", {{}, {{2, 4}, {2, 4}}}},
      {"one_hot", {{{"num_classes", 4}}, {{2, 4}}}},
      {"pad", {{{"pad", List{1, 2}}}, {{2, 4}}}},
      {"permute", {{{"dims", List{0, 2, 1}}}, {sequence}}},
      {"pixel_shuffle", {{{"upscale_factor", 2}}, {image}}},
      {"pixel_unshuffle", {{{"downscale_factor", 2}}, {image}}},
      {"pow", {{}, {{2, 4}, {2, 4}}}},
      {"remainder", {{}, {{2, 4}, {2, 4}}}},
      {"repeat", {{{"repeats", List{1, 2}}}, {{2, 4}}}},
      {"reshape", {{{"shape", List{-1, 2, 2}}}, {{2, 4}}}},
      {"roll", {{{"shifts", List{1}}, {"dims", List{1}}}, {{2, 4}}}},
      {"scaled_dot_product_attention", {{}, {{2, 3, 4}, {2, 5, 4}, {2, 5, 4}}}},
      {"select", {{{"dim", 1}, {"index", 2}}, {sequence}}},
      {"slice", {{{"dim", 1}, {"start", 1}}, {{2, 4}}}},
      {"split", {{{"sizes", List{1, 3}}, {"dim", 1}}, {{2, 4}}}},
      {"stack", {{{"dim", 1}}, {{2, 4}, {2, 4}}}},
      {"sub", {{}, {{2, 4}, {2, 4}}}},
      {"topk", {{{"k", 2}}, {{2, 4}}}},
      {"transpose", {{{"dim0", 1}, {"dim1", 2}}, {sequence}}},
      {"unsqueeze", {{{"dim", 1}}, {{2, 4}}}},
      {"view", {{{"shape", List{-1, 2, 2}}}, {{2, 4}}}},
  };
  const auto it = cases.find(op);
  return it == cases.end() ? Case{{}, {{2, 4}}} : it->second;
}

// Which input of an operator holds indices, which halved are none; -1: none does.
int index_input(const std::string& op) {
  if (op == "nn.embedding" || op == "nn.one_hot") return 0;
  return op == "nn.gather" || op == "nn.index" || op == "nn.index_select" ? 1 : -1;
}

// One operator in a graph of its own; parameters that start at one or zero get other values.
struct OneNode {
  OneNode(const std::string& op, const Case& c) {
    std::vector<Argument> args;
    for (const Shape& shape : c.inputs) {
      const Shape sample(shape.begin() + 1, shape.end());
      args.emplace_back(&add_placeholder(graph, "x" + std::to_string(args.size()), sample));
      const bool is_index = static_cast<int>(inputs.size()) == index_input(op);
      inputs.push_back(is_index ? (values(shape).abs() * 4).floor() : values(shape, 3 + args.size()));
    }
    node = &add_module(graph, components, "one", Chosen(op, c.with), args, Random(1));
    add_output(graph, {node});
    for (const Parameter& p : node->params) {
      const at::Tensor& tensor = graph.tensor(p.key);
      if (tensor.is_floating_point()) graph.set_tensor(p.key, values(shape_of(tensor), 9).abs() + 0.5);
    }
  }
  WithFlagging components;
  Graph graph;
  Node* node = nullptr;
  Tensors inputs;
};

const Chosen kFlag("test.flagging", {});

}  // namespace

TEST_CASE("every operator's arguments, parameters and results are quantized where a format stands") {
  for (const ComponentInfo* info : plugins().list(Op::kKind)) {
    if (info->name == "nn.where" || info->name == "nn.masked_fill") continue;  // a condition is no number to quantize
    INFO(info->name);
    const Case c = case_of(info->name.substr(info->name.find('.') + 1));
    OneNode one(info->name, c);
    Node& node = *one.node;
    const int index = index_input(info->name);
    std::vector<std::string> expected;
    for (TensorMeta& a : node.meta.common.args) {
      const Parameter* p = node.param(a.name);
      if (a.name == "data_in_" + std::to_string(index)) continue;
      if (p && !one.graph.tensor(p->key).is_floating_point()) continue;
      a.format = kFlag, expected.push_back("one." + a.name);
    }
    for (TensorMeta& r : node.meta.common.results) r.format = kFlag, expected.push_back("one." + r.name);
    REQUIRE_FALSE(expected.empty());

    Tensors inputs = one.inputs, params;
    for (size_t i = 0; i < inputs.size(); ++i)
      if (static_cast<int>(i) != index) inputs[i] = inputs[i] * 0.5;
    for (const Parameter& p : node.params) {
      const at::Tensor& tensor = one.graph.tensor(p.key);
      params.push_back(tensor.is_floating_point() ? tensor * 0.5 : tensor);
    }
    OpContext context;
    const Tensors by_hand = plugins().shared<Op>(node.op)->forward(inputs, params, context);

    Executor executor(one.graph, one.components);
    const Tensors found = executor.run(one.inputs);
    REQUIRE(found.size() == 1);
    // Roots and logarithms of negative numbers are NaN on both sides.
    CHECK(greatest_difference(at::nan_to_num(found[0]), at::nan_to_num(by_hand[0] * 0.5)) == 0);
    std::vector<std::string> log = one.components.log;
    std::sort(log.begin(), log.end());
    std::sort(expected.begin(), expected.end());
    CHECK(log == expected);

    derive(one.graph, one.components);
    for (const TensorMeta& r : node.meta.common.results) {
      CHECK(r.type() == "flagging");
      CHECK(r.precision() == std::vector<int64_t>{1, 2});
    }
  }
}

TEST_CASE("the second operand of a matrix product is called weight") {
  for (const char* name : {"nn.matmul", "nn.bmm"}) {
    const OneNode one(name, case_of("bmm"));
    CHECK(one.node->meta.common.args[1].name == "weight");
    CHECK(one.node->meta.common.args.size() == 2);
  }
}
