// quant.asymmetric_integer: its fields.
#include "asymmetric_integer.h"

#include <mase/text.h>

namespace mase::quant {

void AsymmetricInteger::Config::schema(Schema<Config>& s) {
  affine_fields(s);
  s.field("zero_point", &Config::zero_point, "codes of zero, as many as scales; empty: 0, or from the values");
  s.field("zero_point_first", &Config::zero_point_first,
          "round x / s + zero point, as QONNX does, in which ties to even are even codes; false: round x / s");
}

void AsymmetricInteger::Config::check(const Value& v) const {
  check_affine(*this, v);
  if (!zero_point.empty() && zero_point.size() != scale.size())
    throw Error(format("{} zero points beside {} scales", zero_point.size(), scale.size()), v.loc,
                "give one zero point for each scale");
  if (zero_point_first && zero_point.empty())
    throw Error("zero_point_first rounds around a zero point that is given", v.loc, "give scale and zero_point");
  for (const int64_t z : zero_point)
    if (z < least() || z > greatest())
      throw Error(format("the zero point {} is no code: they go from {} to {}", z, least(), greatest()), v.loc);
}

}  // namespace mase::quant
