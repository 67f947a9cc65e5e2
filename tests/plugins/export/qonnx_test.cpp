// export.qonnx: qonnx computes, bit for bit, what our executor computes; what QONNX cannot state is refused by name.
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/mul.h>

#include <catch2/catch.hpp>

#include "peers.h"

using namespace mase;

namespace {

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Value chosen(const char* use, Map with = {}) { return Map{{"use", use}, {"with", std::move(with)}}; }

// Biases that lie on no grid, so that rounding them shows.
void disturb_biases(Graph& g) {
  for (const std::string& key : g.tensor_keys())
    if (key.ends_with("bias")) g.set_tensor(key, test::normal(shape_of(g.tensor(key)), 11));
  derive(g, test::registry());
}

// fc1 of the small graph with these formats, beside qonnx.
std::optional<double> small(const Value& weight, const Value& data_in, const Value& data_out = {}) {
  Graph g = test::small_graph();
  disturb_biases(g);
  Map formats;
  if (!weight.is_null()) formats.set("weight", weight);
  if (!data_in.is_null()) formats.set("data_in", data_in);
  if (!data_out.is_null()) formats.set("data_out", data_out);
  test::quantize(g, formats, {"fc1"});
  return test::compare(g, "export.qonnx", {}, "qonnx", 16, 4.0);
}

}  // namespace

TEST_CASE("export.qonnx: quantized LeNet and jet taggers, bit for bit") {
  for (const char* name : {"models.lenet", "models.jsc_tiny", "models.jsc_s"}) {
    INFO(name);
    Graph g = test::built_model(name);
    disturb_biases(g);
    std::vector<std::string> layers;
    for (const Node* node : g.nodes())
      if (node->mase_op == "linear" || node->mase_op == "conv2d") layers.push_back(node->name);
    test::quantize(g, {{"weight", test::fixed(6, 5)}, {"data_in", test::fixed(8, 4)}}, layers);
    const auto worst = test::compare(g, "export.qonnx", {}, "qonnx", 2);
    if (!worst) return;
    CHECK(*worst == 0);
  }
}

TEST_CASE("export.qonnx: every rounding and both ways to saturate") {
  for (const char* rounding :
       {"nearest_even", "floor", "ceil", "toward_zero", "away_from_zero", "nearest_away", "nearest_toward_zero"})
    for (const char* overflow : {"saturate", "saturate_symmetric"})
      for (const bool is_signed : {true, false}) {
        INFO(rounding << " " << overflow << " " << is_signed);
        const Value format = chosen("quant.integer", {{"width", 5},
                                                      {"frac_width", 2},
                                                      {"is_signed", is_signed},
                                                      {"rounding", rounding},
                                                      {"overflow", overflow}});
        const auto worst = small(test::fixed(6, 4), format, test::fixed(9, 3));
        if (!worst) return;
        CHECK(*worst == 0);
      }
}

TEST_CASE("export.qonnx: scales, zero points, minifloats and binary numbers") {
  const Value affine =
      chosen("quant.asymmetric_integer", {{"width", 8}, {"scale", List{0.031}}, {"zero_point", List{128}}});
  const Value channels = chosen("quant.channel_integer", {{"width", 6}});
  const std::vector<std::pair<Value, Value>> cases = {
      {channels, affine},
      {chosen("quant.scale_integer", {{"width", 6}}), Value()},
      {chosen("quant.asymmetric_integer",
              {{"width", 7}, {"is_signed", true}, {"per", "channel"}, {"scale", List{0.01}}, {"zero_point", List{4}}}),
       Value()},
      {chosen("quant.lsq_integer", {{"width", 4}}), chosen("quant.lsq_integer", {{"width", 6}, {"scale", 0.1}})},
      {chosen("quant.binary"), test::fixed(8, 4)},
      {chosen("quant.fp8"), chosen("quant.fp8", {{"variant", "e5m2"}})},
      {chosen("quant.fp8", {{"variant", "e4m3fnuz"}}), chosen("quant.fp8", {{"variant", "e3m4"}})},
      {chosen("quant.minifloat_ieee", {{"width", 6}, {"exponent_width", 3}}),
       chosen("quant.minifloat_ieee", {{"width", 8}, {"exponent_width", 3}, {"kind", "ieee"}})},
      {chosen("quant.channel_minifloat", {{"width", 6}, {"exponent_width", 3}}),
       chosen("quant.channel_minifloat", {{"kind", "fn"}, {"per", "tensor"}, {"scale", List{0.03}}})}};
  for (const auto& [weight, data_in] : cases) {
    INFO(weight.json() << " " << data_in.json());
    const auto worst = small(weight, data_in);
    if (!worst) return;
    CHECK(*worst <= 1e-6);  // sums of numbers on no common grid depend on their order
  }
}

TEST_CASE("export.qonnx: a bias wider than float32 is a float, and is read back as it was") {
  Graph g = test::small_graph();
  g.set_tensor("fc1.bias", test::normal(shape_of(g.tensor("fc1.bias")), 3));
  // 8 + 8 fractional bits in the products; a number of -1 ... 1 has more.
  test::quantize(g, {{"weight", test::fixed(8, 6)}, {"data_in", test::fixed(8, 4)}}, {"fc1"});
  TensorMeta& bias = g.find("fc1")->meta.common.args.at("bias");
  bias.format = Chosen("quant.integer", {{"width", 48}, {"frac_width", 40}, {"is_signed", true}});
  auto done = test::exported(g, "export.qonnx");
  test::FakeContext context;
  Graph again =
      test::registry().create<Model>(Chosen("models.onnx", {{"file", done->file("model.onnx")}}))->build(context);
  const auto found = test::run_peer("qonnx", done->file("model.onnx"), {{"x", test::normal({3, 16}, 9)}});
  const Tensors ours = Executor(again, test::registry(), {}).run({test::normal({3, 16}, 9)});
  if (found) CHECK(test::difference(ours[0], found->begin()->second) <= 1e-6);
  bool is_held = false;
  for (const Node* node : again.nodes())
    if (node->param("bias") && node->meta.common.args.at("bias").format) is_held = true;
  CHECK(is_held);
}

