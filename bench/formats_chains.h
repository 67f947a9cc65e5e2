// MASE's formulas as chains of LibTorch operations, one tensor after another, as its Python code runs them: what
// bench/formats compares the kernels with. x: contiguous float32 [rows, columns], columns a multiple of 32.
#pragma once
#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/bitwise_not.h>
#include <ATen/ops/ceil.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/div.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/exp2.h>
#include <ATen/ops/floor.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/isclose.h>
#include <ATen/ops/le.h>
#include <ATen/ops/log2.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/min.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/round.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace chains {

using at::Tensor;

inline Tensor integer(const Tensor& x, int width, int frac) {
  const double scale = std::ldexp(1.0, frac);
  const double low = -std::ldexp(1.0, width - 1), high = -low - 1;
  return at::div(at::clamp(at::round(at::mul(x, scale)), low, high), scale);
}

inline Tensor scale_integer(const Tensor& x, int width) {
  const double low = -std::ldexp(1.0, width - 1), high = -low - 1;
  const Tensor scale = at::div(at::scalar_tensor(-low), at::add(at::amax(at::abs(x), {-1}, true), 1e-9));
  return at::div(at::clamp(at::round(at::mul(x, scale)), low, high), scale);
}

inline Tensor passing_tiny(const Tensor& value, const Tensor& y, const Tensor& x) {
  const Tensor tiny = at::isclose(value, at::scalar_tensor(0.0f));
  return at::add(at::mul(at::bitwise_not(tiny), y), at::mul(tiny, x));
}

inline Tensor minifloat_denorm(const Tensor& x, int width, int exponent_width) {
  const int mantissa = width - exponent_width - 1, bias = (1 << (exponent_width - 1)) - 1;
  const double shift = std::ldexp(1.0, mantissa);
  const Tensor sign = at::sign(at::add(x, 1e-9)), value = at::add(at::abs(x), 1e-9);
  const Tensor exponent = at::clamp(at::ceil(at::log2(value)), -bias, (1 << exponent_width) - 1 - bias);
  const Tensor m =
      at::div(at::clamp(at::round(at::mul(at::div(value, at::exp2(exponent)), shift)), 0, shift - 1), shift);
  return passing_tiny(value, at::mul(at::mul(sign, at::exp2(exponent)), m), x);
}

// `bias`: a number, or one per block.
inline Tensor minifloat_ieee(const Tensor& x, int width, int exponent_width, const Tensor& bias) {
  const int mantissa = width - exponent_width - 1;
  const double shift = std::ldexp(1.0, mantissa);
  const Tensor low = at::mul(bias, -1), high = at::sub(at::scalar_tensor(std::ldexp(1.0, exponent_width) - 1), bias);
  const Tensor sign = at::sign(at::add(x, 1e-9)), value = at::add(at::abs(x), 1e-9);
  const Tensor exponent = at::clamp(at::floor(at::log2(value)), low, high);
  const Tensor m = at::div(value, at::exp2(exponent));
  const Tensor normal = at::bitwise_not(at::eq(exponent, low));
  const Tensor fraction = at::clamp(at::round(at::sub(at::mul(m, shift), shift)), 0, shift - 1);
  const Tensor subnormal = at::clamp(at::round(at::div(at::mul(m, shift), 2)), 0, shift - 1);
  const Tensor full = at::add(at::mul(normal, at::add(at::div(fraction, shift), 1)),
                              at::mul(at::bitwise_not(normal), at::mul(at::div(subnormal, shift), 2)));
  return passing_tiny(value, at::mul(at::mul(sign, at::exp2(exponent)), full), x);
}
inline Tensor minifloat_ieee(const Tensor& x, int width, int exponent_width) {
  return minifloat_ieee(x, width, exponent_width, at::scalar_tensor((1 << (exponent_width - 1)) - 1.0));
}

inline Tensor log(const Tensor& x, int width, const Tensor& bias) {
  const Tensor low = at::mul(bias, -1), high = at::sub(at::scalar_tensor(std::ldexp(1.0, width - 1) - 1), bias);
  const Tensor least = at::exp2(low), sign = at::sign(at::add(x, at::mul(least, 0.1)));
  const Tensor value = at::add(at::abs(x), at::mul(least, 0.1));
  return at::mul(sign, at::exp2(at::clamp(at::round(at::log2(value)), low, high)));
}
inline Tensor log(const Tensor& x, int width) {
  return log(x, width, at::scalar_tensor(std::ldexp(1.0, width - 2) - 1));
}

// MASE's block(): pieces of a row, their maxima, and zeros replaced by the least maximum that is not 0.
inline Tensor blocks(const Tensor& x, int64_t size) { return x.reshape({x.size(0), x.size(1) / size, size}); }
inline Tensor maxima(const Tensor& blocked) {
  const Tensor most = at::amax(at::abs(blocked), {-1}, true);
  const Tensor least = at::min(at::where(at::gt(most, 0), most, at::scalar_tensor(INFINITY)));
  return at::where(at::gt(most, 0), most, least);
}

inline Tensor block_fp(const Tensor& x, int width, int exponent_width, int64_t size) {
  const int bias = (1 << (exponent_width - 1)) - 1;
  const double shift = std::ldexp(1.0, width - 1);
  const Tensor b = blocks(x, size), sign = at::sign(at::add(b, 1e-9)), value = at::add(at::abs(b), 1e-9);
  const Tensor exponent = at::clamp(at::ceil(at::log2(maxima(b))), -bias, (1 << exponent_width) - 1 - bias);
  const Tensor m =
      at::div(at::clamp(at::round(at::mul(at::div(value, at::exp2(exponent)), shift)), 0, shift - 1), shift);
  return passing_tiny(value, at::mul(at::mul(sign, m), at::exp2(exponent)), b).reshape(x.sizes());
}

