// The kernel of two thresholds.
#include "level_format.h"

#include <mase/text.h>

#include <algorithm>
#include <cmath>

namespace mase::quant {
namespace detail {

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

// Elements [first, end), row by row; a row belongs to one group.
template <class T>
struct Rows {
  const T* in;
  T* out;
  const Groups& groups;
  const std::vector<Levels>& levels;

  template <class F>
  MASE_INLINE void each(int64_t first, int64_t end, const F& f) const {
    int64_t stop = (first / groups.inner + 1) * groups.inner, group = first / groups.inner % groups.groups;
    for (int64_t i = first; i < end; i = stop, stop += groups.inner, group = group + 1 == groups.groups ? 0 : group + 1)
      f(LevelFunctor<T>(levels[static_cast<size_t>(group)]), i, std::min(end, stop));
  }
  static constexpr int64_t kStep = 16;
  MASE_INLINE static void step(const LevelFunctor<T>& f, const T* __restrict x, T* __restrict y,
                               BitsOf<T>* __restrict nans) {
    for (int64_t j = 0; j < kStep; ++j) {
      const T v = x[j];
      nans[j] |= BitsOf<T>(v != v);
      y[j] = f(v);
    }
  }
  // Rows so short that a kernel call for each would cost more than it brings.
  MASE_INLINE bool run_short(int64_t first, int64_t end) const {
    BitsOf<T> nans[kStep] = {}, nan = 0;
    each(first, end, [&](const LevelFunctor<T>& functor, int64_t i, int64_t stop) MASE_FORCE_INLINE {
      const LevelFunctor<T> f = functor;
      for (; i + kStep <= stop; i += kStep) step(f, in + i, out + i, nans);
      for (; i < stop; ++i) nan |= BitsOf<T>(in[i] != in[i]), out[i] = f(in[i]);
    });
    for (int64_t j = 0; j < kStep; ++j) nan |= nans[j];
    return nan != 0;
  }
};

}  // namespace detail

namespace {

Grouped grouped(const float* x, const Groups& groups) { return {x, nullptr, groups}; }
Grouped grouped(const double* x, const Groups& groups) { return {nullptr, x, groups}; }

}  // namespace

template <class T>
bool LevelFormat::apply(const T* in, T* out, const Groups& groups, const std::vector<Levels>& levels,
                        uint64_t key) const {
  constexpr int64_t kShort = 64;
  const detail::Rows<T> rows{in, out, groups, levels};
  const Isa isa = best_isa();
  return share_out(groups.outer * groups.groups * groups.inner, [&](int64_t first, int64_t end) {
    if (!draws() && groups.inner < kShort)
      return run_on(isa, [&rows, first, end]() MASE_FORCE_INLINE { return rows.run_short(first, end); });
    bool nan = false;
    rows.each(first, end, [&](const detail::LevelFunctor<T>& functor, int64_t i, int64_t stop) {
      nan |= draws() ? run_drawing(functor, in + i, out + i, stop - i, i, key)
                     : run(functor, in + i, out + i, stop - i, isa);
    });
    return nan;
  });
}

// Groups that lie one after the other are taken a few at a time, so that they are still in the cache when their levels
// are known.
template <class T>
bool LevelFormat::fit_and_apply(const T* in, T* out, const Groups& groups, std::vector<Levels>& levels,
                                uint64_t key) const {
  const int64_t size = groups.inner, few = std::max<int64_t>(1, 4096 / size);
  if (draws() || !fits_values() || groups.outer > 1 || groups.groups <= few) {
    levels = fit(grouped(in, groups));
    return apply(in, out, groups, levels, key);
  }
  levels.resize(static_cast<size_t>(groups.groups));
  return share_out(groups.groups * size, [&](int64_t first, int64_t end) {
    // A group belongs to the part in which its first element stands.
    const int64_t stop = std::min(groups.groups, (end + size - 1) / size);
    bool nan = false;
    for (int64_t g = (first + size - 1) / size; g < stop; g += few) {
      const Groups part{1, std::min(few, stop - g), size};
      const std::vector<Levels> fitted = fit(grouped(in + g * size, part));
      nan |= apply(in + g * size, out + g * size, part, fitted, key);
      std::copy(fitted.begin(), fitted.end(), levels.begin() + g);
    }
    return nan;
  });
}

Groups LevelFormat::groups(at::IntArrayRef sizes) const { return groups_of(sizes, has_scale() ? axis_ : std::nullopt); }

at::Tensor LevelFormat::quantize(const at::Tensor& x, const QuantizeContext& context,
                                 std::vector<Levels>& levels) const {
  const bool single = is_single(x, name_);
  const at::Tensor in = x.contiguous();
  at::Tensor out = output_like(in);
  if (in.numel() == 0) return out;
  const Groups groups = this->groups(in.sizes());
  const uint64_t key = draws() ? draw_key(context) : 0;
  const auto fill = [&]<class T>(const T* from) {
    return fit_and_apply(from, out.mutable_data_ptr<T>(), groups, levels, key);
  };
  const bool nan = single ? fill(in.const_data_ptr<float>()) : fill(in.const_data_ptr<double>());
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
  const Groups groups = this->groups(elements.sizes());
  const at::Tensor scales = has_scale() ? codes.scale.contiguous() : at::Tensor();
  for (int64_t i = 0; i < elements.numel(); ++i) {
    const int64_t g = i / groups.inner % groups.groups;
    values[i] = unit(in[i]) * (has_scale() ? scales.const_data_ptr<double>()[g] : 1.0);
  }
  return out;
}

int64_t LevelFormat::bits(const Shape& shape) const {
  constexpr int kScaleBits = 32;
  return count_of(shape) * width() + (has_scale() ? groups(shape).groups * kScaleBits : 0);
}

Tensors LevelFormat::backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const {
  if (!common_.clip_gradient || before_epoch(common_, context)) return Format::backward(gradient, x, context);
  Tensors gradients(1 + context.parameters.size());
  gradients[0] = clipped_gradient(gradient, x, -clip_, clip_);
  return gradients;
}

}  // namespace mase::quant
