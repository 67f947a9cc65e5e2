// What the operators share: registration, sizes given as a number or a pair, and fresh parameters.
#pragma once
#include "mase/op.h"

namespace mase::nn {

// One per operator, in the file of its name.
void add_adaptive_avg_pool1d(Registrar& r);
void add_adaptive_avg_pool2d(Registrar& r);
void add_adaptive_avg_pool3d(Registrar& r);
void add_adaptive_max_pool1d(Registrar& r);
void add_adaptive_max_pool2d(Registrar& r);
void add_adaptive_max_pool3d(Registrar& r);
void add_add(Registrar& r);
void add_argmax(Registrar& r);
void add_avg_pool1d(Registrar& r);
void add_avg_pool2d(Registrar& r);
void add_avg_pool3d(Registrar& r);
void add_batch_norm1d(Registrar& r);
void add_batch_norm2d(Registrar& r);
void add_batch_norm3d(Registrar& r);
void add_bmm(Registrar& r);
void add_cast(Registrar& r);
void add_cat(Registrar& r);
void add_channel_shuffle(Registrar& r);
void add_chunk(Registrar& r);
void add_celu(Registrar& r);
void add_clamp(Registrar& r);
void add_comparison(Registrar& r);
void add_conv1d(Registrar& r);
void add_conv2d(Registrar& r);
void add_conv3d(Registrar& r);
void add_convtranspose1d(Registrar& r);
void add_convtranspose2d(Registrar& r);
void add_cumprod(Registrar& r);
void add_cumsum(Registrar& r);
void add_div(Registrar& r);
void add_dropout(Registrar& r);
void add_einsum(Registrar& r);
void add_elu(Registrar& r);
void add_embedding(Registrar& r);
void add_expand(Registrar& r);
void add_exact_unary(Registrar& r);
void add_flatten(Registrar& r);
void add_flip(Registrar& r);
void add_gather(Registrar& r);
void add_gelu(Registrar& r);
void add_glu(Registrar& r);
void add_gemm(Registrar& r);
void add_group_norm(Registrar& r);
void add_hardshrink(Registrar& r);
void add_hardsigmoid(Registrar& r);
void add_hardswish(Registrar& r);
void add_hardtanh(Registrar& r);
void add_identity(Registrar& r);
void add_index(Registrar& r);
void add_index_select(Registrar& r);
void add_instance_norm1d(Registrar& r);
void add_instance_norm2d(Registrar& r);
void add_instance_norm3d(Registrar& r);
void add_interpolate(Registrar& r);
void add_layer_norm(Registrar& r);
void add_leaky_relu(Registrar& r);
void add_linear(Registrar& r);
void add_local_response_norm(Registrar& r);
void add_log_softmax(Registrar& r);
void add_logsigmoid(Registrar& r);
void add_masked_fill(Registrar& r);
void add_matmul(Registrar& r);
void add_max(Registrar& r);
void add_max_pool1d(Registrar& r);
void add_max_pool2d(Registrar& r);
void add_maximum(Registrar& r);
void add_max_pool3d(Registrar& r);
void add_mul(Registrar& r);
void add_one_hot(Registrar& r);
void add_pad(Registrar& r);
void add_permute(Registrar& r);
void add_norm(Registrar& r);
void add_pow(Registrar& r);
void add_prelu(Registrar& r);
void add_reduction(Registrar& r);
void add_relu(Registrar& r);
void add_relu6(Registrar& r);
void add_remainder(Registrar& r);
void add_pixel_shuffle(Registrar& r);
void add_pixel_unshuffle(Registrar& r);
void add_repeat(Registrar& r);
void add_reshape(Registrar& r);
void add_rms_norm(Registrar& r);
void add_roll(Registrar& r);
void add_scaled_dot_product_attention(Registrar& r);
void add_select(Registrar& r);
void add_selu(Registrar& r);
void add_sigmoid(Registrar& r);
void add_silu(Registrar& r);
void add_slice(Registrar& r);
void add_softmax(Registrar& r);
void add_softplus(Registrar& r);
void add_softshrink(Registrar& r);
void add_softsign(Registrar& r);
void add_split(Registrar& r);
void add_squeeze(Registrar& r);
void add_stack(Registrar& r);
void add_sub(Registrar& r);
void add_tanh(Registrar& r);
void add_tanhshrink(Registrar& r);
void add_transpose(Registrar& r);
void add_tril(Registrar& r);
void add_triu(Registrar& r);
void add_unsqueeze(Registrar& r);
void add_topk(Registrar& r);
void add_unary(Registrar& r);
void add_var(Registrar& r);
void add_view(Registrar& r);
void add_where(Registrar& r);

// Height and width; a recipe may give one number for both.
struct Pair {
  int64_t height = 0, width = 0;
  Pair() = default;
  Pair(int64_t both) : height(both), width(both) {}
  Pair(int64_t h, int64_t w) : height(h), width(w) {}
  std::vector<int64_t> list() const { return {height, width}; }
};

// Depth, height and width; a recipe may give one number for all three.
struct Triple {
  int64_t depth = 0, height = 0, width = 0;
  Triple() = default;
  Triple(int64_t all) : depth(all), height(all), width(all) {}
  std::vector<int64_t> list() const { return {depth, height, width}; }
  int64_t count() const { return depth * height * width; }
};

// Elements of one sample: all axes but the first.
inline double sample_size(const Shape& shape) {
  double count = 1;
  for (size_t i = 1; i < shape.size(); ++i) count *= static_cast<double>(shape[i]);
  return count;
}

// Refuses an input of another rank, naming what was expected: "[batch, channels, length]".
inline void expect_rank(const Shape& shape, size_t least, size_t most, const char* layout) {
  if (shape.size() >= least && shape.size() <= most) return;
  throw Error("found an input of shape " + Value(shape).json() + ", expected " + layout);
}

// The size that a configuration gives, or that the input has; an Error when they differ.
inline int64_t size_from(int64_t configured, int64_t found, const char* field) {
  if (configured == 0 || configured == found) return found;
  throw Error(std::string(field) + " is " + std::to_string(configured) + ", but the input has " +
              std::to_string(found));
}

// Weight and bias as PyTorch initialises linear and convolution layers: uniform within 1/sqrt(fan in). The bias has
// `outputs` elements, or as many as the weight's first axis.
Tensors uniform_parameters(const Shape& weight, bool bias, Random& random, int64_t outputs = 0);

// Operators whose results are values of their inputs, so that the grid stays.
class PassThrough : public Op {
 public:
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return formats.inputs.empty() ? std::nullopt : formats.inputs[0];
  }
};