inline Tensor block_minifloat(const Tensor& x, int width, int exponent_width, int bias_width, int64_t size) {
  const Tensor b = blocks(x, size);
  const Tensor bias = at::clamp(at::floor(at::log2(maxima(b))), 0, std::ldexp(1.0, bias_width) - 1);
  return minifloat_ieee(b, width, exponent_width, bias).reshape(x.sizes());
}

inline Tensor block_log(const Tensor& x, int width, int bias_width, int64_t size) {
  const Tensor b = blocks(x, size), top = at::ceil(at::log2(maxima(b)));
  const Tensor bias =
      at::clamp(at::sub(at::scalar_tensor(std::ldexp(1.0, width - 1) - 1), top), 0, std::ldexp(1.0, bias_width) - 1);
  return log(b, width, bias).reshape(x.sizes());
}

inline Tensor binary(const Tensor& x) {
  return at::where(at::ge(x, 0), at::scalar_tensor(1.0f), at::scalar_tensor(-1.0f));
}
inline Tensor binary_scaling(const Tensor& x) { return at::mul(binary(x), at::mean(at::abs(x))); }
inline Tensor binary_residual_sign(const Tensor& x, int levels) {
  Tensor rest = x, sum = at::zeros_like(x);
  for (int i = 0; i < levels; ++i) {
    const Tensor part = at::mul(binary(rest), at::mean(at::abs(rest)));
    sum = at::add(sum, part), rest = at::sub(rest, part);
  }
  return sum;
}
inline Tensor ternary(const Tensor& x) {
  const Tensor threshold = at::mul(at::mean(at::abs(x)), 0.75);
  const Tensor plus = at::where(at::gt(x, threshold), at::scalar_tensor(1.0f), at::scalar_tensor(0.0f));
  return at::where(at::lt(x, at::mul(threshold, -1)), at::scalar_tensor(-1.0f), plus);
}

inline Tensor mxint(const Tensor& x, int bits, int64_t size) {
  const double shift = std::ldexp(1.0, bits - 1);
  const Tensor b = blocks(x, size);
  const Tensor scale = at::exp2(at::ceil(at::log2(at::clamp(at::amax(at::abs(b), {-1}, true), 0x1p-126))));
  return at::mul(at::div(at::clamp(at::round(at::mul(at::div(b, scale), shift)), -shift, shift - 1), shift), scale)
      .reshape(x.sizes());
}

// MASE takes one tile after the other. All of them at once would be 4 to 5 times slower than the kernel, not hundreds.
inline Tensor mxint_hardware(const Tensor& x, int width, int exponent_width, int64_t size) {
  const double limit = std::ldexp(1.0, width - 1), bias = std::ldexp(1.0, exponent_width - 1);
  const Tensor tiles = blocks(x, size).reshape({-1, size}), out = at::empty_like(tiles);
  for (int64_t i = 0; i < tiles.size(0); ++i) {
    const Tensor b = tiles.select(0, i);
    const Tensor exponent = at::sub(at::ceil(at::log2(at::add(at::amax(at::abs(b)), 1e-9))), bias);
    const Tensor unit = at::exp2(exponent);
    out.select(0, i).copy_(at::mul(at::clamp(at::floor(at::div(b, unit)), -limit, limit - 1), unit));
  }
  return out.reshape(x.sizes());
}

// An element of an MX block: MASE works on the bits, in as many operations.
inline Tensor minifloat_mx(const Tensor& x, int exponent_bits, int fraction_bits) {
  const int bias = exponent_bits == 1 ? 0 : (1 << (exponent_bits - 1)) - 1;
  const int top = (1 << exponent_bits) - 1 - bias;
  const double shift = std::ldexp(1.0, fraction_bits), most = (2 - 1 / shift) * std::ldexp(1.0, top);
  const Tensor sign = at::sign(x), value = at::clamp(at::abs(x), 0, most);
  const Tensor exponent = at::clamp(at::floor(at::log2(value)), 1 - bias, top);
  const Tensor unit = at::exp2(at::sub(exponent, fraction_bits));
  const Tensor rounded = at::mul(at::round(at::div(value, unit)), unit);
  return at::where(at::gt(value, 0), at::mul(sign, at::clamp(rounded, 0, most)), at::zeros_like(x));
}

inline Tensor mxfp(const Tensor& x, int exponent_bits, int fraction_bits, int emax, int64_t size) {
  const Tensor b = blocks(x, size);
  const Tensor most = at::clamp(at::amax(at::abs(b), {-1}, true), 0x1p-126);
  const Tensor scale = at::exp2(at::clamp(at::sub(at::floor(at::log2(most)), emax), -127, 127));
  return at::mul(minifloat_mx(at::div(b, scale), exponent_bits, fraction_bits), scale).reshape(x.sizes());
}

inline Tensor power_of_two(const Tensor& x, int low, int high) {
  const Tensor exponent = at::clamp(at::round(at::log2(at::abs(x))), low, high);
  return at::where(at::lt(at::abs(x), std::ldexp(1.0, low - 1)), at::zeros_like(x),
                   at::mul(at::sign(x), at::exp2(exponent)));
}

}  // namespace chains
