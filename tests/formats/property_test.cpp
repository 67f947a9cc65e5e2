// What must hold for every registered format and at least 100,000 numbers each: codes say what quantize() says, values
// are fixed points, order and sign are kept, and rank, layout, axis and padding change nothing.
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "formats.h"

using namespace mase;

namespace {

constexpr int64_t kCases = 100000;

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {{64}, {5, 9}, {}, {3, 4, 6}, {2, 3, 4, 5}, {1}, {4, 37}, {2, 1, 3, 2, 4}};
  return all;
}

// Calls body(configuration, x) for configurations and shapes in turn until enough numbers were seen.
template <class Body>
void over_all(bool rules, Body body) {
  for (const std::string& component : test::all_formats()) {
    const std::vector<test::Configured> configured = test::varied(component, rules);
    int64_t cases = 0;
    for (uint64_t seed = 0; cases < kCases || seed < configured.size(); ++seed) {
      const test::Configured& c = configured[seed % configured.size()];
      Shape shape = shapes()[seed / configured.size() % shapes().size()];
      if (!shape.empty()) shape[0] *= 16;
      INFO(c.text() << ", shape " << Value(shape).json() << ", seed " << seed);
      const at::Tensor x = test::interesting(shape, seed);
      body(c, x);
      cases += x.numel();
      if (x.numel() == 1) cases += 63;  // scalars would never end
    }
  }
}

QuantizeContext context(const Format& f, const at::Tensor& x, Random& random) {
  QuantizeContext context = test::context_for(f, shape_of(x));
  context.random = &random;
  return context;
}

at::Tensor quantize(const Format& f, const at::Tensor& x) {
  Random random(3);
  return f.quantize(x, context(f, x, random));
}

bool same_bits(double a, double b) {
  return (a != a && b != b) || std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

// Elements that differ bit for bit, and the first of them as a message.
int64_t differing(const at::Tensor& x, const at::Tensor& expected, const at::Tensor& got, double tolerance = 0) {
  const auto in = test::list(x), a = test::list(expected), b = test::list(got);
  if (a.size() != b.size()) return -1;
  int64_t count = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (same_bits(a[i], b[i]) || std::fabs(a[i] - b[i]) <= tolerance * std::fabs(a[i])) continue;
    if (count++ == 0) UNSCOPED_INFO("element " << i << ", input " << in[i] << ": " << a[i] << " against " << b[i]);
  }
  return count;
}

// Scales that are means or quotients carry the error of their own rounding.
double tolerance(const Format& f, const at::Tensor& x) {
  Random random(3);
  return f.encode(x, context(f, x, random)).scale.defined() ? 4e-7 : 0;
}

// The number of the group of elements that share what is shared.
std::vector<int64_t> groups(const Codes& codes, const Shape& shape) {
  int64_t count = 1;
  for (const int64_t s : shape) count *= s;
  std::vector<int64_t> of(static_cast<size_t>(count), 0);
  if (codes.blocks.block.empty()) return of;
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i, group = 0, stride = 1;
    for (size_t axis = shape.size(); axis-- > 0;) {
      const int64_t block = codes.blocks.block[axis];
      group += rest % shape[axis] / block * stride;
      stride *= (shape[axis] + block - 1) / block;
      rest /= shape[axis];
    }
    of[static_cast<size_t>(i)] = group;
  }
  return of;
}

// Groups whose outermost number is the one code of two's complement that has no counterpart, -2^k. What shares an
// exponent with it has the next exponent once it is quantized (OCP's MXINT8 too), and its negative saturates.
std::set<int64_t> lone_minima(const Codes& codes, const std::vector<int64_t>& group) {
  std::map<int64_t, int64_t> least, most;
  const auto elements = test::integers(codes.elements);
  for (size_t i = 0; i < elements.size(); ++i) {
    least[group[i]] = std::min(least[group[i]], elements[i]);
    most[group[i]] = std::max(most[group[i]], elements[i]);
  }
  std::set<int64_t> found;
  for (const auto& [g, e] : least)
    if (e < 0 && (e & -e) == -e && most[g] < -e) found.insert(g);
  return found;
}

// Blocks of NVFP4 whose own e4m3 scale is subnormal. Rounding that scale up by as much as a half may leave the block's
// greatest element at 4 instead of 6; from there the next scale is smaller.
std::set<int64_t> coarse_scales(const std::string& component, const Codes& codes) {
  std::set<int64_t> found;
  if (component != "quant.nvfp4") return found;
  const auto scales = test::integers(codes.exponents);
  for (size_t i = 0; i < scales.size(); ++i)
    if (scales[i] < 8) found.insert(static_cast<int64_t>(i));
  return found;
}

