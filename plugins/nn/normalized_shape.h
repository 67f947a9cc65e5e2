// The last axes over which nn.layer_norm and nn.rms_norm normalise.
#pragma once
#include "nn.h"

namespace mase::nn {

// The sizes of these axes; a recipe may give one number. Empty: the last axis, whatever its size.
struct NormalizedShape {
  Shape sizes;
};

// The configured axes, or the input's last one; an Error when the input does not end with them.
inline Shape normalized_axes(const NormalizedShape& configured, const Shape& input) {
  expect_rank(input, 2, 64, "[batch, ..., features]");
  if (configured.sizes.empty()) return {input.back()};
  const Shape& wanted = configured.sizes;
  const bool fits = wanted.size() < input.size() &&
                    std::equal(wanted.begin(), wanted.end(), input.end() - static_cast<int64_t>(wanted.size()));
  if (fits) return wanted;
  throw Error("normalized_shape is " + Value(wanted).json() + ", but the input's shape is " + Value(input).json(), {},
              "it names the input's last axes; leave it out for the last one");
}

}  // namespace mase::nn

namespace mase {

template <>
struct Codec<nn::NormalizedShape> {
  static TypeInfo type() { return {}; }  // an integer, or a list of integers
  static bool read(nn::NormalizedShape& out, const Value& v, Problems& p) {
    bool good = v.is_int() || v.is_list();
    if (v.is_list())
      for (const Value& size : v.as_list()) good = good && size.is_int();
    if (!good) {
      p.emplace_back("found " + v.brief() + ", expected an integer or a list of integers", v.loc);
      return false;
    }
    out.sizes.clear();
    if (v.is_int()) out.sizes = {v.as_int()};
    if (v.is_list())
      for (const Value& size : v.as_list()) out.sizes.push_back(size.as_int());
    return true;
  }
  static Value write(const nn::NormalizedShape& v) { return Codec<Shape>::write(v.sizes); }
};

}  // namespace mase
