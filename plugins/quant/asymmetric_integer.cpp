// quant.asymmetric_integer: its fields.
#include "asymmetric_integer.h"

#include <mase/text.h>

namespace mase::quant {

void AsymmetricInteger::Config::schema(Schema<Config>& s) {
  affine_fields(s);
  s.field("zero_point", &Config::zero_point, "codes of zero, as many as scales; empty: 0, or from the values");
}

void AsymmetricInteger::Config::check(const Value& v) const {
  if (!zero_point.empty() && zero_point.size() != scale.size())
    throw Error(format("{} zero points beside {} scales", zero_point.size(), scale.size()), v.loc,
                "give one zero point for each scale");
  const int64_t least = is_signed ? -(int64_t{1} << (width - 1)) : 0, most = least + (int64_t{1} << width) - 1;
  for (const int64_t z : zero_point)
    if (z < least || z > most)
      throw Error(format("the zero point {} is no code: they go from {} to {}", z, least, most), v.loc);
  if (per == Per::tensor && scale.size() > 1)
    throw Error(format("per: tensor has one scale, found {}", scale.size()), v.loc, "write per: channel");
}

}  // namespace mase::quant
