// QuantizeLinear and DequantizeLinear: a pair of them is a format, and integers that are dequantized are a constant
// with one.
#include "onnx_quantize.h"

#include <ATen/ops/mul.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

#include "mase/text.h"
#include "onnx_formats.h"

namespace models::onnx {

namespace {

// The scale and zero point of either node.
struct Pair {
  IntegerGrid grid;
  std::optional<FloatNumbers> floats;  // in the place of integers
  int type = 0;                        // of the codes
  std::string key;
};

bool is_integer(int type) {
  return (type >= kUint8 && type <= kInt32) || (type >= kUint4 && type <= kInt4) || type == kUint2 || type == kInt2;
}

void set_range(IntegerGrid& g, int type) {
  const std::map<int, int> widths{{kUint8, 8}, {kInt8, -8}, {kUint16, 16}, {kInt16, -16}, {kInt32, -32},
                                  {kUint4, 4}, {kInt4, -4}, {kUint2, 2},   {kInt2, -2}};
  const int width = widths.at(type), bits = std::abs(width);
  g.low = width < 0 ? -(int64_t{1} << (bits - 1)) : 0;
  g.high = g.low + (int64_t{1} << bits) - 1;
}

// The numbers of one of ONNX's small floating-point types.
std::optional<FloatNumbers> floats_of(int type) {
  using Kind = FloatNumbers::Kind;
  FloatNumbers f;
  const auto of = [&](int64_t exponent, int64_t mantissa, int64_t bias, Kind kind) {
    f.exponent = exponent, f.mantissa = mantissa, f.bias = bias, f.kind = kind;
    return f;
  };
  if (type == kFloat8e4m3fn) return of(4, 3, 7, Kind::fn);
  if (type == kFloat8e4m3fnuz) return of(4, 3, 8, Kind::fnuz);
  if (type == kFloat8e5m2) return of(5, 2, 15, Kind::ieee);
  if (type == kFloat8e5m2fnuz) return of(5, 2, 16, Kind::fnuz);
  return std::nullopt;
}

// One number, or one per index of the node's axis.
std::vector<double> numbers(const Node& n, int i, const char* what, int64_t rank, std::optional<int64_t>& axis) {
  const Wire wire = n.in(i);
  if (wire.usable() && wire.rank() > 1) throw Unsupported{mase::format("its {} has blocks", what)};
  std::vector<double> values = per_axis(wire, std::max<int64_t>(rank, 1), what).values;
  if (values.size() > 1) axis = n.axis(n.integer("axis", 1), rank);
  return values;
}

Pair described(const Node& n, int type) {
  if (n.integer("block_size", 0)) throw Unsupported{"it has blocks"};
  Pair p;
  const int64_t rank = n.value(0).wire.rank();
  p.grid.scale = numbers(n, 1, "scale", rank, p.grid.axis);
  if (n.in(1).dtype() != at::kFloat)
    throw Unsupported{mase::format("its scale is of {}, to which it rounds its values", type_name(n.value(1).type))};
  p.grid.zero_point = n.has(2) ? numbers(n, 2, "zero point", rank, p.grid.axis) : std::vector<double>{0};
  p.type = type;
  p.floats = floats_of(type);
  if (p.floats) {
    for (const double z : p.grid.zero_point)
      if (z != 0) throw Unsupported{mase::format("its zero point is {}", z)};
  } else {
    if (!is_integer(p.type)) throw Unsupported{mase::format("it quantizes to {}", type_name(p.type))};
    set_range(p.grid, p.type);
  }
  mase::List key{mase::Value(p.grid.scale), mase::Value(p.grid.zero_point), p.type};
  p.key = mase::Value(key).json();
  return p;
}

Quantized format_of(const Pair& p) {
  return p.floats ? float_format(*p.floats, {p.grid.scale, p.grid.axis}) : integer_format(p.grid);
}

// The type that a QuantizeLinear makes.
int result_type(const Node& n) {
  if (n.has(2) && n.value(2).type) return n.value(2).type;
  if (n.has(2)) {
    const at::ScalarType type = n.value(2).wire.dtype();
    return type == at::kChar ? kInt8 : type == at::kShort ? kInt16 : type == at::kInt ? kInt32 : kUint8;
  }
  const auto type = static_cast<int>(n.integer("output_dtype", 0));
  return type ? type : kUint8;
}

Values quantize(const Node& n) {
  const Pair p = described(n, result_type(n));
  if (p.floats && !n.integer("saturate", 1)) throw Unsupported{"it does not saturate"};
  Value result(n.in(0));
  result.codes = true;
  result.type = p.type;
  result.quantized = Quantized{{}, p.grid.axis, p.key, p.grid.low, p.grid.high};
  return {result};
}

// Dequantized numbers of a constant, computed as the standard says.
Wire dequantized(const Node& n, const Pair& p, const Wire& codes) {
  const auto spread = [&](const std::vector<double>& values, at::ScalarType type) {
    at::Tensor t = at::tensor(values, at::kDouble).to(type);
    if (values.size() == 1) return t.reshape({});
    std::vector<int64_t> shape(static_cast<size_t>(codes.rank()), 1);
    shape[static_cast<size_t>(*p.grid.axis)] = static_cast<int64_t>(values.size());
    return t.reshape(shape);
  };
  Wire wire = codes;
  n.build().make_room({codes}, static_cast<uint64_t>(codes.trace[0].numel()) * sizeof(float));
  if (p.floats) {
    wire.trace.fill(at::mul(codes.trace[0].to(at::kFloat), spread(p.grid.scale, at::kFloat)));
    n.build().hold(wire.trace[0]);
    return wire;
  }
  // The difference of two 32-bit integers takes one bit more.
  const at::ScalarType wide = codes.trace[0].itemsize() < sizeof(int32_t) ? at::kInt : at::kLong;
  const at::Tensor centred = at::sub(codes.trace[0].to(wide), spread(p.grid.zero_point, wide));
  wire.trace.fill(at::mul(centred.to(at::kFloat), spread(p.grid.scale, at::kFloat)));
  n.build().hold(wire.trace[0]);
  return wire;
}

Values dequantize(const Node& n) {
  const Value& x = n.value(0);
  if (!x.codes && !x.wire.known()) throw Unsupported{"its integers are computed, but not by a QuantizeLinear"};
  if (!x.codes && !x.type) throw Unsupported{"its integers are computed"};
  Pair p = described(n, x.type);
  if (x.codes) {
    if (x.quantized->key != p.key || x.quantized->axis != p.grid.axis)
      throw Unsupported{"its scale or zero point is not that of its QuantizeLinear"};
    p.grid.low = x.quantized->low, p.grid.high = x.quantized->high;
    Value value(x.wire);
    return {quantized(n, n.name(), value, format_of(p))};
  }
  if (x.quantized && !x.quantized->format) {  // a Clip has said which of the type's integers there are
    p.grid.low = std::max(p.grid.low, x.quantized->low), p.grid.high = std::min(p.grid.high, x.quantized->high);
  }
  Value value(dequantized(n, p, x.wire));
  if (!p.floats) fit_range(p.grid, x.wire.trace[0]);
  try {
    return {quantized(n, n.name(), value, format_of(p))};
  } catch (const Unsupported&) {
    // A bias of more bits than a scaled integer has here: its numbers are exact without a format.
    if (p.type != kInt32) throw;
    return {value};
  }
}

}  // namespace

void fit_range(IntegerGrid& g, const at::Tensor& codes) {
  if (codes.numel() == 0 || g.high < int64_t{1} << kScaledBits) return;
  const auto low = codes.min().item<int64_t>(), high = codes.max().item<int64_t>();
  int64_t half = 2;
  while (low < -half || high > half - 1) half *= 2;
  g.low = -half, g.high = half - 1;
}

void add_quantize_pairs(Table& t) {
  t["QuantizeLinear"] = t["com.microsoft::QuantizeLinear"] = quantize;
  t["DequantizeLinear"] = t["com.microsoft::DequantizeLinear"] = dequantize;
}

}  // namespace models::onnx
