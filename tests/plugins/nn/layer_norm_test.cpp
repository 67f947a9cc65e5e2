// nn.layer_norm against means and variances written out here.
#include "one_op.h"

using namespace test;

namespace {

// Rows of the last `axes` axes, normalised.
at::Tensor normalised(const at::Tensor& x, int64_t row, double eps) {
  at::Tensor y = x.to(at::kDouble).contiguous().clone();
  double* data = y.mutable_data_ptr<double>();
  for (int64_t first = 0; first < y.numel(); first += row) {
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < row; ++i) mean += data[first + i] / static_cast<double>(row);
    for (int64_t i = 0; i < row; ++i) variance += std::pow(data[first + i] - mean, 2) / static_cast<double>(row);
    for (int64_t i = 0; i < row; ++i) data[first + i] = (data[first + i] - mean) / std::sqrt(variance + eps);
  }
  return y;
}

}  // namespace

TEST_CASE("nn.layer_norm normalises the last axis, then scales and shifts") {
  OneOp op("nn.layer_norm", {}, {{1, 3, 5}});
  CHECK(op.resolved.at("normalized_shape") == Value(List{5}));
  op.params = {values({5}, 8), values({5}, 9)};
  const at::Tensor x = values({2, 3, 5}) * 4 + 1;
  const at::Tensor expected = normalised(x, 5, 1e-5) * op.params[0].to(at::kDouble) + op.params[1].to(at::kDouble);
  CHECK(greatest_difference(op(x), expected) < 1e-5);
}

TEST_CASE("nn.layer_norm normalises several axes and may do without parameters") {
  OneOp op("nn.layer_norm", {{"normalized_shape", List{3, 5}}, {"elementwise_affine", false}, {"eps", 0.5}},
           {{1, 3, 5}});
  CHECK(op.params.empty());
  const at::Tensor x = values({2, 3, 5});
  CHECK(greatest_difference(op(x), normalised(x, 15, 0.5)) < 1e-5);
  OneOp weight("nn.layer_norm", {{"normalized_shape", 5}, {"bias", false}}, {{1, 3, 5}});
  REQUIRE(weight.params.size() == 1);
  CHECK(greatest_difference(weight(x), normalised(x, 5, 1e-5)) < 1e-5);  // starts as one
}

TEST_CASE("nn.layer_norm refuses a shape that the input does not end with") {
  CHECK_THAT(error_of([] {
               OneOp("nn.layer_norm", {{"normalized_shape", List{4, 5}}}, {{1, 3, 5}});
             }),
             Catch::Contains("normalized_shape is [4,5], but the input's shape is [1,3,5]"));
  CHECK_THAT(error_of([] {
               OneOp("nn.layer_norm", {{"normalized_shape", "wide"}}, {{1, 3, 5}});
             }),
             Catch::Contains("expected an integer or a list of integers"));
}
