// Integers with a scale and a zero point, per tensor or per channel: what asymmetric_integer and channel_integer share.
#pragma once
#include "block_format.h"

namespace mase {

namespace quant {
enum class Per { tensor, channel };
}  // namespace quant

template <>
struct EnumNames<quant::Per> {
  static const std::vector<std::string>& names();
};

namespace quant {

struct AffineFields : BlockFields {
  int width = 8;
  bool is_signed = true;
  bool narrow_range = false;
  bool zero_point_first = false;  // a field of formats with zero points
  Per per = Per::tensor;
  std::optional<int64_t> axis;
  std::vector<double> scale;

  // The outermost codes, as QONNX's min_int and max_int have them.
  int64_t least() const { return is_signed ? -(int64_t{1} << (width - 1)) + narrow_range : 0; }
  int64_t greatest() const { return (int64_t{1} << (width - is_signed)) - 1 - (narrow_range && !is_signed); }
};
template <class C>
void affine_fields(Schema<C>& s) {
  s.field("width", &C::width, "bits of an element").range(1, 22).unit("bits");
  s.field("is_signed", &C::is_signed, "two's complement; false: codes from 0 upwards");
  s.field("narrow_range", &C::narrow_range,
          "one code fewer: without the most negative one, or the greatest of unsigned ones");
  s.field("per", &C::per, "what shares a scale: the tensor, or a channel");
  s.field("axis", &C::axis, "axis of the channels; null: 0 for weights, 1 for inputs and results");
  s.field("scale", &C::scale, "scales, one or one per channel; empty: from the values, each time anew")
      .range(1e-38, 1e38);
  s.field("rounding", &C::rounding, "which neighbour a value between two numbers becomes");
  common_fields(s);
}
// The blocks of a tensor whose scales stand for it, or for each index of an axis.
BlockGeometry channel_geometry(Per per, std::optional<int64_t> axis, const Shape& shape, const QuantizeContext& context,
                               std::string_view format);
void check_scales(Per per, const std::vector<double>& scale, const Value& v);
// An Error where `scales` scales are given (0: none) for `blocks` blocks.
void check_scale_count(size_t scales, size_t blocks, const QuantizeContext& context, std::string_view format);
// What no combination of these fields may be, whatever the format.
void check_affine(const AffineFields& fields, const Value& v);

class AffineFormat : public BlockFormatOf<AffineFormat> {
 public:
  std::vector<int64_t> precision() const override { return {fields_.width}; }
  Value calibrate(const CalibrationData& data) const override;
  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context) const override;
  int64_t bits(const Shape& shape) const override;

  template <class T, class Use>
  void with_kernel(const BlockCall& call, Use use) const {
    const Table<T> table = this->table<T>(call);
    const auto with = [&](auto f) {
      for (size_t k = 0; k < f.kParams; ++k) f.table[k] = table.numbers.data() + k * table.zero_point.size();
      f.zero_point = table.zero_point.data();
      f.rounding = RoundingTable<T>(fields_.rounding);
      use(f);
    };
    if (fields_.zero_point_first)
      with(ShiftedInteger<T>());
    else
      with(ScaledInteger<T>());
  }
  template <class F, class Bits>
  int64_t shared(const F& f, Bits, int64_t block) const {
    return f.zero_point[block];
  }
  int64_t code(double n, int64_t zero_point) const { return static_cast<int64_t>(n) + zero_point; }
  static constexpr Scales kScales = Scales::block;
  static constexpr bool kMaseFolds = false;

 protected:
  AffineFormat(const char* name, const AffineFields& fields, bool symmetric, std::vector<int64_t> zero_point)
      : BlockFormatOf(name, fields), fields_(fields), symmetric_(symmetric), zero_point_(std::move(zero_point)) {}

  Widths widths() const override { return {fields_.width, 32 + (symmetric_ ? 0 : fields_.width), 0}; }
  double value(int64_t code, int64_t zero_point, double scale) const override {
    return static_cast<double>(code - zero_point) * scale;
  }
  BlockGeometry geometry(const Shape& shape, const QuantizeContext& context) const override {
    return channel_geometry(fields_.per, fields_.axis, shape, context, name());
  }

 private:
  struct Grid {
    double scale;
    int64_t zero_point;
  };
  int64_t least() const { return fields_.least(); }
  int64_t greatest() const { return fields_.greatest(); }
  // The grid that holds all values from low to high.
  Grid grid_of(double low, double high) const;
  template <class T>
  Grid grid_of_all(const T* x, int64_t count) const;
  // Of all blocks: scales, least and greatest integers, zero points as numbers, one after the other; and zero points.
  template <class T>
  struct Table {
    std::vector<T> numbers;
    std::vector<int64_t> zero_point;
  };
  template <class T>
  Table<T> table(const BlockCall& call) const;
  // The grid that data.method chooses for the samples.
  Grid choose(const CalibrationData& data) const;

  AffineFields fields_;
  bool symmetric_;
  std::vector<int64_t> zero_point_;
};

}  // namespace quant
}  // namespace mase