// Functions applied to each element.
class Elementwise : public Op {
 public:
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, sample_size(results.at(0))};
  }
};

}  // namespace mase::nn

namespace mase {

template <>
struct Codec<nn::Pair> {
  static TypeInfo type() { return {}; }  // an integer, or a list of two
  static bool read(nn::Pair& out, const Value& v, Problems& p) {
    const bool is_list = v.is_list() && v.as_list().size() == 2 && v.as_list()[0].is_int() && v.as_list()[1].is_int();
    if (!v.is_int() && !is_list) {
      p.emplace_back("found " + v.brief() + ", expected an integer or [height, width]", v.loc);
      return false;
    }
    out = v.is_int() ? nn::Pair(v.as_int()) : nn::Pair(v.as_list()[0].as_int(), v.as_list()[1].as_int());
    return true;
  }
  static Value write(const nn::Pair& v) {
    if (v.height == v.width) return v.height;
    return List{v.height, v.width};
  }
};

template <>
struct Codec<nn::Triple> {
  static TypeInfo type() { return {}; }  // an integer, or a list of three
  static bool read(nn::Triple& out, const Value& v, Problems& p) {
    if (v.is_int()) return out = nn::Triple(v.as_int()), true;
    const List* list = v.is_list() && v.as_list().size() == 3 ? &v.as_list() : nullptr;
    for (int i = 0; list && i < 3; ++i)
      if (!(*list)[static_cast<size_t>(i)].is_int()) list = nullptr;
    if (!list) {
      p.emplace_back("found " + v.brief() + ", expected an integer or [depth, height, width]", v.loc);
      return false;
    }
    out.depth = (*list)[0].as_int(), out.height = (*list)[1].as_int(), out.width = (*list)[2].as_int();
    return true;
  }
  static Value write(const nn::Triple& v) {
    if (v.depth == v.height && v.height == v.width) return v.width;
    return List{v.depth, v.height, v.width};
  }
};

}  // namespace mase
