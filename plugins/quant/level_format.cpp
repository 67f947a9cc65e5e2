// Statistics of groups, and the kernel of two thresholds.
#include "level_format.h"

#include <mase/text.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace mase::quant {
namespace {

constexpr int64_t kChunk = 32768;  // elements summed at once; fixed, so that sums do not depend on threads
constexpr int kLanes = 64;

template <class T>
struct LevelFunctor {
  T from_high, from_low, high, middle, low;

  explicit LevelFunctor(const Levels& v)
      : from_high(static_cast<T>(v.from_high)),
        from_low(static_cast<T>(v.from_low)),
        high(static_cast<T>(v.high)),
        middle(static_cast<T>(v.middle)),
        low(static_cast<T>(v.low)) {}
  MASE_INLINE T operator()(T x) const {
    const T y = select(x >= from_high, high, select(x > from_low, middle, low));
    return select(x != x, x, y);
  }
  T operator()(T x, double uniform) const {  // high with the probability of a hard sigmoid
    return x != x ? x : uniform < (static_cast<double>(x) + 1) / 2 ? high : low;
  }
};

// |x|, an infinity as the greatest number and a NaN as 0.
template <class T>
MASE_INLINE T counted_magnitude(T x) {
  constexpr T kMax = std::numeric_limits<T>::max();
  const T m = magnitude_of(x);
  return select(m <= kMax, m, select(m != m, T(0), kMax));
}

// One term of a statistic.
template <class T, Statistic S>
struct Term {
  MASE_INLINE double operator()(T x) const { return static_cast<double>(counted_magnitude(x)); }
  MASE_INLINE static double join(double p, double q) { return S == Statistic::greatest ? select(p < q, q, p) : p + q; }
};

// N lanes side by side for as long as they last; `i` is where they end.
template <int N, class T, class F>
MASE_INLINE double reduce_lanes(const F& f, const T* x, int64_t count, int64_t& i) {
  alignas(64) double lanes[N] = {};
  for (; i + N <= count; i += N)
    for (int j = 0; j < N; ++j) lanes[j] = F::join(lanes[j], f(x[i + j]));
  for (int width = N / 2; width > 0; width /= 2)
    for (int j = 0; j < width; ++j) lanes[j] = F::join(lanes[j], lanes[j + width]);
  return lanes[0];
}

template <class T, class F>
MASE_INLINE double reduce_all(const F& functor, const T* x, int64_t count) {
  const F f = functor;
  int64_t i = 0;
  double result = count >= kLanes ? reduce_lanes<kLanes>(f, x, count, i) : 0;
  if (count - i >= 16) result = F::join(result, reduce_lanes<16>(f, x, count, i));
  for (; i < count; ++i) result = F::join(result, f(x[i]));
  return result;
}

template <int N, class T>
MASE_INLINE void add_above(const T* x, int64_t count, T limit, int64_t& i, double& sum, double& number) {
  alignas(64) double sums[N] = {};
  alignas(64) T numbers[N] = {};  // exact: no row has 2^24 * N elements
  for (; i + N <= count; i += N)
    for (int j = 0; j < N; ++j) {
      const T a = counted_magnitude(x[i + j]);
      sums[j] += static_cast<double>(select(a > limit, a, T(0)));
      numbers[j] += select(a > limit, T(1), T(0));
    }
  for (int j = 0; j < N; ++j) sum += sums[j], number += static_cast<double>(numbers[j]);
}

template <class T>
MASE_INLINE Above above_all(const T* x, int64_t count, T limit) {
  Above found;
  int64_t i = 0;
  if (count >= kLanes) add_above<kLanes>(x, count, limit, i, found.sum, found.count);
  if (count - i >= 16) add_above<16>(x, count, limit, i, found.sum, found.count);
  add_above<1>(x, count, limit, i, found.sum, found.count);
  return found;
}

// `body`, an always-inline lambda, compiled for each path.
template <class B>
auto on_baseline(const B& body) {
  return body();
}
#ifdef __x86_64__
template <class B>
__attribute__((target("avx2"))) auto on_avx2(const B& body) {
  return body();
}
template <class B>
__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"))) auto on_avx512(const B& body) {
  return body();
}
#endif

template <class B>
auto on(Isa isa, const B& body) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return on_avx512(body);
  if (isa == Isa::avx2) return on_avx2(body);
