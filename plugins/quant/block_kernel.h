// The frame of kernels over blocks: maxima of blocks, what follows from them, and the elements, fused so that a block
// is read again while it is still in the cache. No temporary but a few kilobytes on the stack.
//
// A functor F for numbers of type T has
//   kParams                              how many numbers describe a block,
//   kTable                               whether they are known beforehand: `const T* table[kParams]`, by block,
//   prepare(amax, T* p, stride)          else: from the bits of the block's largest magnitude to p[0], p[stride], ...,
//   template <bool kEven> element(p, x)  x in units of the block, rounded (to nearest even, or as its fields say),
//   value(p, n)                          and back,
// all MASE_INLINE and without branches (kernel.h says why).
#pragma once
#include <algorithm>
#include <limits>

#include "block_geometry.h"
#include "kernel.h"

namespace mase::quant {

// Part of a tensor's blocks: whole rows of blocks where blocks are contiguous, else segments of bands.
struct BlockWork {
  const BlockLayout* layout = nullptr;
  int64_t first = 0, end = 0;  // blocks where the layout is contiguous, else segments
};

constexpr int kColumns = 128;  // the greatest width of a segment
// Blocks that are wide go run by run; narrow ones, whose rows lie apart, side by side.
inline bool side_by_side(const BlockLayout& l) { return !l.contiguous() && l.last().block <= kColumns / 2; }
inline int64_t blocks_per_segment(const BlockLayout& l) { return side_by_side(l) ? kColumns / l.last().block : 1; }
inline int64_t segments_per_band(const BlockLayout& l) {
  return (l.last().blocks() + blocks_per_segment(l) - 1) / blocks_per_segment(l);
}

namespace detail {

constexpr int kChunk = 32;  // blocks whose maxima are found before their elements are touched

template <class T>
MASE_INLINE BitsOf<T> larger(BitsOf<T> a, BitsOf<T> b) {
  return a > b ? a : b;
}

// The largest magnitude's bits; a NaN's are above all others. kSize: the count where it is known.
template <class T, int kSize>
MASE_INLINE BitsOf<T> magnitude_bits(const T* __restrict x, int64_t count) {
  BitsOf<T> most = 0;
  const int64_t n = kSize ? kSize : count;
  for (int64_t i = 0; i < n; ++i) most = larger<T>(most, bits_of(x[i]) & kMagnitudeMask<T>);
  return most;
}

template <class T, class F, bool kEven>
MASE_INLINE void fill_run(const F& f, const T* q, const T* __restrict x, T* __restrict y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = f.value(q, f.template element<kEven>(q, x[i]));
}

template <class T, class F>
MASE_INLINE void prepare_all(const F& f, const BitsOf<T>* amax, int64_t first, int64_t count, T (*p)[kChunk]) {
  if constexpr (F::kTable) {
    for (int k = 0; k < F::kParams; ++k)
      for (int64_t i = 0; i < count; ++i) p[k][i] = f.table[k][first + i];
  } else {
    for (int i = 0; i < kChunk; ++i) f.prepare(amax[i], &p[0][i], kChunk);
  }
}

// `count` blocks of one row, one after the other; `n` elements each, the last perhaps fewer.
template <class T, class F, bool kEven, int kSize>
MASE_INLINE BitsOf<T> run_row(const F& f, const T* x, T* y, int64_t first, int64_t count, int64_t size, int64_t left) {
  const int64_t n = kSize ? kSize : size;
  const int64_t chunk = std::clamp<int64_t>(4096 / n, 1, kChunk);
  BitsOf<T> worst = 0, amax[kChunk] = {};
  T p[F::kParams][kChunk] = {};
  for (int64_t b = 0; b < count; b += chunk) {
    const int64_t here = std::min(chunk, count - b);
    const int64_t full = std::min(here, (left - b * n) / n);  // the row's last block may be shorter
    const T* in = x + b * n;
    T* out = y + b * n;
    for (int64_t i = 0; i < full; ++i) amax[i] = magnitude_bits<T, kSize>(in + i * n, n);
    if (full < here) amax[full] = magnitude_bits<T, 0>(in + full * n, left - (b + full) * n);
    for (int64_t i = 0; i < here; ++i) worst = larger<T>(worst, amax[i]);
    prepare_all<T, F>(f, amax, first + b, here, p);
    for (int64_t i = 0; i < full; ++i) {
      T q[F::kParams];
      for (int k = 0; k < F::kParams; ++k) q[k] = p[k][i];
      fill_run<T, F, kEven>(f, q, in + i * n, out + i * n, kSize ? kSize : n);
    }
    if (full < here) {
      T q[F::kParams];
      for (int k = 0; k < F::kParams; ++k) q[k] = p[k][full];
      fill_run<T, F, kEven>(f, q, in + full * n, out + full * n, left - (b + full) * n);
    }
  }
  return worst;
}

// Blocks [first, end) of a layout with contiguous blocks.
template <class T, class F, bool kEven, int kSize>
MASE_INLINE BitsOf<T> run_contiguous(const F& f, const BlockWork& w, const T* x, T* y) {
  const BlockLayout::Axis last = w.layout->last();
  const int64_t per_row = last.blocks();
  BitsOf<T> worst = 0;
  for (int64_t b = w.first; b < w.end;) {
    const int64_t row = b / per_row, column = b % per_row * last.block;
    const int64_t count = std::min(w.end, (row + 1) * per_row) - b;
    const int64_t at = row * last.size + column;
    worst = larger<T>(worst, run_row<T, F, kEven, kSize>(f, x + at, y + at, b, count, last.block, last.size - column));
    b += count;
  }
  return worst;
}

// A segment of blocks side by side: all of their columns at once, row after row.
template <class T, class F, bool kEven>
MASE_INLINE BitsOf<T> run_columns(const F& f, const std::vector<int64_t>& rows, const T* x, T* y, int64_t first_block,
                                  int64_t width, int64_t block) {
  BitsOf<T> amax[kColumns] = {}, worst = 0;
  for (const int64_t row : rows) {
    const T* __restrict in = x + row;
    for (int64_t j = 0; j < width; ++j) amax[j] = larger<T>(amax[j], bits_of(in[j]) & kMagnitudeMask<T>);
  }
  T p[F::kParams][kColumns];
  for (int64_t j = 0; j < width; j += block) {
    const int64_t end = std::min(j + block, width);
    BitsOf<T> most = 0;
    for (int64_t i = j; i < end; ++i) most = larger<T>(most, amax[i]);
    for (int64_t i = j; i < end; ++i) amax[i] = most;
    worst = larger<T>(worst, most);
    if constexpr (F::kTable)
      for (int k = 0; k < F::kParams; ++k)
        for (int64_t i = j; i < end; ++i) p[k][i] = f.table[k][first_block + j / block];
  }
  if constexpr (!F::kTable)
    for (int j = 0; j < kColumns; ++j) f.prepare(amax[j], &p[0][j], kColumns);
  for (const int64_t row : rows) {
    const T* __restrict in = x + row;
    T* __restrict out = y + row;
    for (int64_t j = 0; j < width; ++j) {
      T q[F::kParams];
      for (int k = 0; k < F::kParams; ++k) q[k] = p[k][j];
      out[j] = f.value(q, f.template element<kEven>(q, in[j]));
    }
  }
  return worst;
}

// One wide block whose rows lie apart.
template <class T, class F, bool kEven>
MASE_INLINE BitsOf<T> run_wide(const F& f, const std::vector<int64_t>& rows, const T* x, T* y, int64_t block,
                               int64_t width) {
  BitsOf<T> amax = 0;
  for (const int64_t row : rows) amax = larger<T>(amax, magnitude_bits<T, 0>(x + row, width));
  T q[F::kParams];
  if constexpr (F::kTable)
    for (int k = 0; k < F::kParams; ++k) q[k] = f.table[k][block];
  else
    f.prepare(amax, q, 1);
  for (const int64_t row : rows) fill_run<T, F, kEven>(f, q, x + row, y + row, width);
  return amax;
}

template <class T, class F, bool kEven>
MASE_INLINE BitsOf<T> run_bands(const F& f, const BlockWork& w, const T* x, T* y) {
  const BlockLayout& l = *w.layout;
  const int64_t segments = segments_per_band(l), per_segment = blocks_per_segment(l);
  std::vector<int64_t> rows;
  int64_t listed = -1;
  BitsOf<T> worst = 0;
  for (int64_t s = w.first; s < w.end; ++s) {
    const int64_t band = s / segments, in_band = s % segments * per_segment;
    if (band != listed) l.rows(band, rows), listed = band;
    const int64_t column = in_band * l.last().block, block = band * l.last().blocks() + in_band;
    const int64_t width = std::min(per_segment * l.last().block, l.last().size - column);
    const BitsOf<T> most = side_by_side(l)
                               ? run_columns<T, F, kEven>(f, rows, x + column, y + column, block, width, l.last().block)
                               : run_wide<T, F, kEven>(f, rows, x + column, y + column, block, width);
    worst = larger<T>(worst, most);
  }
  return worst;
}

template <class T, class F, bool kEven>
MASE_INLINE bool run_blocks_here(const F& functor, const BlockWork& w, const T* x, T* y) {
  const F f = functor;
  constexpr bool kUsual = kEven && sizeof(T) == 4;  // worth loops of their own
  if (!w.layout->contiguous()) return run_bands<T, F, kEven>(f, w, x, y) > kExponentMask<T>;
  if constexpr (kUsual) {
    const int64_t size = w.layout->last().block;
    if (size == 32) return run_contiguous<T, F, kEven, 32>(f, w, x, y) > kExponentMask<T>;
    if (size == 16) return run_contiguous<T, F, kEven, 16>(f, w, x, y) > kExponentMask<T>;
  }
  return run_contiguous<T, F, kEven, 0>(f, w, x, y) > kExponentMask<T>;
}

}  // namespace detail

// One file of its own instantiates the kernels of a functor (MASE_BLOCK_KERNELS()), the others know them
// (MASE_BLOCK_KERNELS(extern)).
#define MASE_BLOCK_KERNELS(Functor, ...)                                                                             \
  __VA_ARGS__ template bool run_blocks<true>(const Functor<float>&, const BlockWork&, const float*, float*, Isa);    \
  __VA_ARGS__ template bool run_blocks<false>(const Functor<float>&, const BlockWork&, const float*, float*, Isa);   \
  __VA_ARGS__ template bool run_blocks<true>(const Functor<double>&, const BlockWork&, const double*, double*, Isa); \
  __VA_ARGS__ template bool run_blocks<false>(const Functor<double>&, const BlockWork&, const double*, double*, Isa);

// Quantizes the work's blocks from x to y (of the whole tensor). Returns whether there was a NaN, which makes the
// blocks written worthless.
template <bool kEven, class T, class F>
bool run_blocks(const F& f, const BlockWork& w, const T* x, T* y, Isa isa) {
  return run_on(isa, [&f, &w, x, y]() MASE_FORCE_INLINE { return detail::run_blocks_here<T, F, kEven>(f, w, x, y); });
}

}  // namespace mase::quant
