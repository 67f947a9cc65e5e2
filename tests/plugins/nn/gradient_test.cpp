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

TEST_CASE("gradients of activations are their derivatives") {
  for (const char* name :
       {"nn.elu", "nn.selu", "nn.gelu", "nn.silu", "nn.softplus", "nn.softsign", "nn.hardswish", "nn.hardsigmoid",
        "nn.softshrink", "nn.hardshrink", "nn.tanhshrink", "nn.logsigmoid", "nn.relu6"}) {
    INFO(name);
    CHECK(worst_gradient(name, {}, {2, 4}) < 1e-7);
  }
  CHECK(worst_gradient("nn.gelu", {{"approximate", "tanh"}}, {2, 4}) < 1e-7);
  CHECK(worst_gradient("nn.hardtanh", {{"min_val", -0.5}, {"max_val", 0.25}}, {2, 4}) < 1e-7);
}

TEST_CASE("gradients of convolutions, norms and embeddings are their derivatives") {
  CHECK(worst_gradient("nn.conv3d", {{"out_channels", 2}, {"kernel_size", 2}}, {1, 2, 3, 3, 3}) < 1e-7);
  CHECK(worst_gradient("nn.convtranspose2d", {{"out_channels", 2}, {"kernel_size", 3}, {"stride", 2}}, {1, 2, 3, 3}) <
        1e-7);
  CHECK(worst_gradient("nn.layer_norm", {}, {2, 3, 4}) < 1e-6);
  CHECK(worst_gradient("nn.rms_norm", {}, {2, 3, 4}) < 1e-6);
  CHECK(worst_gradient("nn.group_norm", {{"num_groups", 2}}, {2, 4, 3}) < 1e-6);
  CHECK(worst_gradient("nn.instance_norm2d", {{"affine", true}}, {2, 3, 2, 3}, true) < 1e-6);
}

TEST_CASE("gradients of matrix products reach both operands") {
  for (const char* name : {"nn.matmul", "nn.bmm"}) {
    OneOp op(name, {}, {{2, 3, 4}, {2, 4, 2}});
    const at::Tensor a = values({2, 3, 4}, 5, at::kDouble), b = values({2, 4, 2}, 6, at::kDouble);
    CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({moved, b})[0]; }, a) < 1e-7);
    CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({a, moved})[0]; }, b) < 1e-7);
  }
}

TEST_CASE("gradients go back to where the elements came from") {
  const Shape shape{2, 4, 6};
  CHECK(worst_gradient("nn.transpose", {{"dim0", 1}, {"dim1", 2}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.permute", {{"dims", List{0, 2, 1}}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.unsqueeze", {{"dim", 1}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.squeeze", {}, {2, 1, 3}) < 1e-7);
  CHECK(worst_gradient("nn.slice", {{"dim", 2}, {"start", 1}, {"step", 2}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.select", {{"dim", 1}, {"index", -2}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.split", {{"sizes", List{1, 3}}, {"dim", 1}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.chunk", {{"chunks", 2}, {"dim", 1}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.expand", {{"shape", List{-1, 3, -1}}}, {2, 1, 4}) < 1e-7);
  CHECK(worst_gradient("nn.repeat", {{"repeats", List{1, 2, 1}}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.flip", {{"dims", List{1}}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.roll", {{"shifts", List{1}}, {"dims", List{2}}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.tril", {}, shape) < 1e-7);
  CHECK(worst_gradient("nn.triu", {}, shape) < 1e-7);
  CHECK(worst_gradient("nn.channel_shuffle", {{"groups", 2}}, shape) < 1e-7);
  CHECK(worst_gradient("nn.pixel_shuffle", {{"upscale_factor", 2}}, {1, 4, 2, 2}) < 1e-7);
  CHECK(worst_gradient("nn.pixel_unshuffle", {{"downscale_factor", 2}}, {1, 1, 4, 2}) < 1e-7);
  CHECK(worst_gradient("nn.max_pool3d", {{"kernel_size", 2}}, {1, 1, 2, 4, 2}) < 1e-7);
  CHECK(worst_gradient("nn.adaptive_avg_pool3d", {{"output_size", List{1, nullptr, 2}}}, {1, 1, 2, 2, 3}) < 1e-7);
  CHECK(worst_gradient("nn.adaptive_max_pool3d", {{"output_size", 1}}, {1, 1, 2, 2, 3}) < 1e-7);
  CHECK(worst_gradient("nn.batch_norm3d", {}, {2, 2, 2, 1, 2}, true) < 1e-6);
}

TEST_CASE("gradients of indexed elements add up, and those of stacked inputs part") {
  const at::Tensor x = values({2, 4}, 5, at::kDouble);
  const at::Tensor index = at::tensor({0, 3, 3, 1, 1, 1}, at::kLong).view({2, 3});
  OneOp gather("nn.gather", {{"dim", 1}}, {}), pick("nn.index_select", {{"dim", 1}}, {});
  OneOp at_places("nn.index", {{"axes", List{1}}}, {}), stack("nn.stack", {{"dim", 1}}, {});
  for (OneOp* op : {&gather, &pick, &at_places})
    CHECK(gradient_error([&](const at::Tensor& moved) { return op->run({moved, index})[0]; }, x) < 1e-7);
  CHECK(gradient_error([&](const at::Tensor& moved) { return stack.run({x, moved, moved})[0]; }, x) < 1e-7);
}
