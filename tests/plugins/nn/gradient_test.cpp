// Gradients of smooth operators against central differences, in double.
#include "one_op.h"

using namespace test;

namespace {

// The worst error over the gradients of the input and of every trained parameter.
double worst_gradient(const char* name, Map with, const Shape& shape, bool training = false) {
  OneOp op(name, std::move(with), {shape});
  op.to_double();
  const at::Tensor x = values(shape, 5, at::kDouble);
  double worst = gradient_error([&](const at::Tensor& moved) { return op(moved, training); }, x);
  const std::vector<ParameterInfo> infos = op.op->parameters();
  for (size_t p = 0; p < infos.size(); ++p) {
    if (infos[p].buffer) continue;
    const at::Tensor kept = op.params[p];
    const auto through = [&](const at::Tensor& moved) {
      op.params[p] = moved;
      return op(x, training);
    };
    worst = std::max(worst, gradient_error(through, kept.contiguous()));
    op.params[p] = kept;
  }
  return worst;
}

}  // namespace

TEST_CASE("gradients of smooth operators are their derivatives") {
  CHECK(worst_gradient("nn.linear", {{"out_features", 3}}, {2, 4}) < 1e-7);
  CHECK(worst_gradient("nn.conv1d", {{"out_channels", 4}, {"kernel_size", 3}, {"groups", 2}, {"padding", 1}},
                       {2, 2, 5}) < 1e-7);
  CHECK(worst_gradient("nn.conv2d", {{"out_channels", 2}, {"kernel_size", List{2, 3}}, {"stride", 2}}, {2, 3, 5, 5}) <
        1e-7);
  CHECK(worst_gradient("nn.sigmoid", {}, {2, 4}) < 1e-7);
  CHECK(worst_gradient("nn.tanh", {}, {2, 4}) < 1e-7);
  CHECK(worst_gradient("nn.softmax", {}, {2, 4}) < 1e-7);
  CHECK(worst_gradient("nn.log_softmax", {}, {2, 4}) < 1e-7);
  CHECK(worst_gradient("nn.leaky_relu", {{"negative_slope", 0.1}}, {2, 4}) < 1e-7);
  CHECK(worst_gradient("nn.avg_pool2d", {{"kernel_size", 2}}, {1, 2, 4, 4}) < 1e-7);
  CHECK(worst_gradient("nn.adaptive_avg_pool2d", {{"output_size", 2}}, {1, 2, 5, 5}) < 1e-7);
  CHECK(worst_gradient("nn.flatten", {}, {2, 2, 3}) < 1e-7);
  CHECK(worst_gradient("nn.batch_norm1d", {}, {6, 3}, true) < 1e-6);
  CHECK(worst_gradient("nn.batch_norm2d", {}, {2, 3, 2, 2}) < 1e-6);
}