TEST_CASE("export.qonnx: floats of few bits are read back as they were written") {
  const std::vector<Map> formats = {
      {{"width", 6}, {"exponent_width", 3}, {"per", "tensor"}, {"scale", List{0.0625f * 1.1f}}},
      {{"width", 8}, {"exponent_width", 4}, {"kind", "fn"}, {"per", "tensor"}, {"scale", List{0.03f}}},
      {{"width", 8}, {"exponent_width", 4}, {"greatest", 96}, {"per", "tensor"}, {"scale", List{1}}},
      {{"width", 8}, {"exponent_width", 5}, {"kind", "ieee"}, {"rounding", "nearest_away"}, {"scale", List{0.3f}}},
      {{"width", 8},
       {"exponent_width", 5},
       {"kind", "ieee"},
       {"overflow", "to_infinity"},
       {"per", "tensor"},
       {"scale", List{0.3f}}},
      {{"width", 7}, {"exponent_width", 3}, {"rounding", "floor"}, {"per", "tensor"}, {"scale", List{0.7f}}}};
  for (const Map& with : formats) {
    Graph g = test::small_graph();
    test::quantize(g, {{"data_in", chosen("quant.channel_minifloat", with)}}, {"fc1"});
    INFO(Value(with).json());
    const auto done = test::exported(g, "export.qonnx");
    test::FakeContext context;
    const Graph again =
        test::registry().create<Model>(Chosen("models.onnx", {{"file", done->file("model.onnx")}}))->build(context);
    const at::Tensor x = at::mul(test::normal({40, 16}, 5), 30);
    const auto before = test::registry().shared<Format>(g.find("fc1")->meta.common.args[0].format);
    std::shared_ptr<const Format> after;
    for (const Node* node : again.nodes())
      for (const TensorMetas* metas : {&node->meta.common.args, &node->meta.common.results})
        for (const TensorMeta& t : *metas)
          if (t.format && t.format.name() == "quant.channel_minifloat")
            after = test::registry().shared<Format>(t.format);
    REQUIRE(after);
    CHECK(at::equal(before->quantize(x, {}), after->quantize(x, {})));
  }
}

TEST_CASE("export.qonnx: roundings and overflows of minifloats, bit for bit") {
  for (const char* rounding :
       {"nearest_even", "floor", "ceil", "toward_zero", "away_from_zero", "nearest_away", "nearest_toward_zero"}) {
    INFO(rounding);
    const auto worst = small({}, chosen("quant.minifloat_ieee", {{"width", 6}, {"rounding", rounding}}),
                             chosen("quant.minifloat_ieee", {{"width", 7}, {"kind", "ieee"}, {"rounding", rounding}}));
    if (!worst) return;
    CHECK(*worst <= 1e-6);
  }
  Graph g = test::small_graph();
  test::quantize(g,
                 {{"data_in", chosen("quant.minifloat_ieee",
                                     {{"kind", "ieee"}, {"rounding", "floor"}, {"overflow", "to_infinity"}})}},
                 {"fc1"});
  CHECK(says(test::message([&] { test::exported(g, "export.qonnx"); }), "FloatQuant gives other numbers"));
}

TEST_CASE("formats that QONNX cannot state are all named, with their reasons") {
  Graph g = test::small_graph();
  test::quantize(g, {{"weight", chosen("quant.log")}, {"data_in", chosen("quant.scale_integer", {{"width", 8}})}},
                 {"fc1"});
  test::quantize(g,
                 {{"weight", chosen("quant.integer", {{"width", 8}, {"frac_width", 4}, {"overflow", "wrap"}})},
                  {"data_in", chosen("quant.integer", {{"width", 32}, {"frac_width", 4}})}},
                 {"fc2"});
  const std::string why = test::message([&] { test::exported(g, "export.qonnx"); });
  CHECK(says(why, "QONNX cannot state the formats of 4 tensors"));
  CHECK(says(why, "fc1.weight (quant.log)"));
  CHECK(says(why, "fc1.data_in_0 (quant.scale_integer: its scale follows from the values"));
  CHECK(says(why, "fc2.weight (quant.integer: QONNX saturates only)"));
  CHECK(says(why, "fc2.data_in_0 (quant.integer: more bits than float32"));
}

TEST_CASE("export.qonnx: readers of one value in one format share its operator; biases are on the accumulator's grid") {
  Graph g = test::small_graph();
  Node& other =
      add_module(g, test::registry(), "other", Chosen("nn.linear", {{"out_features", 5}}), {g.inputs()[0]}, Random(3));
  g.set_args(g.output(), {g.output().args[0], &other});
  disturb_biases(g);
  test::quantize(g, {{"weight", test::fixed(6, 4)}, {"data_in", test::fixed(8, 4)}}, {"fc1", "other"});
  auto done = test::exported(g, "export.qonnx");
  CHECK(done->context.reported.at("nodes") == Value(4 + 5));  // four operators; x, two weights, two biases
  const auto worst = test::compare(g, "export.qonnx", {}, "qonnx", 3);
  if (worst) CHECK(*worst <= 1e-6);
}
