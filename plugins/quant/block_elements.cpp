// The correction that each rounding is.
#include "block_elements.h"

namespace mase::quant {

template <class T>
RoundingTable<T>::RoundingTable(Rounding rounding) {
  const auto both = [](T* place) { place[0] = place[1] = 1; };
  switch (rounding) {
    case Rounding::floor:
      both(down);
      return;
    case Rounding::ceil:
      both(up);
      return;
    case Rounding::toward_zero:
      up[0] = down[1] = 1;
      return;
    case Rounding::away_from_zero:
      down[0] = up[1] = 1;
      return;
    case Rounding::nearest_up:
      both(tie_up);
      return;
    case Rounding::nearest_down:
      both(tie_down);
      return;
    case Rounding::nearest_away:
      tie_down[0] = tie_up[1] = 1;
      return;
    case Rounding::nearest_toward_zero:
      tie_up[0] = tie_down[1] = 1;
      return;
    case Rounding::nearest_even:
    case Rounding::stochastic:
      return;
  }
}

template struct RoundingTable<float>;
template struct RoundingTable<double>;

}  // namespace mase::quant
