// quant.equalize: the same function, with ranges that can be worked out by hand.
#include "batches.h"

using namespace test;

namespace {

double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

// Rows of a first layer's weight far apart, so that there is something to do.
void spread_rows(Graph& g, const char* key) {
  at::Tensor w = g.tensor(key).clone();
  for (int64_t r = 0; r < w.size(0); ++r) w.select(0, r).mul_(std::exp2(static_cast<double>(r % 5) - 2));
  g.set_tensor(key, w);
}

// Greatest magnitude of each row of the first weight, and of each column block of the second.
std::vector<double> row_ranges(const at::Tensor& w) { return list_of(w.reshape({w.size(0), -1}).abs().amax({1})); }
std::vector<double> column_ranges(const at::Tensor& w, int64_t channels) {
  return list_of(w.reshape({w.size(0), channels, -1}).abs().amax({0, 2}));
}

void check_same_function(Graph& g, const at::Tensor& x, const char* first, Map with = {}) {
  spread_rows(g, first);
  const at::Tensor before = output_of(g, x);
  test::DataContext context(g, x);
  run_pass("quant.equalize", std::move(with), g, context);
  CHECK(relative_difference(output_of(g, x), before) < 1e-5);
}

}  // namespace

TEST_CASE("a pair of layers gets equal ranges, the geometric mean of what they were") {
  Graph g = row_of(
      {6}, {{"fc1", "linear", {{"out_features", 5}}}, {"act", "relu", {}}, {"fc2", "linear", {{"out_features", 3}}}});
  spread_rows(g, "fc1.weight");
  const auto r1 = row_ranges(g.tensor("fc1.weight")), r2 = column_ranges(g.tensor("fc2.weight"), 5);
  const auto bias = list_of(g.tensor("fc1.bias"));
  const at::Tensor x = normal({20, 6}, 4), before = output_of(g, x);
  test::DataContext context(g);  // no data needed
  run_pass("quant.equalize", {}, g, context);
  CHECK(relative_difference(output_of(g, x), before) < 1e-5);
  const auto after1 = row_ranges(g.tensor("fc1.weight")), after2 = column_ranges(g.tensor("fc2.weight"), 5);
  const auto after_bias = list_of(g.tensor("fc1.bias"));
  for (size_t c = 0; c < 5; ++c) {
    CHECK(after1[c] == Approx(std::sqrt(r1[c] * r2[c])));
    CHECK(after2[c] == Approx(after1[c]));
    CHECK(after_bias[c] == Approx(bias[c] * after1[c] / r1[c]));
  }
  CHECK(context->reported.at("pairs") == Value(1));
  CHECK(test::read(context->out_dir() + "/equalize.csv").find("fc1,fc2,") != std::string::npos);
}

TEST_CASE("chains are equalized until they stay; the function stays to 1e-5") {
  Graph g = row_of({6}, {{"fc1", "linear", {{"out_features", 8}}},
                         {"a1", "leaky_relu", {{"negative_slope", 0.1}}},
                         {"fc2", "linear", {{"out_features", 7}, {"bias", false}}},
                         {"drop", "dropout", {}},
                         {"fc3", "linear", {{"out_features", 4}}}});
  check_same_function(g, normal({20, 6}, 4), "fc1.weight", {{"iterations", 200}, {"tolerance", 1e-4}});
  const auto out = row_ranges(g.tensor("fc1.weight")), in = column_ranges(g.tensor("fc2.weight"), 8);
  for (size_t c = 0; c < out.size(); ++c) CHECK(out[c] == Approx(in[c]).epsilon(1e-3));
  const auto out2 = row_ranges(g.tensor("fc2.weight")), in2 = column_ranges(g.tensor("fc3.weight"), 7);
  for (size_t c = 0; c < out2.size(); ++c) CHECK(out2[c] == Approx(in2[c]).epsilon(1e-3));
}

TEST_CASE("convolutions: through pooling, groups and a flatten") {
  const Map conv{{"out_channels", 6}, {"kernel_size", 3}, {"padding", 1}};
  Map grouped = conv;
  grouped.set("groups", 3);
  Graph g = row_of({2, 8, 8}, {{"c1", "conv2d", conv},
                               {"a1", "relu", {}},
                               {"p1", "max_pool2d", {{"kernel_size", 2}}},
                               {"c2", "conv2d", grouped},
                               {"a2", "relu", {}},
                               {"p2", "avg_pool2d", {{"kernel_size", 2}}},
                               {"flat", "flatten", {}},
                               {"fc", "linear", {{"out_features", 3}}}});
  check_same_function(g, normal({4, 2, 8, 8}, 4), "c1.weight");
  const auto out = row_ranges(g.tensor("c2.weight")), in = column_ranges(g.tensor("fc.weight"), 6);
  for (size_t c = 0; c < out.size(); ++c) CHECK(out[c] == Approx(in[c]).epsilon(1e-2));
}

TEST_CASE("a channel that is nothing stays as it is") {
  Graph g = row_of(
      {6}, {{"fc1", "linear", {{"out_features", 5}}}, {"act", "relu", {}}, {"fc2", "linear", {{"out_features", 3}}}});
  at::Tensor w = g.tensor("fc1.weight").clone();
  w.select(0, 2).zero_();
  g.set_tensor("fc1.weight", w);
  const at::Tensor x = normal({20, 6}, 4), before = output_of(g, x);
  const auto bias = list_of(g.tensor("fc1.bias"));
  test::DataContext context(g, x);
  run_pass("quant.equalize", {}, g, context);
  CHECK(relative_difference(output_of(g, x), before) < 1e-5);
  CHECK(list_of(g.tensor("fc1.bias"))[2] == bias[2]);
}

TEST_CASE("layers with anything else between them are no pair") {
  const auto problem = [](Graph g, const at::Tensor& x) {
    test::DataContext context(g, x);
    return test::message([&] { run_pass("quant.equalize", {}, g, context); });
  };
  const Layer fc1{"fc1", "linear", {{"out_features", 5}}}, fc2{"fc2", "linear", {{"out_features", 3}}};
  for (const char* op : {"tanh", "relu6", "batch_norm1d", "softmax"}) {
    INFO(op);
    CHECK_THAT(problem(row_of({6}, {fc1, {"act", op, {}}, fc2}), normal({4, 6})),
               Catch::Contains("no two selected layers follow each other"));
  }
  // The result of the first layer is read twice.
  Graph g = row_of({6}, {{"fc1", "linear", {{"out_features", 6}}}});
  Node& fc = g.at("fc1");
  Node& act = add_module(g, registry(), "act", {"nn.relu", Map{}}, {&fc}, Random(1));
  Node& next = add_module(g, registry(), "fc2", {"nn.linear", Map{{"out_features", 6}}}, {&act}, Random(2));
  Node& sum = add_module(g, registry(), "sum", {"nn.add", Map{}}, {&next, &fc}, Random(1), true);
  g.set_args(g.output(), {&sum});
  CHECK_THAT(problem(g.clone(), normal({4, 6})), Catch::Contains("no two selected layers"));
}