#endif
  return on_baseline(body);
}

template <class T, class F>
double reduce(const F& f, const T* x, int64_t count, Isa isa) {
  return on(
      isa, [=]() __attribute__((always_inline)) { return reduce_all(f, x, count); });
}

template <class T>
Above group_above(const T* x, const Groups& groups, int64_t g, double above) {
  const T limit = static_cast<T>(above);
  const Isa isa = best_isa();
  Above found;
  for (int64_t row = 0; row < groups.outer; ++row) {
    const T* from = x + (row * groups.groups + g) * groups.inner;
    const int64_t count = groups.inner;
    const Above part = on(
        isa, [=]() __attribute__((always_inline)) { return above_all(from, count, limit); });
    found.sum += part.sum, found.count += part.count;
  }
  return found;
}

// Over the rows of a group; a single group is shared out among threads, chunk by chunk.
template <class T, Statistic S>
double group_statistic(const T* x, const Groups& groups, int64_t g) {
  const Term<T, S> f;
  const Isa isa = best_isa();
  double result = 0;
  if (groups.groups > 1 || groups.inner <= kChunk) {
    for (int64_t row = 0; row < groups.outer; ++row)
      result = f.join(result, reduce(f, x + (row * groups.groups + g) * groups.inner, groups.inner, isa));
    return result;
  }
  const int64_t chunks = (groups.inner + kChunk - 1) / kChunk;  // of the one row that a single group has
  std::vector<double> parts(static_cast<size_t>(chunks));
  share_out(groups.inner, [&](int64_t first, int64_t end) {
    // A chunk belongs to the part in which it starts.
    for (int64_t c = (first + kChunk - 1) / kChunk; c < chunks && c * kChunk < end; ++c)
      parts[static_cast<size_t>(c)] = reduce(f, x + c * kChunk, std::min(kChunk, groups.inner - c * kChunk), isa);
    return false;
  });
  for (const double part : parts) result = f.join(result, part);
  return result;
}

template <class T>
double group_statistic(Statistic which, const T* x, const Groups& groups, int64_t g) {
  return which == Statistic::sum ? group_statistic<T, Statistic::sum>(x, groups, g)
                                 : group_statistic<T, Statistic::greatest>(x, groups, g);
}

