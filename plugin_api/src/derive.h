// Derive: the one writer of what TensorMeta derives from formats.
#pragma once
#include "mase/component.h"
#include "mase/format.h"
#include "mase/graph.h"
#include "mase/op.h"

namespace mase {

struct Derive {
  static void set(TensorMeta& meta, std::string_view type, std::vector<int64_t> precision, std::optional<FixedPoint> point) {
    if (meta.type_ != type) meta.type_ = type;
    meta.precision_ = std::move(precision);
    meta.point_ = point;
  }
  static void set_float(TensorMeta& meta) { set(meta, "float", {32}, std::nullopt); }
  static void set_grid(TensorMeta& meta, const FixedPoint& point) { set(meta, "fixed", {point.width, point.frac_width}, point); }
  static void set_as(TensorMeta& meta, const TensorMeta& other) {
    meta.type_ = other.type_, meta.precision_ = other.precision_, meta.point_ = other.point_;
  }
};

}  // namespace mase
