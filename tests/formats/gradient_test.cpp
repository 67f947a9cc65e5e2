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

// Formats whose gradient is their own, with the reference of it: d loss / d x for each element.
struct Own {
  const char* component;
  double (*reference)(double x, double upstream);
};
const std::vector<Own>& own_gradients() {
  static const std::vector<Own> own = {
      // The sign's gradient is that of hardtanh: Hubara et al. 2016.
      {"quant.binary", [](double x, double g) { return std::fabs(x) <= 1 ? g : 0; }},
  };
  return own;
}

double reference(const std::string& component, double x, double g) {
  for (const Own& o : own_gradients())
    if (component == o.component) return o.reference(x, g);
  return g;  // straight through
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
        if (got[i] == reference(component, in[i], g[i])) continue;
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
      if (!c.with.find("clip_gradient") || !f->parameters({8, 32}).empty() || !test::is_elementwise(c)) continue;
      INFO(c.text());
      // Saturated: nothing greater, in either direction, becomes another value.
      const at::Tensor x = test::interesting({8, 32}, 13), upstream = at::ones_like(x);
      const double low = f->quantize(test::doubles({-1e300}), {}).item<double>();
      const double high = f->quantize(test::doubles({1e300}), {}).item<double>();
      const auto in = test::list(x), got = test::list(gradients(f, x, upstream, {}).at(0));
      int64_t wrong = 0;
      for (size_t i = 0; i < in.size(); ++i) {
        const double expected = in[i] >= low && in[i] <= high ? reference(component, in[i], 1) : 0;
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
      if (!c.with.find("clip_gradient") || !f->parameters({8, 32}).empty() || test::is_elementwise(c)) continue;
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
