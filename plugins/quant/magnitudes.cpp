// Sixteen magnitudes at a time, each into a sum of its own: in whatever registers a path has, and in one order.
#include "magnitudes.h"

#include <mase/text.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace mase::quant {
namespace {

constexpr int64_t kChunk = 32768;  // elements summed at once; fixed, so that sums do not depend on threads
constexpr int64_t kStep = 16;

// The sum of lanes, halves upon halves. `lanes` is spent.
template <class T>
MASE_INLINE T total(T* lanes) {
  for (int64_t j = 0; j < 8; ++j) lanes[j] += lanes[j + 8];
  for (int64_t j = 0; j < 4; ++j) lanes[j] += lanes[j + 4];
  for (int64_t j = 0; j < 2; ++j) lanes[j] += lanes[j + 2];
  return lanes[0] + lanes[1];
}

template <class T>
struct Sum {
  double sums[kStep] = {};
  explicit Sum(double) {}

  MASE_INLINE void take(T m, int64_t j) { sums[j] += static_cast<double>(m); }
  MASE_INLINE double result() { return total(sums); }
  MASE_INLINE static double join(double a, double b) { return a + b; }
  static bool finite(double r) { return std::isfinite(r); }
};

template <class T>
struct SumAbove {
  T limit;
  double sums[kStep] = {};
  BitsOf<T> counts[kStep] = {};
  explicit SumAbove(double threshold) : limit(static_cast<T>(threshold)) {}

  MASE_INLINE void take(T m, int64_t j) {
    const BitsOf<T> counted = select<BitsOf<T>>(m > limit, -1, 0);  // all bits, or none
    sums[j] += static_cast<double>(from_bits<T>(bits_of(m) & counted));
    counts[j] -= counted;
  }
  MASE_INLINE Above result() { return {total(sums), static_cast<double>(total(counts))}; }
  MASE_INLINE static Above join(const Above& a, const Above& b) { return {a.sum + b.sum, a.count + b.count}; }
  static bool finite(const Above& r) { return std::isfinite(r.sum); }
};

template <class T>
struct Greatest {
  T most[kStep] = {};
  explicit Greatest(double) {}

  MASE_INLINE void take(T m, int64_t j) { most[j] = select(m > most[j], m, most[j]); }
  MASE_INLINE double result() const { return static_cast<double>(*std::max_element(most, most + kStep)); }
  MASE_INLINE static double join(double a, double b) { return std::max(a, b); }
  static bool finite(double r) { return std::isfinite(r); }
};

// kAny: also of numbers that are not finite.
template <bool kAny, class T>
MASE_INLINE T counted_magnitude(T x) {
  constexpr T kMax = std::numeric_limits<T>::max();
  T m = magnitude_of(x);
  if constexpr (kAny) {
    m = select(m > kMax, kMax, m);
    m = select(m == m, m, T(0));
  }
  return m;
}

template <bool kAny, class S, class T>
MASE_INLINE auto reduce_row(double threshold, const T* __restrict x, int64_t count) {
  S state(threshold);
  int64_t i = 0;
  for (; i + kStep <= count; i += kStep)
    for (int64_t j = 0; j < kStep; ++j) state.take(counted_magnitude<kAny>(x[i + j]), j);
  if (i < count) {
    T rest[kStep] = {};
    std::memcpy(rest, x + i, static_cast<size_t>(count - i) * sizeof(T));
    for (int64_t j = 0; j < kStep; ++j) state.take(counted_magnitude<kAny>(rest[j]), j);
  }
  return state.result();
}

template <class T, class S>
struct Reduction {
  using Result = decltype(S(0).result());
  const T* x;
  Groups groups;
  const double* thresholds;  // one for each group, or null where the statistic has none
  Result* results;

