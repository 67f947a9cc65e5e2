// ATen's operators as torch.export and TorchScript call them, one by one.
#include "plugins/models/aten.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/adaptive_max_pool2d.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/bilinear.h>
#include <ATen/ops/celu.h>
#include <ATen/ops/cosine_similarity.h>
#include <ATen/ops/cumprod.h>
#include <ATen/ops/diff.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/im2col.h>
#include <ATen/ops/instance_norm.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/selu.h>
#include <ATen/ops/slice_scatter.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/threshold.h>
#include <ATen/ops/zeros.h>
#include <catch2/catch.hpp>

#include "walked.h"

using namespace test;
using Catch::Matchers::Contains;

namespace {

using AtenArguments = std::map<std::string, AtenValue>;

AtenValues aten(ImportBuilder& b, const std::string& op, AtenArguments args) {
  AtenCall call{b, op, op, "", std::move(args)};
  const auto exact = aten_table().find(op);
  return (exact != aten_table().end() ? exact : aten_table().find(call.base()))->second(call);
}

AtenValue list(const std::vector<int64_t>& numbers) {
  AtenValue::List items;
  for (const int64_t n : numbers) items.emplace_back(Size(n));
  return items;
}

// The result `place` of one call on an input, as a graph.
mase::Graph aten_graph(std::vector<std::optional<int64_t>> shape, const std::string& op, AtenArguments args,
                       size_t place = 0) {
  return built(one_input(std::move(shape), [=](ImportBuilder& b, Wire x) {
    AtenArguments all = args;
    all["self"] = all["input"] = x;
    return *aten(b, op, std::move(all)).at(place).get<Wire>();
  }));
}

using AtenShape = std::vector<std::optional<int64_t>>;

}  // namespace

TEST_CASE("ATen: elu with the constants of selu or celu is that operator") {
  const at::Tensor x = at::randn({4, 5});
  mase::Graph selu = aten_graph(
      {{}, 5}, "elu", {{"alpha", 1.6732632423543772}, {"scale", 1.0507009873554805}, {"input_scale", Size(1)}});
  CHECK(import_operators(selu) == Ops{"selu"});
  CHECK(at::allclose(run(selu, {x}), at::selu(x)));
  mase::Graph celu = aten_graph({{}, 5}, "elu", {{"alpha", 0.5}, {"scale", 1.0}, {"input_scale", 2.0}});
  CHECK(import_operators(celu) == Ops{"celu"});
  CHECK(at::allclose(run(celu, {x}), at::celu(x, 0.5)));
  CHECK_THAT(message([] {
               aten_graph({{}, 5}, "elu", {{"alpha", 1.0}, {"scale", 2.0}, {"input_scale", 1.0}});
             }),
             Contains("scale"));
}

TEST_CASE("ATen: threshold is a choice, and relu at zero") {
  const at::Tensor x = at::randn({4, 5});
  mase::Graph graph = aten_graph({{}, 5}, "threshold", {{"threshold", 0.1}, {"value", 0.5}});
  CHECK(import_operators(graph) == Ops{"le", "where"});
  CHECK(at::equal(run(graph, {x}), at::threshold(x, 0.1, 0.5)));
  CHECK(import_operators(aten_graph({{}, 5}, "threshold", {{"threshold", Size(0)}, {"value", Size(0)}})) ==
        Ops{"relu"});
}

TEST_CASE("ATen: sort is topk of all elements, but not where equal ones keep their order") {
  const at::Tensor x = at::randn({4, 5});
  for (const bool descending : {false, true}) {
    const AtenArguments args{{"dim", Size(-1)}, {"descending", descending}};
    mase::Graph values = aten_graph({{}, 5}, "sort", args), order = aten_graph({{}, 5}, "argsort", args);
    CHECK(import_operators(values) == Ops{"topk"});
    CHECK(at::equal(run(values, {x}), std::get<0>(x.sort(-1, descending))));
    CHECK(at::equal(run(order, {x}), x.argsort(-1, descending)));
  }
  CHECK_THAT(message([] {
               aten_graph({{}, 5}, "sort", {{"dim", Size(1)}, {"descending", false}, {"stable", true}});
             }),
             Contains("order of equal elements"));
}

