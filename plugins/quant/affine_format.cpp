// Scales and zero points: from the recipe, from the values, from calibration.
#include "affine_format.h"

#include <ATen/ops/index_select.h>
#include <mase/text.h>

#include "calibration_search.h"

namespace mase {

const std::vector<std::string>& EnumNames<quant::Per>::names() {
  static const std::vector<std::string> names = {"tensor", "channel"};
  return names;
}

namespace quant {
namespace {

// A stretch of one block in memory, and the extremes of its numbers; a NaN is left out.
template <class T>
struct Stretch {
  const T* x;
  int64_t count, block;
  T low = 0, high = 0;

  // By bits: of two positive numbers the greater one has the greater bits, of two negative ones the lesser one.
  MASE_INLINE void widen() {
    using Signed = BitsOf<T>;
    using Unsigned = std::make_unsigned_t<Signed>;
    constexpr auto kSign = static_cast<Unsigned>(~kMagnitudeMask<T>),
                   kInfinity = static_cast<Unsigned>(kExponentMask<T>);
    const T* __restrict from = x;
    Signed most = 0;
    Unsigned least = kSign;  // -0
    for (int64_t i = 0; i < count; ++i) {
      const Signed bits = bits_of(from[i]);
      const auto magnitude = static_cast<Unsigned>(bits);
      most = select(bits > most, bits, most), least = select(magnitude > least, magnitude, least);
    }
    if (static_cast<Unsigned>(most) <= kInfinity && least - kSign <= kInfinity) {
      low = from_bits<T>(static_cast<Signed>(least)), high = from_bits<T>(most);
    } else {
      for (int64_t i = 0; i < count; ++i) low = std::min(low, from[i]), high = std::max(high, from[i]);
    }
  }
};

// The extremes of each block.
template <class T>
void widen(const BlockLayout& l, const T* x, std::vector<double>& low, std::vector<double>& high) {
  constexpr int64_t kLongest = 16384;
  std::vector<int64_t> rows;
  std::vector<Stretch<T>> all;
  all.reserve(static_cast<size_t>(l.blocks()));
  const auto [size, width] = l.last();
  int64_t elements = 0;
  for (int64_t band = 0, block = 0; band < l.bands(); ++band) {
    l.rows(band, rows);
    for (int64_t first = 0; first < size; first += width, ++block) {
      const int64_t end = std::min(first + width, size);
      for (const int64_t row : rows)
        for (int64_t at = first; at < end; at += kLongest)
          all.push_back({x + row + at, std::min(kLongest, end - at), block}), elements += all.back().count;
    }
  }
  const auto count = static_cast<int64_t>(all.size());
  const Isa isa = best_isa();
  if (count > 0)
    share_out(elements, [&](int64_t first, int64_t end) {
      // Of all stretches the same part as of all elements.
      Stretch<T>*from = all.data() + first * count / elements, *to = all.data() + end * count / elements;
      run_on(isa, [from, to]() MASE_FORCE_INLINE {
        for (Stretch<T>* s = from; s < to; ++s) s->widen();
      });
      return false;
    });
  for (const Stretch<T>& s : all) {
    const auto b = static_cast<size_t>(s.block);
    low[b] = std::min(low[b], static_cast<double>(s.low)), high[b] = std::max(high[b], static_cast<double>(s.high));
  }
}

}  // namespace

void check_affine(const AffineFields& fields, const Value& v) {
  if (fields.width == 1 && fields.is_signed)
    throw Error("signed integers of one bit would be -1 and 0", v.loc,
                "use quant.bipolar for -scale and +scale, or is_signed: false for 0 and scale");
  if (fields.width == 1 && fields.narrow_range)
    throw Error("narrow_range leaves one bit a single code", v.loc, "give width: 2, or narrow_range: false");
  check_scales(fields.per, fields.scale, v);
}

void check_scales(Per per, const std::vector<double>& scale, const Value& v) {
  if (per == Per::tensor && scale.size() > 1)
    throw Error(format("per: tensor has one scale, found {}", scale.size()), v.loc, "write per: channel");
}

void check_scale_count(size_t scales, size_t blocks, const QuantizeContext& context, std::string_view name) {
  if (scales > 1 && scales != blocks)
    throw Error(format("{} has {} scales, but {} has {} channels", name, scales, name_of(context), blocks), {},
                "give one scale, or one per channel; per: channel says what a channel is");
}

BlockGeometry channel_geometry(Per per, std::optional<int64_t> given, const Shape& shape,
                               const QuantizeContext& context, std::string_view name) {
  BlockGeometry g{shape, shape};
  for (int64_t& size : g.block) size = std::max<int64_t>(size, 1);
  const auto rank = static_cast<int64_t>(shape.size());
  if (per == Per::tensor || rank == 0) return g;
  const int64_t named =
      given.value_or(context.channel_axis >= 0 && context.channel_axis < rank ? context.channel_axis : 0);
  const int64_t axis = named < 0 ? named + rank : named;
  if (axis < 0 || axis >= rank)
    throw Error(format("{}: channels on axis {}, but {} has {} axes", name, named, name_of(context), rank), {},
                "count from the end with negative numbers: -1 is the last axis");
  g.block[static_cast<size_t>(axis)] = 1;
  return g;
}

int64_t AffineFormat::bits(const Shape& shape) const {
  const int64_t scales =
      fields_.scale.empty() ? block_count(geometry(shape, {})) : static_cast<int64_t>(fields_.scale.size());
  return count_of(shape) * widths().element + scales * widths().shared;
}

AffineFormat::Grid AffineFormat::grid_of(double low, double high) const {
  constexpr double kLeast = std::numeric_limits<float>::min(),
                   kMost = 0x1.fffff0p127;  // less than float32's limit, which a rounded scale would exceed
  low = std::clamp(low, -kMost, 0.0), high = std::clamp(high, 0.0, kMost);  // zero is always a number of the grid
  if (symmetric_) {
    const double magnitude = fields_.is_signed ? std::max(-low, high) : high;
    return {std::max(magnitude / static_cast<double>(greatest()), kLeast), 0};
  }
  const double scale = std::max((high - low) / static_cast<double>(greatest() - least()), kLeast);
  const auto zero = static_cast<int64_t>(std::nearbyint(static_cast<double>(least()) - low / scale));
  return {scale, std::clamp(zero, least(), greatest())};
}

template <class T>
AffineFormat::Table<T> AffineFormat::table(const BlockCall& call) const {
  const auto blocks = static_cast<size_t>(call.layout.blocks());
  check_scale_count(fields_.scale.size(), blocks, call.context, name());
  std::vector<double> low(blocks), high(blocks);
  if (fields_.scale.empty()) widen(call.layout, call.x.const_data_ptr<T>(), low, high);
  Table<T> table{std::vector<T>(4 * blocks), std::vector<int64_t>(blocks)};
  for (size_t b = 0; b < blocks; ++b) {
    Grid grid = grid_of(low[b], high[b]);
    if (!fields_.scale.empty()) {
      const size_t i = fields_.scale.size() == 1 ? 0 : b;
      grid = {fields_.scale[i], zero_point_.empty() ? 0 : zero_point_[zero_point_.size() == 1 ? 0 : i]};
    }
    const auto scale = static_cast<float>(grid.scale);
    // Integers whose values leave float32's range are none of the grid; none of 22 bits does where the scale is small.
    const auto most = scale < 0x1p100f
                          ? std::numeric_limits<T>::max()
                          : static_cast<T>(std::floor(double(std::numeric_limits<float>::max()) / double(scale)));
    table.numbers[b] = static_cast<T>(scale);
    table.numbers[blocks + b] = std::max(static_cast<T>(least() - grid.zero_point), -most);
    table.numbers[2 * blocks + b] = std::min(static_cast<T>(greatest() - grid.zero_point), most);
    table.numbers[3 * blocks + b] = static_cast<T>(grid.zero_point);
    table.zero_point[b] = grid.zero_point;
  }
  return table;
}

// One scale for all numbers: they may as well be rows of their own, which threads share.
at::Tensor AffineFormat::quantize(const at::Tensor& x, const QuantizeContext& context) const {
  constexpr int64_t kWorthIt = 65536, kRow = 4096;
  const bool floating = x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble;
  if (fields_.per == Per::channel || fields_.scale.size() > 1 || !floating || x.numel() < kWorthIt ||
      x.numel() % kRow != 0)
    return BlockFormatOf::quantize(x, context);
  const at::Tensor in = x.contiguous();
  AffineFields fields = fields_;
  std::vector<int64_t> zero_point = zero_point_;
  if (fields.scale.empty()) {
    const Grid grid = x.scalar_type() == at::kFloat ? grid_of_all(in.const_data_ptr<float>(), in.numel())
                                                    : grid_of_all(in.const_data_ptr<double>(), in.numel());
    fields.scale = {grid.scale}, zero_point = {grid.zero_point};
  }
  fields.per = Per::channel, fields.axis = 0;
  const AffineFormat rows(name(), fields, symmetric_, zero_point);
  return rows.quantize(in.view({-1, kRow}), context).view(x.sizes());
}

template <class T>
AffineFormat::Grid AffineFormat::grid_of_all(const T* x, int64_t count) const {
  const BlockLayout layout({{count}, {count}});
  std::vector<double> low(1), high(1);
  widen(layout, x, low, high);
  return grid_of(low[0], high[0]);
}

template AffineFormat::Table<float> AffineFormat::table(const BlockCall&) const;
template AffineFormat::Table<double> AffineFormat::table(const BlockCall&) const;

AffineFormat::Grid AffineFormat::choose(const CalibrationData& data) const {
  const at::Tensor samples = data.samples.contiguous();
  const float* x = samples.const_data_ptr<float>();
  double low = 0, high = 0;
  for (int64_t i = 0; i < samples.numel(); ++i)
    if (std::isfinite(x[i])) low = std::min<double>(low, x[i]), high = std::max<double>(high, x[i]);
  const auto shrunk = [&](int grid) { return grid_of(low * std::exp2(-grid / 8.0), high * std::exp2(-grid / 8.0)); };
  const auto limit = [&](int grid) { return std::max(-low, high) * std::exp2(-grid / 8.0); };
  const auto quantize = [&](int grid, const at::Tensor& values) {
    AffineFields fields = fields_;
    const Grid chosen = shrunk(grid);
    fields.per = Per::tensor, fields.rounding = Rounding::nearest_even, fields.scale = {chosen.scale};
    return AffineFormat(name(), fields, symmetric_, {chosen.zero_point}).quantize(values, {});
  };
  return shrunk(std::max(choose_grid(data, {80, limit, quantize, 24}, name()), 0));
}

Value AffineFormat::calibrate(const CalibrationData& data) const {
  std::vector<Grid> grids;  // one, or one per channel: data say whether there are channels, and on which axis
  QuantizeContext context;
  context.channel_axis = data.channel_axis;
  for (const CalibrationData& channel : channels_of(data, geometry(shape_of(data.samples), context)))
    grids.push_back(choose(channel));
  List scales, zeros;
  for (const Grid& grid : grids) scales.emplace_back(grid.scale), zeros.emplace_back(grid.zero_point);
  Map fields{{"scale", scales}};
  if (!symmetric_) fields.set("zero_point", zeros);
  return fields;
}

}  // namespace quant
}  // namespace mase
