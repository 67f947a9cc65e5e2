// The kernels of floating-point elements, compiled once for all formats.
#include "float_kernel.h"

namespace mase::quant {

template <class T>
bool run_float(const FloatGrid& f, Rounding rounding, FloatOverflow overflow, const T* x, T* y, const Part& part) {
  const bool saturates = overflow == FloatOverflow::saturate || overflow == FloatOverflow::saturate_symmetric;
  if constexpr (sizeof(T) == 4) {
    // Draws are finer in double.
    if (rounding == Rounding::stochastic || !f.fits<T>()) {
      const Widened<FloatRounding<double>> wide{{f, rounding, overflow, f.greatest<float>()}};
      return rounding == Rounding::stochastic ? run_drawing(wide, x, y, part) : run(wide, x, y, part);
    }
  } else if (rounding == Rounding::stochastic) {
    return run_drawing(FloatRounding<T>(f, rounding, overflow, f.greatest<T>()), x, y, part);
  }
  if (rounding == Rounding::nearest_even && saturates && f.fits_nearest<T>())
    return run(FloatNearest<T>(f), x, y, part);
  return run(FloatRounding<T>(f, rounding, overflow, f.greatest<T>()), x, y, part);
}

template bool run_float<float>(const FloatGrid&, Rounding, FloatOverflow, const float*, float*, const Part&);
template bool run_float<double>(const FloatGrid&, Rounding, FloatOverflow, const double*, double*, const Part&);

}  // namespace mase::quant
