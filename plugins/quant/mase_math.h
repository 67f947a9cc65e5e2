// Arithmetic as MASE's quantizers do it, for `rule: mase`.
#pragma once
#include <cmath>

namespace mase::quant {

// A correctly rounded logarithm of float32: the one of float64, rounded once.
inline float mase_log2(float x) { return static_cast<float>(std::log2(static_cast<double>(x))); }
inline double mase_log2(double x) { return std::log2(x); }

template <class T>
T mase_sign(T x) {
  return x > 0 ? T(1) : x < 0 ? T(-1) : T(0);
}

// MASE hands on what torch.isclose calls zero, with +0 for -0.
template <class T>
bool mase_passes(T x) {
  return std::fabs(x) <= T(1e-8);
}

template <class T>
T mase_clamp(T x, T low, T high) {
  return x < low ? low : x > high ? high : x;  // keeps -0
}

}  // namespace mase::quant
