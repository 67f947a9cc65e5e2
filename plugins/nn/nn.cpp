// Plugin nn: operators of neural networks, with PyTorch's names and defaults.
#include "nn.h"

#include "mase/plugin.h"

namespace mase::nn {
namespace {

void add_activations(Registrar& r) {
  add_celu(r);
  add_elu(r);
  add_gelu(r);
  add_glu(r);
  add_hardshrink(r);
  add_hardsigmoid(r);
  add_hardswish(r);
  add_hardtanh(r);
  add_leaky_relu(r);
  add_log_softmax(r);
  add_logsigmoid(r);
  add_prelu(r);
  add_relu(r);
  add_relu6(r);
  add_selu(r);
  add_sigmoid(r);
  add_silu(r);
  add_softmax(r);
  add_softplus(r);
  add_softshrink(r);
  add_softsign(r);
  add_tanh(r);
  add_tanhshrink(r);
}

void add_layers(Registrar& r) {
  add_add(r);
  add_batch_norm1d(r);
  add_batch_norm2d(r);
  add_batch_norm3d(r);
  add_bmm(r);
  add_dropout(r);
  add_einsum(r);
  add_embedding(r);
  add_gemm(r);
  add_group_norm(r);
  add_identity(r);
  add_instance_norm1d(r);
  add_instance_norm2d(r);
  add_instance_norm3d(r);
  add_layer_norm(r);
  add_linear(r);
  add_matmul(r);
  add_mul(r);
  add_rms_norm(r);
  add_scaled_dot_product_attention(r);
  add_sub(r);
}

void add_shapes(Registrar& r) {
  add_cat(r);
  add_channel_shuffle(r);
  add_chunk(r);
  add_expand(r);
  add_flatten(r);
  add_flip(r);
  add_gather(r);
  add_index(r);
  add_index_select(r);
  add_one_hot(r);
  add_pad(r);
  add_permute(r);
  add_pixel_shuffle(r);
  add_pixel_unshuffle(r);
  add_repeat(r);
  add_reshape(r);
  add_roll(r);
  add_select(r);
  add_slice(r);
  add_split(r);
  add_squeeze(r);
  add_stack(r);
  add_transpose(r);
  add_tril(r);
  add_triu(r);
  add_unsqueeze(r);
  add_view(r);
}

void add_windows(Registrar& r) {
  add_adaptive_avg_pool1d(r);
  add_adaptive_avg_pool2d(r);
  add_adaptive_avg_pool3d(r);
  add_adaptive_max_pool1d(r);
  add_adaptive_max_pool2d(r);
  add_adaptive_max_pool3d(r);
  add_avg_pool1d(r);
  add_avg_pool2d(r);
  add_avg_pool3d(r);
  add_conv1d(r);
  add_conv2d(r);
  add_conv3d(r);
  add_convtranspose1d(r);
  add_convtranspose2d(r);
  add_interpolate(r);
  add_local_response_norm(r);
  add_max_pool1d(r);
  add_max_pool2d(r);
  add_max_pool3d(r);
}

void add_functions(Registrar& r) {
  add_argmax(r);
  add_cast(r);
  add_clamp(r);
  add_comparison(r);
  add_cumprod(r);
  add_cumsum(r);
  add_div(r);
  add_exact_unary(r);
  add_masked_fill(r);
  add_max(r);
  add_maximum(r);
  add_norm(r);
  add_pow(r);
  add_reduction(r);
  add_remainder(r);
  add_topk(r);
  add_unary(r);
  add_var(r);
  add_where(r);
}

}  // namespace
}  // namespace mase::nn

MASE_PLUGIN("nn", "0.1.0", "Operators of neural networks, with PyTorch's names and defaults") {
  mase::nn::add_activations(r);
  mase::nn::add_functions(r);
  mase::nn::add_layers(r);
  mase::nn::add_windows(r);
  mase::nn::add_shapes(r);
}
