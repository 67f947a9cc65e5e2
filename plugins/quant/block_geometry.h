// Blocks: which elements of a tensor share an exponent or a scale, and where they lie in memory.
#pragma once
#include <c10/util/SmallVector.h>
#include <mase/format.h>

#include <utility>

namespace mase {

namespace quant {

// `{axis: -1, size: 32}`, which the plain number 32 means too, or a list as MASE writes it: block sizes of the last
// axes, where leading axes that are not named, and -1, mean the whole extent ([16]: all rows, 16 columns; [1, 16]: 16
// elements of one row).
struct BlockShape {
  int64_t axis = -1;
  int64_t size = 0;            // 0: `sizes` counts
  std::vector<int64_t> sizes;  // MASE's list

  static BlockShape along(int64_t axis, int64_t size) { return {axis, size, {}}; }
  static BlockShape whole_rows() { return {0, 0, {1, -1}}; }  // one block per row of the last axis
};

}  // namespace quant

template <>
struct Codec<quant::BlockShape> {
  static TypeInfo type() { return {}; }
  static bool read(quant::BlockShape& out, const Value& v, Problems& p);
  static Value write(const quant::BlockShape& b);
};

namespace quant {

// The block of a tensor of `shape`. `skip_first_dim` (of lists): the first of several axes counts the samples, and no
// block reaches from one sample to the next.
BlockGeometry block_geometry(const BlockShape& block, bool skip_first_dim, const Shape& shape);
Shape block_counts(const BlockGeometry& g);  // blocks per axis
int64_t block_count(const BlockGeometry& g);

// The blocks of a dense tensor in C order, with neighbouring axes joined where that changes nothing: most geometries
// end up as one axis with contiguous blocks. The order of the blocks stays that of block_counts().
class BlockLayout {
 public:
  struct Axis {
    int64_t size, block;
    int64_t blocks() const { return (size + block - 1) / block; }
  };

  explicit BlockLayout(const BlockGeometry& g);

  // A band is the blocks that differ in their place on the last axis only; its rows are stretches of the last axis.
  const Axis& last() const { return axes_.back(); }
  int64_t bands() const { return bands_; }
  int64_t blocks() const { return bands_ * last().blocks(); }
  bool contiguous() const { return contiguous_; }  // every band has one row, so every block lies in one piece
  // Where the rows of a band begin.
  void rows(int64_t band, std::vector<int64_t>& offsets) const;
  // Where a block's columns begin and end on the last axis.
  std::pair<int64_t, int64_t> columns(int64_t block) const {
    const int64_t first = block % last().blocks() * last().block;
    return {first, std::min(first + last().block, last().size)};
  }
  // The places of all elements of a block, for work that need not be fast.
  void places(int64_t block, std::vector<int64_t>& offsets) const;

 private:
  c10::SmallVector<Axis, 6> axes_;
  int64_t bands_ = 1;
  bool contiguous_ = true;
};

}  // namespace quant
}  // namespace mase
