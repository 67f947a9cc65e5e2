// quant.bias_correction: behind it the quantized layers mean, channel by channel, what the float ones do.
#include "batches.h"

using namespace test;

namespace {

Chosen coarse(int width, int frac_width) {
  return {"quant.integer", Map{{"width", width}, {"frac_width", frac_width}}};
}

// Mean of each channel, summed up element by element.
std::vector<double> channel_means(const at::Tensor& y, int64_t axis) {
  const at::Tensor d = y.to(at::kDouble).movedim(axis, 0).contiguous();
  const int64_t per_channel = d.numel() / d.size(0);
  std::vector<double> means(static_cast<size_t>(d.size(0)));
  for (int64_t i = 0; i < d.numel(); ++i)
    means[static_cast<size_t>(i / per_channel)] += d.const_data_ptr<double>()[i] / static_cast<double>(per_channel);
  return means;
}

double worst_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

}  // namespace

TEST_CASE("each channel of each layer means what it meant in float") {
  Graph g = row_of(
      {6}, {{"fc1", "linear", {{"out_features", 5}}}, {"act", "relu", {}}, {"fc2", "linear", {{"out_features", 3}}}});
  const at::Tensor x = normal({64, 6}, 3);
  Graph exact = g.clone();
  for (const char* node : {"fc1", "fc2"}) set_format(g, node, "weight", coarse(3, 1));
  const auto before1 = channel_means(output_of(g, x, "fc1"), 1), before2 = channel_means(output_of(g, x), 1);
  const auto exact1 = channel_means(output_of(exact, x, "fc1"), 1), exact2 = channel_means(output_of(exact, x), 1);
  CHECK(worst_difference(before2, exact2) > 0.01);

  test::DataContext context(g, x);
  run_pass("quant.bias_correction", {{"batches", 0}, {"batch_size", 10}}, g, context);
  CHECK(worst_difference(channel_means(output_of(g, x, "fc1"), 1), exact1) < 1e-6);
  CHECK(worst_difference(channel_means(output_of(g, x), 1), exact2) < 1e-6);
  CHECK(context->reported.at("corrected") == Value(2));
  // The first layer sees the same inputs before and after: its bias moves by exactly its error.
  const auto was = list_of(exact.tensor("fc1.bias")), is = list_of(g.tensor("fc1.bias"));
  for (size_t c = 0; c < was.size(); ++c) CHECK(was[c] - is[c] == Approx(before1[c] - exact1[c]).margin(1e-6));
  CHECK(test::read(context->out_dir() + "/bias_correction.csv").find("fc1,5,") != std::string::npos);
}

TEST_CASE("convolutions have their channels behind the batch; a result's own format stands aside") {
  Graph g = row_of({2, 5, 5}, {{"conv", "conv2d", {{"out_channels", 4}, {"kernel_size", 3}}}});
  const at::Tensor x = normal({16, 2, 5, 5}, 3);
  Graph exact = g.clone();
  set_format(g, "conv", "weight", coarse(3, 1)), set_format(g, "conv", "data_out_0", coarse(4, 0));
  test::DataContext context(g, x);
  run_pass("quant.bias_correction", {{"batches", 0}}, g, context);
  CHECK(g.at("conv").meta.common.results.at("data_out_0").format);
  set_format(g, "conv", "data_out_0", {});
  CHECK(worst_difference(channel_means(output_of(g, x), 1), channel_means(output_of(exact, x), 1)) < 1e-6);
}

TEST_CASE("bias correction refuses layers that it cannot correct") {
  Graph g = row_of({6}, {{"fc", "linear", {{"out_features", 5}, {"bias", false}}}, {"act", "relu", {}}});
  test::DataContext context(g, normal({64, 6}));
  const auto problem = [&] { return test::message([&] { run_pass("quant.bias_correction", {}, g, context); }); };
  CHECK_THAT(problem(), Catch::Contains("no selected layer is quantized and has a bias"));
  context->selection = true, context->nodes = {&g.at("fc")};
  CHECK_THAT(problem(), Catch::Contains("'fc': linear has no bias to correct: build it with bias: true"));
  context->nodes = {&g.at("act")};
  CHECK_THAT(problem(), Catch::Contains("relu is no layer with a weight and a bias"));
}
