// Shapes that follow from rules, against what the operators give when the graph runs.
#include <ATen/ops/randn.h>
#include <catch2/catch.hpp>

#include "plugins/models/import.h"
#include "support/fake_context.h"

using namespace models;
using namespace test;

namespace {

struct Convolved {
  const char* op;
  mase::Map with;
  mase::Shape weight;  // the image has 4 channels of 9 x 8
};

mase::Graph convolved(const Convolved& c, std::vector<std::optional<int64_t>> image = {{}, 4, 9, 8}) {
  FakeContext context;
  ImportFields fields;
  fields.file.name = "net.onnx";
  return import_graph(fields, context, "test", [&](ImportBuilder& b) {
    const Wire x = b.inputs({{"x", image, at::kFloat}}).at("x");
    mase::Map with = c.with;
    const mase::Value* groups = with.find("groups");
    const bool transposed = std::string_view(c.op).find("transpose") != std::string_view::npos;
    with.set("out_channels", transposed ? c.weight[1] * (groups ? groups->as_int() : 1) : c.weight[0]);
    with.set("kernel_size", mase::List{c.weight[2], c.weight[3]});
    with.set("bias", false);
    const Wire weight = ImportBuilder::known(at::randn(c.weight), "weight");
    b.output("y", b.apply("conv", mase::Chosen(c.op, with), {x}, {{"weight", weight}}).front());
  });
}

}  // namespace

TEST_CASE("the shape of a convolution is the one that it computes") {
  const std::vector<Convolved> cases = {
      {"nn.conv2d", {}, {6, 4, 3, 2}},
      {"nn.conv2d", {{"stride", 2}, {"padding", 1}, {"groups", 2}}, {6, 2, 3, 3}},
      {"nn.conv2d", {{"stride", mase::List{3, 1}}, {"dilation", mase::List{1, 2}}, {"groups", 4}}, {8, 1, 2, 3}},
      {"nn.convtranspose2d", {{"stride", 2}, {"padding", 1}, {"output_padding", 1}}, {4, 3, 3, 3}},
      {"nn.convtranspose2d", {{"stride", mase::List{1, 3}}, {"dilation", 2}, {"groups", 2}}, {4, 3, 2, 3}}};
  for (const Convolved& c : cases) {
    INFO(c.op << " " << mase::Value(c.with).json());
    mase::Graph graph = convolved(c);
    const mase::Node& conv = *graph.nodes().at(1);
    const at::Tensor y = mase::Executor(graph, registry()).run({at::randn({1, 4, 9, 8})}).at(0);
    CHECK(conv.meta.common.results.at(size_t{0}).shape == mase::shape_of(y));
  }
}

TEST_CASE("a convolution that cannot be is refused when it is read") {
  const auto refusal = [](const Convolved& c) { return message([&] { convolved(c); }); };
  CHECK_THAT(refusal({"nn.conv2d", {}, {6, 3, 3, 3}}), Catch::Contains("3 channels, but got 4"));
  CHECK_THAT(refusal({"nn.conv2d", {{"groups", 3}}, {6, 4, 3, 3}}), Catch::Contains("12 channels, but got 4"));
  CHECK_THAT(refusal({"nn.conv2d", {}, {6, 4, 10, 3}}), Catch::Contains("Kernel size"));
  CHECK_THAT(refusal({"nn.convtranspose2d", {{"output_padding", 1}}, {4, 3, 3, 3}}),
             Catch::Contains("output_padding is not below"));
}