template <class T>
double group_median(const T* x, const Groups& groups, int64_t g) {
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

double LevelFormat::statistic(Statistic which, const at::Tensor& x, const Groups& groups, int64_t g) {
  return x.scalar_type() == at::kFloat ? group_statistic(which, x.const_data_ptr<float>(), groups, g)
                                       : group_statistic(which, x.const_data_ptr<double>(), groups, g);
}
Above LevelFormat::above(const at::Tensor& x, const Groups& groups, int64_t g, double threshold) {
  return x.scalar_type() == at::kFloat ? group_above(x.const_data_ptr<float>(), groups, g, threshold)
                                       : group_above(x.const_data_ptr<double>(), groups, g, threshold);
}
double LevelFormat::mean(const at::Tensor& x, const Groups& groups, int64_t g) {
  const double sum = statistic(Statistic::sum, x, groups, g);
  return std::min(sum, std::numeric_limits<double>::max()) / static_cast<double>(groups.outer * groups.inner);
}
double LevelFormat::median(const at::Tensor& x, const Groups& groups, int64_t g) {
  return x.scalar_type() == at::kFloat ? group_median(x.const_data_ptr<float>(), groups, g)
                                       : group_median(x.const_data_ptr<double>(), groups, g);
}

std::vector<Levels> LevelFormat::fit_all(const at::Tensor& x, const Groups& groups) const {
  std::vector<Levels> levels(static_cast<size_t>(groups.groups));
  const int64_t size = groups.outer * groups.inner;
  if (groups.groups == 1) {
    levels[0] = fit(x, groups, 0);
    return levels;
  }
  share_out(groups.groups * size, [&](int64_t first, int64_t end) {
    // A group belongs to the part in which its first element would stand, were groups in a row.
    for (int64_t g = (first + size - 1) / size; g < groups.groups && g * size < end; ++g)
      levels[static_cast<size_t>(g)] = fit(x, groups, g);
    return false;
  });
  return levels;
}

template <class T>
bool LevelFormat::apply(const at::Tensor& x, at::Tensor& y, const Groups& groups, const std::vector<Levels>& levels,
                        uint64_t key) const {
  constexpr int64_t kShort = 16;  // rows for which a kernel call costs more than it brings
  const T* in = x.const_data_ptr<T>();
  T* out = y.mutable_data_ptr<T>();
  const Isa isa = best_isa();
  return share_out(x.numel(), [&](int64_t first, int64_t end) {
    bool nan = false;
    for (int64_t i = first, stop; i < end; i = stop) {
      const int64_t row = i / groups.inner;
      stop = std::min(end, (row + 1) * groups.inner);
      const LevelFunctor<T> functor(levels[static_cast<size_t>(row % groups.groups)]);
      if (draws())
        nan |= run_drawing(functor, in + i, out + i, stop - i, i, key);
      else if (stop - i >= kShort)
        nan |= run(functor, in + i, out + i, stop - i, isa);
      else
        for (int64_t j = i; j < stop; ++j) nan |= in[j] != in[j], out[j] = functor(in[j]);
    }
    return nan;
  });
}

at::Tensor LevelFormat::quantize(const at::Tensor& x, const QuantizeContext& context,
                                 std::vector<Levels>& levels) const {
  const bool single = is_single(x, name_);
  const at::Tensor in = x.contiguous();
  at::Tensor out = output_like(in);
  if (in.numel() == 0) return out;
  const Groups groups = has_scale() ? groups_of(in.sizes(), axis_) : groups_of(in.sizes(), std::nullopt);
  levels = fit_all(in, groups);
  const uint64_t key = draws() ? draw_key(context) : 0;
  const bool nan = single ? apply<float>(in, out, groups, levels, key) : apply<double>(in, out, groups, levels, key);
  if (nan && common_.nan == NanPolicy::error) refuse_nan(context, name_);
  return out;
}

at::Tensor LevelFormat::quantize(const at::Tensor& x, const QuantizeContext& context) const {
  if (before_epoch(common_, context)) return x;
  std::vector<Levels> levels;
  return quantize(x, context, levels);
}

Codes LevelFormat::encode(const at::Tensor& x, const QuantizeContext& context) const {
  std::vector<Levels> levels;
  const at::Tensor values = quantize(x, context, levels).to(at::kDouble);
  const double* in = values.const_data_ptr<double>();
  Codes codes;
  codes.elements = empty_tensor(values.sizes(), at::kLong);
  int64_t* out = codes.elements.mutable_data_ptr<int64_t>();
  for (int64_t i = 0; i < values.numel(); ++i) {
    if (std::isnan(in[i]))
      throw Error(format("{} has a NaN, which no code of {} carries", name_of(context), name_), {},
                  "use rule: standard and nan: error");
    out[i] = code(in[i]);
  }
  if (!has_scale()) return codes;
  codes.scale = empty_tensor({static_cast<int64_t>(levels.size())}, at::kDouble);
  for (size_t g = 0; g < levels.size(); ++g) codes.scale.mutable_data_ptr<double>()[g] = levels[g].scale;
  return codes;
}

at::Tensor LevelFormat::decode(const Codes& codes) const {
  const at::Tensor elements = codes.elements.contiguous();
  at::Tensor out = empty_tensor(elements.sizes(), at::kDouble);
  const int64_t* in = elements.const_data_ptr<int64_t>();
  double* values = out.mutable_data_ptr<double>();
  const Groups groups = groups_of(elements.sizes(), has_scale() ? axis_ : std::nullopt);
  const at::Tensor scales = has_scale() ? codes.scale.contiguous() : at::Tensor();
  for (int64_t i = 0; i < elements.numel(); ++i) {
    const int64_t g = i / groups.inner % groups.groups;
    values[i] = unit(in[i]) * (has_scale() ? scales.const_data_ptr<double>()[g] : 1.0);
  }
  return out;
}

int64_t LevelFormat::bits(const Shape& shape) const {
  constexpr int kScaleBits = 32;
  return count_of(shape) * width() + (has_scale() ? groups_of(shape, axis_).groups * kScaleBits : 0);
}

Tensors LevelFormat::backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const {
  if (!common_.clip_gradient || before_epoch(common_, context)) return Format::backward(gradient, x, context);
  Tensors gradients(1 + context.parameters.size());
  gradients[0] = clipped_gradient(gradient, x, -clip_, clip_);
  return gradients;
}

}  // namespace mase::quant
