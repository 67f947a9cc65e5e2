// Which of our formats a quantizer in an ONNX file is.
#pragma once
#include <cmath>
#include <optional>
#include <string>

#include "mase/graph.h"
#include "onnx_reader.h"

namespace models::onnx {

// code = clamp(round(x / scale + zero_point)), x = (code - zero_point) * scale
struct IntegerGrid {
  std::vector<double> scale, zero_point;  // one, or one per index of `axis`
  std::optional<int64_t> axis;
  int64_t low = 0, high = 0;  // the outermost codes
  std::string rounding = "nearest_even";
  bool zero_point_first = false;  // rounded after the zero point is added
};

constexpr int kScaledBits = 22;  // of an integer with any scale: its products with float32 scales are exact

// The narrowest signed integers that hold all of a constant's: those of a bias are stored with 32 bits.
void fit_range(IntegerGrid& grid, const at::Tensor& codes);

// Unsupported where a scale is none that our formats have.
void check_scales(const std::vector<double>& scales);

// Unsupported where no format of ours gives the same values.
Quantized integer_format(const IntegerGrid& grid);

// Our name for one of QONNX's rounding modes.
std::string rounding_of(const std::string& mode);

// A constant's elements, and along which axis of an input with `rank` axes they stand.
struct PerAxis {
  std::vector<double> values;
  std::optional<int64_t> axis;
};
PerAxis per_axis(const Wire& wire, int64_t rank, const char* what);

// element = round(x / scale), x = element * scale, where elements have so many bits.
struct FloatNumbers {
  enum class Kind { finite, fn, fnuz, ieee };
  int64_t exponent = 0, mantissa = 0, bias = 0;
  double greatest = HUGE_VAL;  // element, where it is less than what the bits allow
  bool saturates = true, has_inf = false, has_nan = false;
  std::optional<Kind> kind;  // of codes that stand for no number; none: as the fields above tell
  std::string rounding = "nearest_even";
};
Quantized float_format(const FloatNumbers& numbers, const PerAxis& scale);

// Moves the formats of quantizers to the results and arguments that they stand for.
void tidy_formats(mase::Graph& graph, mase::Components& components);

}  // namespace models::onnx