// Rows of an unsigned scale_integer whose greatest magnitude is negative: it makes the scale and becomes 0, so that the
// next scale is smaller.
std::set<int64_t> negative_maxima(const test::Configured& c, const at::Tensor& x, const std::vector<int64_t>& group) {
  std::set<int64_t> found;
  if (c.component != "quant.scale_integer" || !test::is_unsigned(*c.make())) return found;
  std::map<int64_t, double> outermost;
  const auto in = test::list(x);
  for (size_t i = 0; i < in.size(); ++i)
    if (std::fabs(in[i]) > std::fabs(outermost[group[i]])) outermost[group[i]] = in[i];
  for (const auto& [g, v] : outermost)
    if (v < 0) found.insert(g);
  return found;
}

}  // namespace

TEST_CASE("codes decode to what quantize returns, in float32 and float64") {
  over_all(false, [](const test::Configured& c, const at::Tensor& x) {
    const auto f = c.make();
    for (const auto type : {at::kFloat, at::kDouble}) {
      const at::Tensor t = x.to(type);
      Random one(3), other(3);  // the same draw in both
      const at::Tensor y = f->quantize(t, context(*f, t, one));
      const Codes codes = f->encode(t, context(*f, t, other));
      CHECK(y.scalar_type() == type);
      CHECK(y.sizes() == t.sizes());
      CHECK(codes.elements.scalar_type() == at::kLong);
      CHECK(codes.elements.sizes() == t.sizes());
      const at::Tensor decoded = f->decode(codes);
      CHECK(decoded.scalar_type() == at::kDouble);
      CHECK(differing(t, y, decoded.to(type)) == 0);
    }
  });
}

TEST_CASE("codes under rule: mase decode to what quantize returns, or are refused") {
  int64_t carried = 0;
  for (const std::string& component : test::all_formats()) {
    const test::Configured c = test::with({component, {}}, "rule", "mase");
    if (!c.with.find("rule")) continue;
    INFO(c.text());
    const auto f = c.make();
    const at::Tensor x = test::interesting({32, 48}, 5);
    const at::Tensor y = f->quantize(x, {});
    try {
      const auto a = test::list(y), b = test::list(f->decode(f->encode(x, {})));
      int64_t wrong = 0;
      for (size_t i = 0; i < a.size(); ++i) wrong += a[i] != b[i];  // -0 and +0 are equal here
      CHECK(wrong == 0);
      ++carried;
    } catch (const Error& e) {
      CHECK(std::string(e.what()).find("carr") != std::string::npos);
    }
  }
  CHECK(carried > 0);
}

namespace {

bool is_nearest(const std::string& rounding) { return rounding.empty() || rounding.rfind("nearest", 0) == 0; }

}  // namespace

TEST_CASE("a quantized tensor is a fixed point") {
  over_all(false, [](const test::Configured& c, const at::Tensor& x) {
    const auto f = test::with(c, "nan", "propagate").make();  // what overflows may become one
    Random random(3);
    const Codes codes = f->encode(x, context(*f, x, random));
    const auto group = groups(codes, shape_of(x));
    std::set<int64_t> exempt = codes.blocks.block.empty() ? std::set<int64_t>() : lone_minima(codes, group);
    exempt.merge(coarse_scales(c.component, codes));
    exempt.merge(negative_maxima(c, x, group));
    const at::Tensor y = quantize(*f, x);
    const auto once = test::list(y), twice = test::list(quantize(*f, y));
    const double allowed = tolerance(*f, x);
    // A scale taken from the values changes when directed rounding has moved the outermost of them.
    if (allowed > 0 && !is_nearest(test::choice(c, "rounding"))) return;
    int64_t wrong = 0;
    for (size_t i = 0; i < once.size(); ++i) {
      if (same_bits(once[i], twice[i]) || std::fabs(once[i] - twice[i]) <= allowed * std::fabs(once[i])) continue;
      if (exempt.count(group[i]) || wrong++ > 0) continue;
      UNSCOPED_INFO("element " << i << ": " << once[i] << " becomes " << twice[i]);
    }
    CHECK(wrong == 0);
  });
}

namespace {

bool ordered(const test::Configured& c) {
  const std::string rounding = test::choice(c, "rounding"), overflow = test::choice(c, "overflow");
  return rounding != "stochastic" && overflow != "wrap" && overflow != "saturate_to_zero" && overflow != "to_infinity";
}

}  // namespace

TEST_CASE("numbers that share a grid keep their order") {
  over_all(false, [](const test::Configured& c, const at::Tensor& x) {
    const auto f = c.make();
    if (!ordered(c) || x.dim() == 0) return;
    Random random(3);
    const Codes codes = f->encode(x, context(*f, x, random));
    if (codes.blocks.block.empty() && codes.scale.defined() && codes.scale.numel() > 1) return;
    const auto in = test::list(x), out = test::list(quantize(*f, x));
    const auto group = groups(codes, shape_of(x));
    std::vector<size_t> order(in.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return std::tie(group[a], in[a]) < std::tie(group[b], in[b]); });
    int64_t wrong = 0;
    for (size_t k = 1; k < order.size(); ++k) {
      const size_t a = order[k - 1], b = order[k];
      if (group[a] != group[b] || out[a] <= out[b]) continue;
      if (wrong++ == 0) UNSCOPED_INFO(in[a] << " becomes " << out[a] << ", but " << in[b] << " becomes " << out[b]);
    }
    CHECK(wrong == 0);
  });
}

