// quant.channel_integer: its fields.
#include "channel_integer.h"

#include <mase/text.h>

namespace mase::quant {

void ChannelInteger::Config::schema(Schema<Config>& s) { affine_fields(s); }

void ChannelInteger::Config::check(const Value& v) const {
  if (per == Per::tensor && scale.size() > 1)
    throw Error(format("per: tensor has one scale, found {}", scale.size()), v.loc, "write per: channel");
}

}  // namespace mase::quant
