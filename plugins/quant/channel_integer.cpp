// quant.channel_integer: its fields.
#include "channel_integer.h"

namespace mase::quant {

void ChannelInteger::Config::schema(Schema<Config>& s) { affine_fields(s); }

void ChannelInteger::Config::check(const Value& v) const { check_affine(*this, v); }

}  // namespace mase::quant
