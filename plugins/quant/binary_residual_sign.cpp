// quant.binary_residual_sign: residuals, codes, and gradients of the means.
#include "binary_residual_sign.h"

#include <mase/text.h>

#include <cmath>

#include "calibration_search.h"

namespace mase::quant {
namespace {

// Unused levels have a mean of 0, whose sign changes nothing.
template <class T>
struct ResidualSign {
  T means[3] = {};

  explicit ResidualSign(const std::vector<double>& all) {
    for (size_t i = 0; i < all.size(); ++i) means[i] = static_cast<T>(all[i]);
  }
  MASE_INLINE static T part(T rest, T mean) { return select(rest >= T(0), mean, -mean); }
  MASE_INLINE T operator()(T x) const {
    const T first = part(x, means[0]);
    const T second = part(x - first, means[1]);
    const T third = part((x - first) - second, means[2]);
    return select(x != x, x, (first + second) + third);
  }
};

// Adds g * sign of each level.
template <class T>
void add_gradients(const T* g, const T* x, int64_t count, const std::vector<double>& means, double* sums) {
  for (int64_t i = 0; i < count; ++i) {
    T rest = x[i];
    for (size_t level = 0; level < means.size(); ++level) {
      const T sign = rest >= 0 ? T(1) : T(-1);
      sums[level] += static_cast<double>(g[i] * sign);
      rest -= sign * static_cast<T>(means[level]);
    }
  }
}

}  // namespace

void BinaryResidualSign::Config::schema(Schema<Config>& s) {
  s.field("levels", &Config::levels, "signs per number").range(1, 3);
  s.field("means", &Config::means, "weight of each sign before training; empty: 1/2, 1/4, 1/8").min(0);
  common_fields(s);
}

void BinaryResidualSign::Config::check(const Value& v) const {
  if (!means.empty() && static_cast<int>(means.size()) != levels)
    throw Error(format("{} means for {} levels", means.size(), levels), v.loc, "give one mean per level, or none");
}

BinaryResidualSign::BinaryResidualSign(Config config)
    : ElementFormat("quant.binary_residual_sign", config), config_(std::move(config)) {
  if (config_.means.empty())
    for (int level = 1; level <= config_.levels; ++level) config_.means.push_back(std::ldexp(1.0, -level));
}

BinaryResidualSign BinaryResidualSign::with_means(const QuantizeContext& context) const {
  BinaryResidualSign same(*this);
  if (context.parameters.empty()) return same;
  const at::Tensor means = context.parameters.front().to(at::kDouble).contiguous();
  same.config_.means.assign(means.const_data_ptr<double>(), means.const_data_ptr<double>() + means.numel());
  return same;
}

at::Tensor BinaryResidualSign::quantize(const at::Tensor& x, const QuantizeContext& context) const {
  return with_means(context).ElementFormat::quantize(x, context);
}

template <class T>
bool BinaryResidualSign::fill_any(const T* x, T* y, const Part& part) const {
  return run(ResidualSign<T>(config_.means), x, y, part);
}

Codes BinaryResidualSign::encode(const at::Tensor& x, const QuantizeContext& context) const {
  const BinaryResidualSign now = with_means(context);
  const bool single = is_single(x, name());
  const at::Tensor in = x.to(at::kDouble).contiguous();
  Codes codes;
  codes.elements = empty_tensor(in.sizes(), at::kLong);
  codes.scale = empty_tensor({config_.levels}, at::kDouble);
  for (int i = 0; i < config_.levels; ++i) {
    const double mean = now.config_.means[static_cast<size_t>(i)];
    codes.scale.mutable_data_ptr<double>()[i] = single ? static_cast<double>(static_cast<float>(mean)) : mean;
  }
  const double* scale = codes.scale.const_data_ptr<double>();
  for (int64_t i = 0; i < in.numel(); ++i) {
    double rest = in.const_data_ptr<double>()[i];
    if (std::isnan(rest))
      throw Error(format("{} has a NaN, which no code of {} carries", name_of(context), name()), {}, "use nan: error");
    int64_t code = 0;
    for (int level = 0; level < config_.levels; ++level) {
      const bool up = rest >= 0;
      code |= int64_t{up} << level;
      rest -= up ? scale[level] : -scale[level];
      if (single) rest = static_cast<double>(static_cast<float>(rest));
    }
    codes.elements.mutable_data_ptr<int64_t>()[i] = code;
  }
  return codes;
}

at::Tensor BinaryResidualSign::decode(const Codes& codes) const {
  BinaryResidualSign same(*this);
  const at::Tensor scale = codes.scale.contiguous();
  same.config_.means.assign(scale.const_data_ptr<double>(), scale.const_data_ptr<double>() + scale.numel());
  return same.ElementFormat::decode(codes);
}

std::optional<int64_t> BinaryResidualSign::code(double) const { return std::nullopt; }  // a value has several

double BinaryResidualSign::value(int64_t code) const {
  double sum = 0;
  for (size_t i = 0; i < config_.means.size(); ++i) sum += (code >> i & 1) ? config_.means[i] : -config_.means[i];
  return sum;
}

ElementFormat::Range BinaryResidualSign::range() const {
  double sum = 0;
  for (const double mean : config_.means) sum += mean;
  return {-sum, sum};
}

std::vector<FormatParameter> BinaryResidualSign::parameters(const Shape&) const {
  at::Tensor means = empty_tensor({config_.levels}, at::kFloat);
  for (int i = 0; i < config_.levels; ++i)
    means.mutable_data_ptr<float>()[i] = static_cast<float>(config_.means[static_cast<size_t>(i)]);
  return {{"means", means}};
}

Tensors BinaryResidualSign::backward(const at::Tensor& gradient, const at::Tensor& x,
                                     const QuantizeContext& context) const {
  const BinaryResidualSign now = with_means(context);
  Tensors gradients = now.ElementFormat::backward(gradient, x, context);
  if (context.parameters.empty() || before_epoch(config_, context)) return gradients;
  const at::Tensor g = gradient.contiguous(), values = x.contiguous();
  std::vector<double> sums(now.config_.means.size(), 0.0);
  if (g.scalar_type() == at::kFloat)
    add_gradients(g.const_data_ptr<float>(), values.const_data_ptr<float>(), g.numel(), now.config_.means, sums.data());
  else
    add_gradients(g.const_data_ptr<double>(), values.const_data_ptr<double>(), g.numel(), now.config_.means,
                  sums.data());
  at::Tensor means = empty_tensor({static_cast<int64_t>(sums.size())}, at::kDouble);
  std::copy(sums.begin(), sums.end(), means.mutable_data_ptr<double>());
  gradients[1] = means.to(context.parameters.front().scalar_type());
  return gradients;
}

// The best means for given signs are the mean magnitudes of what is left; every method agrees on them.
Value BinaryResidualSign::calibrate(const CalibrationData& data) const {
  std::vector<float> rest = finite_magnitudes(data.samples);
  if (rest.empty()) return {};
  List means;
  for (int level = 0; level < config_.levels; ++level) {
    double sum = 0;
    for (const float r : rest) sum += std::fabs(r);
    const double mean = sum / static_cast<double>(rest.size());
    means.emplace_back(mean);
    for (float& r : rest) r -= static_cast<float>(r >= 0 ? mean : -mean);
  }
  return Map{{"means", means}};
}

}  // namespace mase::quant