namespace {

std::set<size_t> on_borders(const Format& f, const at::Tensor& x) {
  const auto below = test::list(quantize(f, at::mul(x, 1 - 1e-6))),
             above = test::list(quantize(f, at::mul(x, 1 + 1e-6)));
  std::set<size_t> found;
  for (size_t i = 0; i < below.size(); ++i)
    if (std::fabs(above[i] - below[i]) > 1e-3 * std::fabs(above[i])) found.insert(i);
  return found;
}

}  // namespace

TEST_CASE("the negated tensor is quantized to the negated values") {
  const std::set<std::string> symmetric = {
      "", "nearest_even", "toward_zero", "nearest_away", "nearest_toward_zero", "away_from_zero"};
  over_all(false, [&](const test::Configured& c, const at::Tensor& x) {
    const auto f = c.make();
    const std::string rounding = test::choice(c, "rounding");
    if (!symmetric.count(rounding) || test::is_unsigned(*f) || test::has_zero_point(c.component)) return;
    if (test::choice(c, "overflow") == "wrap") return;
    Random one(3), other(3);
    const at::Tensor negated = at::neg(x);
    const Codes codes = f->encode(x, context(*f, x, one)), mirrored = f->encode(negated, context(*f, x, other));
    const auto in = test::list(x), plus = test::list(quantize(*f, x)), minus = test::list(quantize(*f, negated));
    const auto group = groups(codes, shape_of(x));
    std::set<int64_t> exempt = lone_minima(codes, group);
    exempt.merge(lone_minima(mirrored, group));
    std::map<int64_t, double> outermost;
    for (size_t i = 0; i < in.size(); ++i)
      outermost[group[i]] = std::max({outermost[group[i]], std::fabs(plus[i]), std::fabs(minus[i])});
    // Signs send a number on the border between two to the same side whatever its own sign.
    const std::set<size_t> borders = test::known_borders(c) ? std::set<size_t>() : on_borders(*f, x);
    int64_t wrong = 0;
    for (size_t i = 0; i < in.size(); ++i) {
      if (plus[i] == -minus[i] || (plus[i] != plus[i] && minus[i] != minus[i]) || in[i] == 0 || borders.count(i))
        continue;
      const double far = std::max(std::fabs(plus[i]), std::fabs(minus[i]));
      // Beyond the range only: at the code without a counterpart, or at 0 in its place.
      if (exempt.count(group[i]) && (far == outermost[group[i]] || plus[i] == 0 || minus[i] == 0)) continue;
      if (wrong++ == 0) UNSCOPED_INFO(in[i] << " becomes " << plus[i] << ", but " << -in[i] << " becomes " << minus[i]);
    }
    CHECK(wrong == 0);
  });
}

TEST_CASE("a view is quantized as its contiguous copy is") {
  over_all(true, [](const test::Configured& c, const at::Tensor& x) {
    if (x.dim() < 2) return;
    const auto f = c.make();
    const at::Tensor view = x.transpose(0, -1), copy = view.contiguous();
    CHECK(differing(copy, quantize(*f, copy), quantize(*f, view)) == 0);
    const at::Tensor narrow = x.narrow(-1, 0, std::max<int64_t>(1, x.size(-1) - 1)), dense = narrow.contiguous();
    CHECK(differing(dense, quantize(*f, dense), quantize(*f, narrow)) == 0);
    const at::Tensor wide = x.narrow(0, 0, 1).expand(x.sizes()), full = wide.contiguous();
    CHECK(differing(full, quantize(*f, full), quantize(*f, wide)) == 0);
  });
}

TEST_CASE("blocks: padding with zeros and the choice of the axis change no value") {
  for (const std::string& component : test::all_formats()) {
    const test::Configured c{component, {}};
    const test::Configured axis0 = test::with(c, "block_size", Map{{"axis", 0}, {"size", 8}});
    const test::Configured axis1 = test::with(c, "block_size", Map{{"axis", -1}, {"size", 8}});
    if (!axis0.with.find("block_size") || !test::accepted(axis0)) continue;
    INFO(component);

    for (uint64_t seed = 0; seed < 100; ++seed) {
      const at::Tensor x = test::interesting({13, 83}, seed);
      const auto across = axis0.make(), along = axis1.make();
      const at::Tensor y = quantize(*along, x), turned = quantize(*across, x.transpose(0, 1).contiguous());
      CHECK(differing(x, y, turned.transpose(0, 1).contiguous()) == 0);
      const at::Tensor padded = at::constant_pad_nd(x, {0, 5}, 0);
      CHECK(differing(x, y, quantize(*along, padded).narrow(-1, 0, 83).contiguous()) == 0);
      CHECK(along->bits({13, 83}) > 0);
    }
  }
}