TEST_CASE("ATen: adaptive pools with equal windows are pools, others stay") {
  const at::Tensor x = at::rand({3, 2, 6, 8});
  const auto pooled = [](const std::string& op, std::vector<int64_t> sizes) {
    return aten_graph({{}, 2, 6, 8}, op, {{"output_size", list(sizes)}});
  };
  mase::Graph equal = pooled("adaptive_avg_pool2d", {3, 4}), odd = pooled("adaptive_avg_pool2d", {4, 3}),
              whole = pooled("adaptive_max_pool2d", {1, 1});
  CHECK(import_operators(equal) == Ops{"avg_pool2d"});
  CHECK(at::allclose(run(equal, {x}), at::avg_pool2d(x, {2, 2})));
  CHECK(import_operators(odd) == Ops{"adaptive_avg_pool2d"});
  CHECK(at::allclose(run(odd, {x}), at::adaptive_avg_pool2d(x, {4, 3})));
  CHECK(import_operators(whole) == Ops{"adaptive_max_pool2d"});
  CHECK(at::equal(run(whole, {x}), std::get<0>(at::adaptive_max_pool2d(x, {1, 1}))));
  CHECK(import_operators(pooled("adaptive_avg_pool2d", {6, 8})) == Ops{});
}

TEST_CASE("ATen: instance norms normalize each sample, with the statistics of training where they say so") {
  const at::Tensor x = at::randn({3, 2, 4, 4}), mean = at::rand({2}), var = at::rand({2}) + 0.5;
  mase::Graph own = aten_graph({{}, 2, 4, 4}, "instance_norm", {{"use_input_stats", true}, {"eps", 1e-5}});
  CHECK(import_operators(own) == Ops{"instance_norm2d"});
  CHECK(at::allclose(run(own, {x}), at::instance_norm(x, {}, {}, {}, {}, true, 0, 1e-5, false), 1e-4, 1e-5));
  mase::Graph trained = aten_graph({{}, 2, 4, 4}, "instance_norm",
                                   {{"use_input_stats", false},
                                    {"eps", 1e-5},
                                    {"running_mean", ImportBuilder::known(mean, "n.running_mean")},
                                    {"running_var", ImportBuilder::known(var, "n.running_var")}});
  const at::Tensor expected = (x - mean.view({1, 2, 1, 1})) / (var.view({1, 2, 1, 1}) + 1e-5).sqrt();
  CHECK(at::allclose(run(trained, {x}), expected, 1e-4, 1e-5));
}

TEST_CASE("ATen: max and min give values and places apart, and what nobody needs goes") {
  const at::Tensor x = at::randn({4, 5});
  const AtenArguments args{{"dim", Size(1)}, {"keepdim", false}};
  CHECK(import_operators(aten_graph({{}, 5}, "max", args)) == Ops{"amax"});
  CHECK(import_operators(aten_graph({{}, 5}, "max", args, 1)) == Ops{"argmax"});
  mase::Graph places = aten_graph({{}, 5}, "min", args, 1);
  CHECK(at::equal(run(places, {x}), x.argmin(1)));
  CHECK(import_operators(aten_graph({{}, 5}, "aminmax", {{"dim", Size(1)}, {"keepdim", false}}, 1)) == Ops{"amax"});
}

TEST_CASE("ATen: bmm by a weight is a layer") {
  const at::Tensor weight = at::rand({4, 6}), x = at::rand({3, 2, 4});
  mase::Graph graph = built(one_input({{}, 2, 4}, [&](ImportBuilder& b, Wire y) {
    const Wire wide = b.expand("e", ImportBuilder::known(weight, "fc.weight"), {y.size(0), 4, 6});
    return *aten(b, "bmm", {{"self", y}, {"mat2", wide}}).at(0).get<Wire>();
  }));
  CHECK(import_operators(graph) == Ops{"linear"});
  CHECK(graph.tensor_keys() == std::vector<std::string>{"fc.weight"});
  CHECK(at::allclose(run(graph, {x}), x.matmul(weight)));
}

