// quant.mxint_hardware: its fields, its kernel, and MASE's formula.
#include "mxint_hardware.h"

#include "mase_math.h"

namespace mase::quant {

void MxintHardware::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of an element").range(2, 23).unit("bits");
  s.field("exponent_width", &Config::exponent_width, "bits of the shared exponent").range(1, 10).unit("bits");
  s.field("parallelism", &Config::block_size,
          "the tile that shares an exponent: sizes of the last axes ([4, 4]), or {axis: -1, size: 16}");
  s.field("rounding", &Config::rounding, "which neighbour a value between two numbers becomes");
  s.field("overflow", &Config::overflow, "saturate: full two's complement; saturate_symmetric: without its least code");
  rule_field(s);
  common_fields(s);
}

void MxintHardware::Config::check(const Value& v) const {
  if (overflow != Overflow::saturate && overflow != Overflow::saturate_symmetric)
    throw Error("quant.mxint_hardware saturates: overflow is saturate or saturate_symmetric", v.loc);
  if (rule == Rule::mase && (rounding != Rounding::floor || overflow != Overflow::saturate))
    throw Error("rule: mase rounds mxint_hardware with floor and saturates, nothing else", v.loc,
                "leave out rule, or rounding and overflow");
}

template <class T>
BlockInteger<T> MxintHardware::kernel() const {
  using L = std::numeric_limits<T>;
  const int fraction = config_.width - 1, half = 1 << (config_.exponent_width - 1);
  const bool symmetric = config_.overflow == Overflow::saturate_symmetric;
  BlockInteger<T> f;
  f.frac_width = fraction;
  f.high = std::ldexp(T(1), fraction) - 1, f.low = symmetric ? -f.high : -f.high - 1;
  f.last_exponent = L::max_exponent, f.last_low = -f.high;
  f.rounding = RoundingTable<T>(config_.rounding);
  f.exponent.offset = -1;
  f.exponent.low = std::max(-half, L::min_exponent - L::digits + fraction);  // steps are no finer than T's
  f.exponent.high = std::min(half - 1, L::max_exponent);
  return f;
}

BlockGeometry MxintHardware::geometry(const Shape& shape, const QuantizeContext&) const {
  BlockShape tile = config_.block_size;
  if (tile.size == 0 && tile.sizes.size() < shape.size())
    tile.sizes.insert(tile.sizes.begin(), shape.size() - tile.sizes.size(), 1);  // not named: one row
  return block_geometry(tile, false, shape);
}

double MxintHardware::value(int64_t code, int64_t exponent, double) const {
  const int fraction = config_.rule == Rule::mase ? 0 : config_.width - 1;
  return std::ldexp(static_cast<double>(code), static_cast<int>(exponent) - fraction);
}

template <class T>
void MxintHardware::mase(MaseBlock<T>& b) const {
  const T half = std::ldexp(T(1), config_.exponent_width - 1), high = std::ldexp(T(1), config_.width - 1);
  const T exponent = mase_clamp(std::ceil(mase_log2(b.max)) - half, -half, half - 1);
  b.exponent = static_cast<int64_t>(exponent);
  for (int64_t i = 0; i < b.count; ++i) {
    const T n = mase_clamp(std::floor(std::ldexp(b.x[i], -static_cast<int>(exponent))), -high, high - 1);
    b.y[i] = std::ldexp(n, static_cast<int>(exponent));
    if (b.codes) b.codes[i] = static_cast<int64_t>(n);
  }
}

template void MxintHardware::mase(MaseBlock<float>&) const;
template void MxintHardware::mase(MaseBlock<double>&) const;

}  // namespace mase::quant
