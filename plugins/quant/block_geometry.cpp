// Block shapes from the recipe, and their layout in memory.
#include "block_geometry.h"

#include <mase/text.h>

#include <algorithm>

namespace mase {

bool Codec<quant::BlockShape>::read(quant::BlockShape& out, const Value& v, Problems& p) {
  const size_t before = p.size();
  quant::BlockShape block{-1, 0, {}};
  if (v.is_list()) {
    Codec<std::vector<int64_t>>::read(block.sizes, v, p);
    if (v.as_list().empty())
      p.emplace_back("found an empty list, expected the sizes of a block", v.loc, "write [16] or [1, 16]");
    for (size_t i = 0; i < block.sizes.size() && p.size() == before; ++i)
      if (block.sizes[i] < 1 && block.sizes[i] != -1)
        p.emplace_back(format("found a block with a size of {}, expected at least 1", block.sizes[i]),
                       v.as_list()[i].loc, "-1 means the whole extent of an axis");
  } else if (v.is_map()) {
    for (const Entry& e : v.as_map()) {
      if (e.key == "axis")
        Codec<int64_t>::read(block.axis, e.value, p);
      else if (e.key == "size")
        Codec<int64_t>::read(block.size, e.value, p);
      else
        p.emplace_back(format("found a block with '{}', expected axis and size", e.key), e.key_loc);
    }
    if (p.size() == before && block.size < 1)
      p.emplace_back(v.as_map().find("size")
                         ? format("found a block with a size of {}, expected at least 1", block.size)
                         : "found a block without its size",
                     v.loc, "write {axis: -1, size: 32}");
  } else if (v.is_int()) {
    block.size = v.as_int();
    if (block.size < 1)
      p.emplace_back(format("found {}, expected a size of at least 1", block.size), v.loc,
                     "16 means 16 elements of the last axis");
  } else {
    p.emplace_back(format("found {}, expected a block shape", v.brief()), v.loc,
                   "write 32, {axis: -1, size: 32}, or a list of sizes such as [1, 16]");
  }
  if (p.size() == before) out = std::move(block);
  return p.size() == before;
}

Value Codec<quant::BlockShape>::write(const quant::BlockShape& b) {
  if (b.size == 0) return b.sizes;
  return Map{{"axis", b.axis}, {"size", b.size}};
}

namespace quant {

BlockGeometry block_geometry(const BlockShape& block, bool skip_first_dim, const Shape& shape) {
  const auto rank = static_cast<int64_t>(shape.size());
  BlockGeometry g{shape, Shape(shape.size(), 1)};
  if (rank == 0) return g;
  const auto whole = [&](int64_t axis) { return std::max<int64_t>(shape[static_cast<size_t>(axis)], 1); };
  if (block.size > 0) {
    const int64_t axis = block.axis < 0 ? block.axis + rank : block.axis;
    if (axis < 0 || axis >= rank)
      throw Error(format("blocks along axis {}, but the tensor has {} axes", block.axis, rank), {},
                  "count from the end with negative numbers: -1 is the last axis");
    g.block[static_cast<size_t>(axis)] = std::min(block.size, whole(axis));
    return g;
  }
  const int64_t skipped = skip_first_dim && rank > 1 ? 1 : 0;
  const auto named = static_cast<int64_t>(block.sizes.size());
  for (int64_t axis = skipped; axis < rank; ++axis) {
    const int64_t i = named - (rank - axis);
    const int64_t size = i < 0 ? -1 : block.sizes[static_cast<size_t>(i)];
    g.block[static_cast<size_t>(axis)] = size < 0 ? whole(axis) : std::min(size, whole(axis));
  }
  return g;
}

Shape block_counts(const BlockGeometry& g) {
  Shape counts(g.block.size());
  for (size_t i = 0; i < counts.size(); ++i) counts[i] = (g.shape[i] + g.block[i] - 1) / g.block[i];
  return counts;
}

int64_t block_count(const BlockGeometry& g) {
  int64_t count = 1;
  for (size_t i = 0; i < g.block.size(); ++i) count *= (g.shape[i] + g.block[i] - 1) / g.block[i];
  return count;
}

BlockLayout::BlockLayout(const BlockGeometry& g) {
  // From the last axis to the first; reversed at the end.
  axes_.push_back({1, 1});
  for (size_t i = g.block.size(); i-- > 0;) {
    Axis &inner = axes_.back(), outer{g.shape[i], g.block[i]};
    if (outer.size == 1) continue;
    if (inner.block == inner.size)
      inner = {outer.size * inner.size, outer.block * inner.size};
    else if (outer.block == 1 && inner.size % inner.block == 0)
      inner = {outer.size * inner.size, inner.block};
    else
      axes_.push_back(outer);
  }
  std::reverse(axes_.begin(), axes_.end());
  for (size_t i = 0; i + 1 < axes_.size(); ++i) bands_ *= axes_[i].blocks(), contiguous_ &= axes_[i].block == 1;
}

void BlockLayout::rows(int64_t band, std::vector<int64_t>& offsets) const {
  offsets.assign(1, 0);
  int64_t stride = last().size;
  // The innermost outer axis first: what has been listed so far is repeated for each further place.
  for (size_t i = axes_.size() - 1; i-- > 0;) {
    const Axis& axis = axes_[i];
    const int64_t first = band % axis.blocks() * axis.block, end = std::min(first + axis.block, axis.size);
    band /= axis.blocks();
    const size_t inner = offsets.size();
    for (int64_t place = first + 1; place < end; ++place)
      for (size_t j = 0; j < inner; ++j) offsets.push_back(offsets[j] + place * stride);
    for (size_t j = 0; j < inner; ++j) offsets[j] += first * stride;
    stride *= axis.size;
  }
}

void BlockLayout::places(int64_t block, std::vector<int64_t>& offsets) const {
  std::vector<int64_t> starts;
  rows(block / last().blocks(), starts);
  const auto [first, end] = columns(block);
  offsets.clear();
  for (const int64_t start : starts)
    for (int64_t column = first; column < end; ++column) offsets.push_back(start + column);
}

}  // namespace quant
}  // namespace mase
