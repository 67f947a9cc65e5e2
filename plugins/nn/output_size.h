// Sizes that adaptive pools give their results: a number for all axes, or one for each, where null keeps the input's.
#pragma once
#include <array>

#include "nn.h"

namespace mase::nn {

template <size_t N>
struct OutputSize {
  std::array<std::optional<int64_t>, N> sizes{};

  // For an input whose last axes are those that are pooled.
  Shape for_input(const Shape& input) const {
    Shape fitted(input.end() - static_cast<int64_t>(N), input.end());
    for (size_t i = 0; i < N; ++i) fitted[i] = sizes[i].value_or(fitted[i]);
    return fitted;
  }
  // Elements of a window when all have the same number of them, otherwise 0.
  int64_t window(const Shape& input) const {
    const Shape fitted = for_input(input);
    int64_t count = 1;
    for (size_t i = 0; i < N; ++i) {
      const int64_t size = input[input.size() - N + i];
      if (fitted[i] == 0 || size % fitted[i] != 0) return 0;
      count *= size / fitted[i];
    }
    return count;
  }
};

}  // namespace mase::nn

namespace mase {

template <size_t N>
struct Codec<nn::OutputSize<N>> {
  static TypeInfo type() { return {}; }  // an integer, or a list of N integers or nulls
  static bool read(nn::OutputSize<N>& out, const Value& v, Problems& p) {
    bool good = v.is_int() || (v.is_list() && v.as_list().size() == N);
    for (size_t i = 0; good && i < N; ++i) {
      const Value& size = v.is_int() ? v : v.as_list()[i];
      good = size.is_int() || size.is_null();
      out.sizes[i] = size.is_int() ? std::optional(size.as_int()) : std::nullopt;
    }
    if (!good)
      p.emplace_back("found " + v.brief() + ", expected an integer or " +
                         (N == 2 ? "[height, width]" : "[depth, height, width]") + ", null for a size that stays",
                     v.loc);
    return good;
  }
  static Value write(const nn::OutputSize<N>& v) {
    List list;
    for (const auto& size : v.sizes) list.push_back(size ? Value(*size) : Value());
    return list;
  }
};

}  // namespace mase