TEST_CASE("ATen: differences of neighbours, several times and with what stands before") {
  const at::Tensor x = at::randn({3, 6});
  mase::Graph once = aten_graph({{}, 6}, "diff", {{"n", Size(1)}, {"dim", Size(-1)}}),
              twice = aten_graph({{}, 6}, "diff", {{"n", Size(2)}, {"dim", Size(1)}});
  CHECK(at::allclose(run(once, {x}), at::diff(x)));
  CHECK(at::allclose(run(twice, {x}), at::diff(x, 2), 1e-5, 1e-6));
  CHECK_THAT(message([] { aten_graph({{}, 6}, "diff", {{"n", Size(1)}, {"dim", Size(0)}}); }), Contains("batch"));
}

TEST_CASE("ATen: masked_fill is where, and a constant mask picks rows") {
  const at::Tensor x = at::randn({3, 4});
  mase::Graph filled = built(one_input({{}, 4}, [](ImportBuilder& b, Wire y) {
    const Wire mask = b.binary("m", "lt", y, ImportBuilder::known(at::tensor(0.0F).squeeze()));
    return *aten(b, "masked_fill", {{"self", y}, {"mask", mask}, {"value", -1.5}}).at(0).get<Wire>();
  }));
  CHECK(import_operators(filled) == Ops{"lt", "where"});
  CHECK(at::equal(run(filled, {x}), x.masked_fill(x < 0, -1.5)));
  const at::Tensor mask = at::tensor({1, 0, 0, 1}, at::kLong).to(at::kBool);
  mase::Graph picked = aten_graph({{}, 4}, "index", {{"indices", AtenValue::List{{}, ImportBuilder::known(mask)}}});
  CHECK(import_operators(picked) == Ops{"index_select"});
  CHECK(at::equal(run(picked, {x}), x.index_select(1, at::tensor({0, 3}, at::kLong))));
}

TEST_CASE("ATen: windows, columns of images, repeated elements and parts") {
  const at::Tensor line = at::rand({3, 2, 8}), image = at::rand({3, 2, 5, 6});
  mase::Graph windows =
      aten_graph({{}, 2, 8}, "unfold", {{"dimension", Size(2)}, {"size", Size(3)}, {"step", Size(2)}});
  CHECK(at::equal(run(windows, {line}), line.unfold(2, 3, 2)));
  mase::Graph columns = aten_graph(
      {{}, 2, 5, 6}, "im2col",
      {{"kernel_size", list({2, 3})}, {"dilation", list({1, 1})}, {"padding", list({1, 0})}, {"stride", list({2, 1})}});
  CHECK(at::equal(run(columns, {image}), at::im2col(image, {2, 3}, {1, 1}, {1, 0}, {2, 1})));
  mase::Graph repeated =
      aten_graph({{}, 2, 8}, "repeat_interleave.self_int", {{"repeats", Size(3)}, {"dim", Size(-1)}});
  CHECK(at::equal(run(repeated, {line}), line.repeat_interleave(3, -1)));
  mase::Graph second = built(one_input({{}, 7}, [](ImportBuilder& b, Wire x) {
    const AtenValues parts = aten(b, "tensor_split.sections", {{"self", x}, {"sections", Size(3)}, {"dim", Size(1)}});
    return *parts.at(0).get<AtenValue::List>()->at(1).get<Wire>();
  }));
  const at::Tensor x = at::rand({2, 7});
  CHECK(at::equal(run(second, {x}), x.tensor_split(3, 1)[1]));
}

TEST_CASE("ATen: integers that are divided when the model runs can be traced") {
  mase::Graph graph = built([](ImportBuilder& b) {
    auto in = b.inputs({{"i", AtenShape{{}, 4}, at::kLong}, {"j", AtenShape{{}, 4}, at::kLong}});
    b.output("q", *aten(b, "floor_divide", {{"self", in.at("i")}, {"other", in.at("j")}}).at(0).get<Wire>());
  });
  const at::Tensor i = at::arange(8).view({2, 4}), j = at::arange(1, 9).view({2, 4});
  CHECK(at::equal(run(graph, {i, j}), i.floor_divide(j)));
}

