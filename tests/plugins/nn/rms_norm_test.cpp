// nn.rms_norm against root mean squares written out here.
#include "one_op.h"

using namespace test;

namespace {

at::Tensor divided(const at::Tensor& x, int64_t row, double eps) {
  at::Tensor y = x.to(at::kDouble).contiguous().clone();
  double* data = y.mutable_data_ptr<double>();
  for (int64_t first = 0; first < y.numel(); first += row) {
    double square = 0;
    for (int64_t i = 0; i < row; ++i) square += data[first + i] * data[first + i] / static_cast<double>(row);
    for (int64_t i = 0; i < row; ++i) data[first + i] /= std::sqrt(square + eps);
  }
  return y;
}

}  // namespace

TEST_CASE("nn.rms_norm divides by the root mean square of the last axes") {
  OneOp op("nn.rms_norm", {{"eps", 0.25}}, {{1, 3, 4}});
  op.params[0] = values({4}, 8);
  const at::Tensor x = values({2, 3, 4}) * 3;
  CHECK(greatest_difference(op(x), divided(x, 4, 0.25) * op.params[0].to(at::kDouble)) < 1e-5);
  OneOp plain("nn.rms_norm", {{"normalized_shape", List{3, 4}}, {"elementwise_affine", false}}, {{1, 3, 4}});
  CHECK(plain.params.empty());
  CHECK(greatest_difference(plain(x), divided(x, 12, 0)) < 1e-5);
}

TEST_CASE("nn.rms_norm takes float32's epsilon unless one is given") {
  OneOp op("nn.rms_norm", {}, {{1, 2}});
  const at::Tensor x = at::tensor({1e-4f, -1e-4f}).view({1, 2});
  CHECK(element(op(x), {0, 0}) == Approx(1e-4 / std::sqrt(1e-8 + std::ldexp(1.0, -23))).epsilon(1e-4));
}

TEST_CASE("nn.rms_norm refuses a shape that the input does not end with") {
  CHECK_THAT(error_of([] {
               OneOp("nn.rms_norm", {{"normalized_shape", 3}}, {{1, 3, 5}});
             }),
             Catch::Contains("normalized_shape is [3], but the input's shape is [1,3,5]"));
}
