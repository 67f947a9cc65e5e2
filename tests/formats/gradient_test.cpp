// Gradients of every registered format against their definition, not against differences of a staircase.
#include <ATen/ops/equal.h>
#include <ATen/ops/ones_like.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "formats.h"

using namespace mase;

namespace {

// Of x and then of each trainable parameter, through the autograd function that training uses.
Tensors gradients(const std::shared_ptr<Format>& f, const at::Tensor& x, const at::Tensor& upstream,
                  QuantizeContext context) {
  const at::Tensor leaf = x.clone().requires_grad_(true);
  for (at::Tensor& p : context.parameters) p = p.clone().requires_grad_(true);
  context.training = true;
  Random random(3);
  context.random = &random;
  const at::Tensor y = quantize_with_gradient(f, leaf, context);
  y.backward(upstream);
  Tensors found{leaf.grad()};
  for (const at::Tensor& p : context.parameters) found.push_back(p.grad());
  return found;
}

bool clips(const test::Configured& c) {
  const FieldInfo* info = test::field(c.component, "clip_gradient");
  const Value* set = c.with.find("clip_gradient");
  return info && (set ? *set : info->default_value).as_bool();
}

// The sign's gradient is hardtanh's (Hubara et al. 2016): none where |x| > 1, unless clip_gradient is off.
bool is_sign(const std::string& component) {
  return component == "quant.binary" || component == "quant.bipolar" || component == "quant.binary_scaling" ||
         component == "quant.ternary";
}

double reference(const test::Configured& c, double x, double g) {
  return is_sign(c.component) && clips(c) && std::fabs(x) > 1 ? 0 : g;  // else straight through
}

}  // namespace

TEST_CASE("the gradient goes straight through every format, in every mode, for every element") {
  for (const std::string& component : test::all_formats())
    for (const test::Configured& c : test::varied(component)) {
      INFO(c.text());
      const auto f = c.make();
      if (!f->parameters({12, 32}).empty()) continue;  // below
      const at::Tensor x = test::interesting({12, 32}, 11), upstream = test::interesting({12, 32}, 12);
      const auto in = test::list(x), g = test::list(upstream);
      const auto got = test::list(gradients(f, x, upstream, test::context_for(*f, {12, 32})).at(0));
      REQUIRE(got.size() == in.size());
      int64_t wrong = 0;
      for (size_t i = 0; i < in.size(); ++i) {
        if (got[i] == reference(c, in[i], g[i])) continue;
        if (wrong++ == 0) UNSCOPED_INFO("x " << in[i] << ", upstream " << g[i] << ", gradient " << got[i]);
      }
      CHECK(wrong == 0);
    }
}

TEST_CASE("clip_gradient stops the gradient where a number saturates, and nowhere else") {
  int64_t clipping = 0;
  for (const std::string& component : test::all_formats()) {
    for (test::Configured c : test::configurations(component)) {
      c = test::with(c, "clip_gradient", true);
      const auto f = c.make();
      if (!c.with.find("clip_gradient") || !f->parameters({8, 32}).empty() || is_sign(component) ||
          !test::is_elementwise(c))
        continue;
      INFO(c.text());
      // Saturated: nothing greater, in either direction, becomes another value.
      const at::Tensor x = test::interesting({8, 32}, 13), upstream = at::ones_like(x);
      const double low = f->quantize(test::doubles({-1e300}), {}).item<double>();
      const double high = f->quantize(test::doubles({1e300}), {}).item<double>();
      const auto in = test::list(x), got = test::list(gradients(f, x, upstream, {}).at(0));
      int64_t wrong = 0;
      for (size_t i = 0; i < in.size(); ++i) {
        const double expected = in[i] >= low && in[i] <= high ? 1 : 0;
        if (got[i] != expected && wrong++ == 0)
          UNSCOPED_INFO("x " << in[i] << ", range " << low << " to " << high << ", gradient " << got[i]);
      }
      CHECK(wrong == 0);
      ++clipping;
    }
  }
  CHECK(clipping > 0);
}

TEST_CASE("clip_gradient on formats that share a grid stops only what lies beyond its value") {
  for (const std::string& component : test::all_formats())
    for (test::Configured c : test::configurations(component)) {
      c = test::with(c, "clip_gradient", true);
      const auto f = c.make();
      if (!c.with.find("clip_gradient") || !f->parameters({8, 32}).empty() || is_sign(component) ||
          test::is_elementwise(c))
        continue;
      INFO(c.text());
      const at::Tensor x = test::interesting({8, 32}, 14), upstream = at::ones_like(x);
      const auto in = test::list(x), out = test::list(f->quantize(x, {}));
      const auto got = test::list(gradients(f, x, upstream, {}).at(0));
      int64_t wrong = 0;
      for (size_t i = 0; i < in.size(); ++i) {
        const bool beyond = std::fabs(in[i]) > std::fabs(out[i]) || in[i] * out[i] < 0;
        if ((got[i] == 1 || (got[i] == 0 && beyond)) || wrong++ > 0) continue;
        UNSCOPED_INFO("x " << in[i] << " became " << out[i] << ", gradient " << got[i]);
      }
      CHECK(wrong == 0);
    }
}