TEST_CASE("ATen: cosine_similarity is the product of both, each divided by its length") {
  const at::Tensor x = at::randn({3, 5}), y = at::randn({3, 5});
  mase::Graph graph = built([](ImportBuilder& b) {
    auto in = b.inputs({{"x", AtenShape{{}, 5}, at::kFloat}, {"y", AtenShape{{}, 5}, at::kFloat}});
    b.output("c",
             *aten(b, "cosine_similarity", {{"x1", in.at("x")}, {"x2", in.at("y")}, {"dim", Size(1)}, {"eps", 1e-8}})
                  .at(0)
                  .get<Wire>());
  });
  CHECK(at::allclose(run(graph, {x, y}), at::cosine_similarity(x, y), 1e-5, 1e-6));
}

TEST_CASE("ATen: attention as one operator is what its module is elsewhere") {
  const at::Tensor in = at::randn({12, 4}) * 0.5, in_bias = at::randn({12}), out = at::randn({4, 4}) * 0.5,
                   out_bias = at::randn({4}), x = at::randn({3, 5, 4});
  const auto attention = [&](bool needs_weights, size_t place) {
    return built(one_input({{}, 5, 4}, [&](ImportBuilder& b, Wire y) {
      return *aten(b, "_native_multi_head_attention",
                   {{"query", y},
                    {"key", y},
                    {"value", y},
                    {"embed_dim", Size(4)},
                    {"num_head", Size(2)},
                    {"qkv_weight", ImportBuilder::known(in, "a.in_proj_weight")},
                    {"qkv_bias", ImportBuilder::known(in_bias, "a.in_proj_bias")},
                    {"proj_weight", ImportBuilder::known(out, "a.out_proj.weight")},
                    {"proj_bias", ImportBuilder::known(out_bias, "a.out_proj.bias")},
                    {"need_weights", needs_weights},
                    {"average_attn_weights", true}})
                  .at(place)
                  .get<Wire>();
    }));
  };
  const at::Tensor all = x.matmul(in.t()) + in_bias;  // [n, t, 12]
  const auto heads = [&](int64_t i) { return all.narrow(2, 4 * i, 4).reshape({3, 5, 2, 2}).transpose(1, 2); };
  const at::Tensor weights = (heads(0).matmul(heads(1).transpose(2, 3)) / std::sqrt(2.0)).softmax(-1);
  const at::Tensor expected = weights.matmul(heads(2)).transpose(1, 2).reshape({3, 5, 4}).matmul(out.t()) + out_bias;
  for (const bool needs_weights : {false, true}) {
    mase::Graph graph = attention(needs_weights, 0);
    const Ops ops = import_operators(graph);
    CHECK(std::count(ops.begin(), ops.end(), "scaled_dot_product_attention") == 1);
    CHECK(std::count(ops.begin(), ops.end(), "linear") == 2);
    CHECK(at::allclose(run(graph, {x}), expected, 1e-4, 1e-5));
  }
  mase::Graph shown = attention(true, 1);
  CHECK(at::allclose(run(shown, {x}), weights.mean(1), 1e-4, 1e-5));
}

TEST_CASE("ATen: cumprod multiplies along an axis, and yes or no as integers") {
  const at::Tensor x = at::randn({4, 5});
  mase::Graph graph = aten_graph({{}, 5}, "cumprod", {{"dim", Size(1)}});
  CHECK(import_operators(graph) == Ops{"cumprod"});
  CHECK(at::allclose(run(graph, {x}), at::cumprod(x, 1)));
}

TEST_CASE("ATen: _trilinear, what decompositions make of bilinear, is the same sums and products") {
  const at::Tensor weight = at::randn({3, 5, 5}), x = at::randn({4, 5});
  mase::Graph graph = built(one_input({{}, 5}, [&](ImportBuilder& b, Wire y) {
    return *aten(b, "_trilinear",
                 {{"i1", y},
                  {"i2", ImportBuilder::known(weight)},
                  {"i3", y},
                  {"expand1", list({1, 3})},
                  {"expand2", list({0})},
                  {"expand3", list({1, 2})},
                  {"sumdim", list({2, 3})},
                  {"unroll_dim", Size(1)}})
                .at(0)
                .get<Wire>();
  }));
  CHECK(at::allclose(run(graph, {x}), at::bilinear(x, x, weight, {}), 1e-4, 1e-5));
}

