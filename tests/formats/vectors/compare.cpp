// Comparisons bit by bit.
#include "compare.h"

#include <bit>
#include <cmath>
#include <cstdlib>

#include <ATen/ops/empty.h>
#include "mase/text.h"

namespace vectors {
namespace {

// Neighbouring floats get neighbouring numbers, -0 and +0 the same.
int64_t ordinal(float v) {
  const auto bits = std::bit_cast<uint32_t>(v);
  const auto magnitude = static_cast<int64_t>(bits & 0x7fffffffu);
  return bits >> 31 ? -magnitude : magnitude;
}

}  // namespace

at::Tensor tensor_of(const float* values, const mase::Shape& shape) {
  at::Tensor t = at::empty(shape, at::kFloat);
  std::copy(values, values + t.numel(), t.mutable_data_ptr<float>());
  return t;
}

bool same(float a, float b, int ulps) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b)) return true;
  return ulps > 0 && std::signbit(a) == std::signbit(b) && std::abs(ordinal(a) - ordinal(b)) <= ulps;
}

void compare_values(Report& report, const Case& c, const at::Tensor& x, const at::Tensor& got, const float* expected,
                    int ulps, size_t first) {
  if (got.sizes() != x.sizes() || got.scalar_type() != at::kFloat) {
    report.refused(c, x.numel(), "the result has another shape or type than the input");
    return;
  }
  const at::Tensor y = got.contiguous();
  const float *in = x.const_data_ptr<float>(), *out = y.const_data_ptr<float>();
  for (int64_t i = 0; i < y.numel(); ++i) {
    if (same(out[i], expected[i], ulps))
      report.equal(c);
    else
      report.differ(c, std::to_string(first + static_cast<size_t>(i)), float_text(in[i]), float_text(expected[i]),
                    float_text(out[i]));
  }
}

void run_case(Report& report, const Case& c, int64_t values, const std::function<void()>& call) {
  try {
    call();
  } catch (const mase::Error& e) {
    report.refused(c, values, e.what());
  }
}

std::vector<int64_t> scale_codes(const mase::Codes& codes, const std::vector<int64_t>& expected, int64_t bias) {
  std::vector<int64_t> found;
  if (codes.exponents.defined()) {
    const at::Tensor e = codes.exponents.contiguous();
    found.assign(e.const_data_ptr<int64_t>(), e.const_data_ptr<int64_t>() + e.numel());
  } else if (codes.scale.defined()) {
    const at::Tensor s = codes.scale.contiguous();
    const double* values = s.const_data_ptr<double>();
    for (int64_t i = 0; i < s.numel(); ++i) found.push_back(std::ilogb(values[i]));
  }
  if (found.size() != expected.size())
    throw mase::Error(mase::format("encode gave {} block exponents, expected {}", found.size(), expected.size()));
  size_t plain = 0, biased = 0;
  for (size_t i = 0; i < found.size(); ++i) plain += found[i] + bias == expected[i], biased += found[i] == expected[i];
  if (plain > biased)
    for (int64_t& e : found) e += bias;
  return found;
}

}  // namespace vectors