TEST_CASE("every trainable parameter gets a gradient of its shape that is not zero") {
  for (const std::string& component : test::all_formats())
    for (const test::Configured& c : test::varied(component)) {
      const auto f = c.make();
      const auto parameters = f->parameters({12, 32});
      if (parameters.empty()) continue;
      INFO(c.text());
      const at::Tensor x = test::interesting({12, 32}, 15), upstream = test::interesting({12, 32}, 16);
      const Tensors got = gradients(f, x, upstream, test::context_for(*f, {12, 32}));
      REQUIRE(got.size() == parameters.size() + 1);
      for (size_t i = 0; i < parameters.size(); ++i) {
        INFO(parameters[i].name);
        REQUIRE(got[i + 1].defined());
        CHECK(got[i + 1].sizes() == parameters[i].initial.sizes());
        bool some = false;
        for (const double g : test::list(got[i + 1])) some |= g != 0 && std::isfinite(g);
        CHECK(some);
      }
    }
}

namespace {

// Learned step size (Esser et al. 2020), as the paper writes it: s the step, n and p the outermost codes.
struct Lsq {
  double s, n, p;
  double of_x(double x, double g) const { return x / s >= n && x / s <= p ? g : 0; }
  double of_s(double x, double g) const {
    const double v = x / s;
    return g * (v <= n ? n : v >= p ? p : std::nearbyint(v) - v);
  }
};

void check_sum(double got, double expected, double magnitude) {
  INFO("got " << got << ", expected " << expected);
  CHECK(std::fabs(got - expected) <= 1e-6 * magnitude);
}

}  // namespace

TEST_CASE("quant.lsq_integer has the gradients of the paper") {
  if (!test::formats().find("quant.lsq_integer")) return;
  for (const int width : {2, 4, 8})
    for (const bool is_signed : {true, false}) {
      const test::Configured c{"quant.lsq_integer", {{"width", width}, {"is_signed", is_signed}, {"scale", 0.125}}};
      INFO(c.text());
      const auto f = c.make();
      const Lsq lsq{0.125, is_signed ? -std::ldexp(1.0, width - 1) : 0, std::ldexp(1.0, width - is_signed) - 1};
      const at::Tensor x = test::interesting({12, 32}, 17), upstream = test::interesting({12, 32}, 18);
      const Tensors got = gradients(f, x, upstream, test::context_for(*f, {12, 32}));
      const auto in = test::list(x), g = test::list(upstream), of_x = test::list(got.at(0));
      double sum = 0, magnitude = 0;
      int64_t wrong = 0;
      for (size_t i = 0; i < in.size(); ++i) {
        wrong += of_x[i] != lsq.of_x(in[i], g[i]);
        sum += lsq.of_s(in[i], g[i]), magnitude += std::fabs(lsq.of_s(in[i], g[i]));
      }
      const double scale = 1 / std::sqrt(static_cast<double>(in.size()) * lsq.p);
      CHECK(wrong == 0);
      check_sum(test::list(got.at(1)).at(0), sum * scale, magnitude * scale);
    }
}

TEST_CASE("quant.binary_residual_sign: the gradient of a mean is the sum of its signs") {
  if (!test::formats().find("quant.binary_residual_sign")) return;
  for (const List& means : {List{0.8}, List{0.75, 0.25}, List{0.7, 0.3, 0.1}}) {
    const test::Configured c{"quant.binary_residual_sign",
                             {{"levels", static_cast<int64_t>(means.size())}, {"means", means}}};
    INFO(c.text());
    const auto f = c.make();
    const at::Tensor x = test::interesting({12, 32}, 19), upstream = test::interesting({12, 32}, 20);
    const Tensors got = gradients(f, x, upstream, test::context_for(*f, {12, 32}));
    const auto in = test::list(x), g = test::list(upstream), of_means = test::list(got.at(1));
    std::vector<double> sums(means.size()), magnitudes(means.size());
    for (size_t i = 0; i < in.size(); ++i) {
      auto rest = static_cast<float>(in[i]);
      for (size_t level = 0; level < means.size(); ++level) {
        const auto mean = static_cast<float>(means[level].as_double());
        sums[level] += rest >= 0 ? g[i] : -g[i], magnitudes[level] += std::fabs(g[i]);
        rest -= rest >= 0 ? mean : -mean;
      }
    }
    REQUIRE(of_means.size() == means.size());
    for (size_t level = 0; level < means.size(); ++level) check_sum(of_means[level], sums[level], magnitudes[level]);
  }
}