TEST_CASE("ATen: an image that is resized to its own size stays as it is") {
  const auto resized = [](AtenArguments args) {
    args["align_corners"] = false;
    return import_operators(aten_graph({{}, 2, 4, 6}, "upsample_bilinear2d", std::move(args)));
  };
  CHECK(resized({{"output_size", list({4, 6})}}).empty());
  CHECK(resized({{"scale_factors", AtenValue::List{1.0, 1.0}}}).empty());
  CHECK(resized({{"output_size", list({6, 4})}}) == Ops{"interpolate"});
  CHECK(resized({{"scale_factors", AtenValue::List{1.0, 2.0}}}) == Ops{"interpolate"});
}

TEST_CASE("ATen: embeddings that are resized with smoothing are constants, images are refused") {
  const at::Tensor positions = at::randn({1, 2, 8, 8}), x = at::randn({3, 2, 4, 4});
  mase::Graph graph = built(one_input({{}, 2, 4, 4}, [&](ImportBuilder& b, Wire y) {
    const AtenValues small =
        aten(b, "_upsample_bicubic2d_aa",
             {{"self", ImportBuilder::known(positions)}, {"output_size", list({4, 4})}, {"align_corners", false}});
    return b.binary("sum", "add", y, *small.at(0).get<Wire>());
  }));
  CHECK(import_operators(graph) == Ops{"add"});
  CHECK(at::allclose(run(graph, {x}), x + at::_upsample_bicubic2d_aa(positions, {4, 4}, false, {}, {})));
  CHECK_THAT(
      message([] {
        aten_graph({{}, 2, 8, 8}, "_upsample_bicubic2d_aa", {{"output_size", list({4, 4})}, {"align_corners", false}});
      }),
      Contains("smooths what is computed"));
}

TEST_CASE("ATen: slice_scatter puts values into a part of a constant, as PyTorch does") {
  const at::Tensor whole = at::randn({4, 6}), part = at::randn({4, 2}), x = at::randn({3, 4, 6});
  for (const auto& [start, end, step] : {std::array<int64_t, 3>{1, 3, 1}, {0, 2, 1}, {-2, 6, 1}, {1, 5, 2}}) {
    const AtenArguments args{{"src", ImportBuilder::known(part)},
                             {"dim", Size(1)},
                             {"start", Size(start)},
                             {"end", Size(end)},
                             {"step", Size(step)}};
    mase::Graph graph = built(one_input({{}, 4, 6}, [&](ImportBuilder& b, Wire y) {
      AtenArguments all = args;
      all["self"] = ImportBuilder::known(whole);
      return b.binary("sum", "add", y, *aten(b, "slice_scatter", all).at(0).get<Wire>());
    }));
    CHECK(import_operators(graph) == Ops{"add"});
    CHECK(at::equal(run(graph, {x}), x + at::slice_scatter(whole, part, 1, start, end, step)));
    CHECK_THAT(message([&] {
                 aten_graph({{}, 6}, "slice_scatter", args);
               }),
               Contains("assigns to a part of a tensor that is computed"));
  }
}

TEST_CASE("ATen: as_strided behind a pool is nothing, and refused where it looks at memory") {
  const auto strided = [](const std::vector<int64_t>& stride) {
    return built(one_input({{}, 3, 4, 4}, [&](ImportBuilder& b, Wire y) {
      const Wire mean = b.mean("mean", y, {2, 3}, true);
      const AtenValue::List size{b.batch(), Size(3), Size(1), Size(1)};
      return *aten(b, "as_strided", {{"self", mean}, {"size", size}, {"stride", list(stride)}}).at(0).get<Wire>();
    }));
  };
  mase::Graph graph = strided({3, 1, 3, 3});
  const at::Tensor x = at::randn({2, 3, 4, 4});
  CHECK(at::allclose(run(graph, {x}), x.mean({2, 3}, true)));
  CHECK_THAT(message([&] { strided({1, 2, 1, 1}); }), Contains("how tensors lie in memory"));
}
