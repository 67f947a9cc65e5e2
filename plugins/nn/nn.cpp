// Plugin nn: operators of neural networks, with PyTorch's names and defaults.
#include "nn.h"

#include "mase/plugin.h"

MASE_PLUGIN("nn", "0.1.0", "Operators of neural networks, with PyTorch's names and defaults") {
  using namespace mase::nn;
  add_adaptive_avg_pool1d(r);
  add_adaptive_avg_pool2d(r);
  add_adaptive_max_pool1d(r);
  add_adaptive_max_pool2d(r);
  add_add(r);
  add_avg_pool1d(r);
  add_avg_pool2d(r);
  add_batch_norm1d(r);
  add_batch_norm2d(r);
  add_cat(r);
  add_conv1d(r);
  add_conv2d(r);
  add_dropout(r);
  add_flatten(r);
  add_identity(r);
  add_leaky_relu(r);
  add_linear(r);
  add_log_softmax(r);
  add_max_pool1d(r);
  add_max_pool2d(r);
  add_mul(r);
  add_relu(r);
  add_reshape(r);
  add_sigmoid(r);
  add_softmax(r);
  add_tanh(r);
  add_view(r);
}
