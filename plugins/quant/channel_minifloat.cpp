// quant.channel_minifloat: its fields and its scales.
#include "channel_minifloat.h"

#include <mase/text.h>

#include "calibration_search.h"

namespace mase::quant {

void ChannelMinifloat::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of an element, sign included").range(2, 32).unit("bits");
  s.field("exponent_width", &Config::exponent_width, "bits of the exponent").range(1, 8).unit("bits");
  s.field("exponent_bias", &Config::exponent_bias,
          "what is taken off the exponent's code; null: 2^(exponent_width - 1) - 1")
      .range(kLeastBias, kGreatestBias);
  s.field("kind", &Config::kind,
          "special codes: finite none, fn NaN at all ones, fnuz NaN in place of -0, ieee infinity and NaN");
  s.field("greatest", &Config::greatest, "the greatest element; null: the greatest number of this kind");
  s.field("per", &Config::per, "what shares a scale: the tensor, or a channel");
  s.field("axis", &Config::axis, "axis of the channels; null: 0 for weights, 1 for inputs and results");
  s.field("scale", &Config::scale, "scales, one or one per channel; empty: from the values, each time anew")
      .range(1e-38, 1e38);
  rounding_fields(s);
  common_fields(s);
}

void ChannelMinifloat::Config::check(const Value& v) const {
  MinifloatIeee::Config elements;
  elements.width = width, elements.exponent_width = exponent_width, elements.kind = kind;
  elements.overflow = overflow;
  elements.check(v);
  check_scales(per, scale, v);
  if (!greatest) return;
  const FloatSpec all = spec();
  if (!(*greatest > 0) || !all.code(*greatest))
    throw Error(format("'greatest' is {}, no positive number of {} bits of exponent and {} of mantissa up to {}",
                       *greatest, exponent_width, all.mantissa_bits, all.max()),
                v.loc, "give one of them, or leave it out");
}

FloatGrid ChannelMinifloat::Config::grid() const {
  FloatGrid g(spec());
  if (greatest) g.max = *greatest;
  return g;
}

ChannelMinifloat::ChannelMinifloat(const Config& config)
    : BlockFormatOf("quant.channel_minifloat", config), config_(config), spec_(config.spec()), grid_(config.grid()) {}

int64_t ChannelMinifloat::bits(const Shape& shape) const {
  const int64_t scales =
      config_.scale.empty() ? block_count(geometry(shape, {})) : static_cast<int64_t>(config_.scale.size());
  return count_of(shape) * config_.width + scales * 32;
}

double ChannelMinifloat::scale_of(double magnitude) const {
  constexpr double kMost = 0x1.fffff0p127;  // less than float32's limit, which a rounded scale would exceed
  const double scale = std::min(magnitude, kMost) / static_cast<double>(grid_.greatest<float>());
  return std::max(scale, static_cast<double>(std::numeric_limits<float>::min()));
}

template <class T>
std::vector<T> ChannelMinifloat::scales(const BlockCall& call) const {
  const auto blocks = static_cast<size_t>(call.layout.blocks());
  check_scale_count(config_.scale.size(), blocks, call.context, name());
  std::vector<T> scales(blocks);
  std::vector<int64_t> places;
  for (size_t b = 0; b < blocks; ++b) {
    double scale = 0;
    if (config_.scale.empty()) {
      double most = 0;
      call.layout.places(static_cast<int64_t>(b), places);
      const T* x = call.x.const_data_ptr<T>();
      for (const int64_t i : places) most = std::max(most, std::fabs(static_cast<double>(x[i])));  // a NaN is left out
      scale = scale_of(most);
    } else {
      scale = config_.scale[config_.scale.size() == 1 ? 0 : b];
    }
    scales[b] = static_cast<T>(static_cast<float>(scale));
  }
  return scales;
}

template std::vector<float> ChannelMinifloat::scales(const BlockCall&) const;
template std::vector<double> ChannelMinifloat::scales(const BlockCall&) const;

double ChannelMinifloat::choose(const CalibrationData& data) const {
  const std::vector<float> magnitudes = finite_magnitudes(data.samples);
  const double most = magnitudes.empty() ? 0 : *std::max_element(magnitudes.begin(), magnitudes.end());
  const auto limit = [&](int grid) { return most * std::exp2(-grid / 8.0); };
  const auto quantize = [&](int grid, const at::Tensor& x) {
    Config config = config_;
    config.per = Per::tensor, config.rounding = Rounding::nearest_even, config.scale = {scale_of(limit(grid))};
    return ChannelMinifloat(config).quantize(x, {});
  };
  return scale_of(limit(std::max(choose_grid(data, {80, limit, quantize, 24}, name()), 0)));
}

Value ChannelMinifloat::calibrate(const CalibrationData& data) const {
  QuantizeContext context;
  context.channel_axis = data.channel_axis;
  List scales;
  for (const CalibrationData& channel : channels_of(data, geometry(shape_of(data.samples), context)))
    scales.emplace_back(choose(channel));
  return Map{{"scale", scales}};
}

}  // namespace mase::quant
