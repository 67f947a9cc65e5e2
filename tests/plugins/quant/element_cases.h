// What tests of element formats share: properties that hold for each of them, and the golden vectors.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "mase/format.h"

namespace test {

std::string vectors(const std::string& name);  // a file of golden vectors; "" after a SKIP line when absent
std::shared_ptr<mase::Format> make_format(const std::string& name, mase::Map with = {});
// quantize() of a row of float32.
std::vector<double> quantized(const mase::Format& f, const std::vector<float>& x, const mase::QuantizeContext& = {});
std::vector<double> numbers(const at::Tensor& t);
at::Tensor tensor_of(const std::vector<float>& x, const mase::Shape& shape = {});  // a row unless told
// Numbers of all magnitudes, signs and kinds, their neighbours, and a thousand random ones; no NaN.
std::vector<float> edge_values();

// Each returns what was wrong, or "".
//
// decode(encode(x)) is quantize(x) in float32 and float64, quantize is idempotent and monotone, any layout and rank
// gives the same, an empty tensor stays empty; an integer tensor and a NaN are refused, a NaN stays under nan:
// propagate.
std::string broken_property(const std::string& name, const mase::Map& with, bool monotone = true);
// Every code below 2^bits that decodes to a number encodes back, and is a fixed point of quantize. `unused`: codes that
// may come back as another one of the same value.
std::string broken_code(const std::string& name, const mase::Map& with, int bits, int unused = 0);
// All rows of one format in mase_<file>.npy with `rule: mase`, to the bit. A SKIP line and "" without the vectors.
std::string broken_mase_row(const std::string& file, const std::string& format, const std::string& name,
                            int expected_cases, int ulps = 0);
// All codes and roundings of an oracle's table.
std::string broken_oracle(const std::string& oracle, const std::string& name, const mase::Map& with);
// Stochastic rounding of `x` between two neighbours has the mean x, and encode draws as quantize does.
std::string broken_draws(const std::string& name, const mase::Map& with, float x);
// Forward and backward before `quantize_from_epoch` leave everything alone, and clip_gradient stops what lies beyond
// `limit`.
std::string broken_gradient(const std::string& name, const mase::Map& with, float limit);

}  // namespace test