  template <bool kAny>
  MASE_INLINE void run(int64_t first, int64_t end) const {
    for (int64_t g = first; g < end; ++g) {
      Result all{};
      for (int64_t row = 0; row < groups.outer; ++row)
        all = S::join(all, reduce_row<kAny, S>(thresholds ? thresholds[g] : 0,
                                               x + (row * groups.groups + g) * groups.inner, groups.inner));
      results[g] = all;
    }
  }
};

// An infinity or a NaN shows in the result, and only then is looked for.
template <class T, class S>
void reduce(const Reduction<T, S>& r, int64_t first, int64_t end) {
  const Isa isa = best_isa();
  run_on(isa, [&r, first, end]() MASE_FORCE_INLINE { r.template run<false>(first, end); });
  for (int64_t g = first; g < end; ++g)
    if (!S::finite(r.results[g])) run_on(isa, [&r, g]() MASE_FORCE_INLINE { r.template run<true>(g, g + 1); });
}

// Groups are shared out among threads.
template <template <class> class S, class T>
auto reduce_groups(const T* x, const Groups& groups, const double* thresholds) {
  using Of = Reduction<T, S<T>>;
  std::vector<typename Of::Result> results(static_cast<size_t>(groups.groups));
  const Of r{x, groups, thresholds, results.data()};
  const int64_t size = groups.outer * groups.inner;
  if (size == 0) return results;
  share_out(groups.groups * size, [&](int64_t first, int64_t end) {
    // A group belongs to the part in which its first element would stand, were groups in a row.
    reduce(r, (first + size - 1) / size, std::min(groups.groups, (end + size - 1) / size));
    return false;
  });
  return results;
}

// A single group is cut into chunks, which are groups to the threads.
template <template <class> class S, class T>
auto statistics(const T* x, const Groups& groups, const double* thresholds = nullptr) {
  if (groups.groups > 1 || groups.inner <= kChunk) return reduce_groups<S>(x, groups, thresholds);
  const int64_t chunks = groups.inner / kChunk, rest = groups.inner % kChunk;
  const std::vector<double> copies(static_cast<size_t>(chunks), thresholds ? *thresholds : 0);
  auto parts = reduce_groups<S>(x, {1, chunks, kChunk}, copies.data());
  if (rest) parts.push_back(reduce_groups<S>(x + chunks * kChunk, {1, 1, rest}, copies.data())[0]);
  for (size_t i = 1; i < parts.size(); ++i) parts[0] = S<T>::join(parts[0], parts[i]);
  parts.resize(1);
  return parts;
}

template <class T>
double median(const T* x, const Groups& groups, int64_t g) {
  std::vector<T> magnitudes;
  for (int64_t o = 0; o < groups.outer; ++o)
    for (int64_t i = 0; i < groups.inner; ++i)
      magnitudes.push_back(magnitude_of(x[(o * groups.groups + g) * groups.inner + i]));
  std::erase_if(magnitudes, [](T v) { return v != v; });
  if (magnitudes.empty()) return 0;
  const auto middle = magnitudes.begin() + static_cast<int64_t>((magnitudes.size() - 1) / 2);
  std::nth_element(magnitudes.begin(), middle, magnitudes.end());
  return static_cast<double>(*middle);
}

template <class F>
auto on_data(const Grouped& x, const F& f) {
  return x.single ? f(x.single) : f(x.twice);
}

}  // namespace

Groups groups_of(at::IntArrayRef sizes, std::optional<int> axis) {
  const auto rank = static_cast<int64_t>(sizes.size());
  Groups groups;
  if (!axis || rank < 2) {
    for (const int64_t size : sizes) groups.inner *= size;
    return groups;
  }
  const int64_t place = *axis < 0 ? *axis + rank : *axis;
  if (place < 0 || place >= rank) throw Error(format("axis {} of a tensor of {} dimensions", *axis, rank));
  for (int64_t d = 0; d < rank; ++d)
    (d < place ? groups.outer : d == place ? groups.groups : groups.inner) *= sizes[static_cast<size_t>(d)];
  return groups;
}

std::vector<Above> magnitudes_above(const Grouped& x, const std::vector<double>& thresholds) {
  return on_data(x, [&](const auto* data) { return statistics<SumAbove>(data, x.groups, thresholds.data()); });
}

std::vector<double> greatest_magnitudes(const Grouped& x) {
  return on_data(x, [&](const auto* data) { return statistics<Greatest>(data, x.groups); });
}

std::vector<double> mean_magnitudes(const Grouped& x) {
  auto means = on_data(x, [&](const auto* data) { return statistics<Sum>(data, x.groups); });
  for (double& m : means)
    m = std::min(m, std::numeric_limits<double>::max()) / static_cast<double>(x.groups.outer * x.groups.inner);
  return means;
}

std::vector<double> median_magnitudes(const Grouped& x) {
  std::vector<double> medians;
  for (int64_t g = 0; g < x.groups.groups; ++g)
    medians.push_back(on_data(x, [&](const auto* data) { return median(data, x.groups, g); }));
  return medians;
}

}  // namespace mase::quant
