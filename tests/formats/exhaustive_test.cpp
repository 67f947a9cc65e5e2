// All codes of every element format of at most 10 bits: each decodes, encodes back, is a fixed point, and what lies
// between neighbours goes where the rounding says.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "formats.h"

using namespace mase;

namespace {

constexpr int64_t kMostBits = 10;

// One configuration with all of its codes and, ascending, all values that quantize() can return.
struct Table {
  test::Configured config;
  std::shared_ptr<Format> format;
  std::string rounding, overflow;
  std::vector<int64_t> codes;
  std::vector<double> values;       // of codes
  std::vector<double> grid;         // distinct, finite, reachable, ascending
  std::vector<int64_t> grid_codes;  // their canonical codes
};

bool is_signed(const Format& f) {
  if (const auto point = f.fixed_point()) return point->is_signed;
  const auto codes = test::integers(f.encode(test::floats({-1e30, -1, -0.01, 0, 1, 1e30}), {}).elements);
  return *std::min_element(codes.begin(), codes.end()) < 0;
}

std::vector<int64_t> all_codes(int64_t bits, bool is_signed) {
  std::vector<int64_t> codes;
  const int64_t first = is_signed ? -(int64_t{1} << (bits - 1)) : 0;
  for (int64_t i = 0; i < int64_t{1} << bits; ++i) codes.push_back(first + i);
  return codes;
}

std::vector<double> decode(const Format& f, const std::vector<int64_t>& codes) {
  Codes c = f.encode(test::doubles(std::vector<double>(codes.size(), 1.0)), {});
  c.elements = test::codes_tensor(codes);
  return test::list(f.decode(c));
}

std::vector<double> quantize(const Format& f, const std::vector<double>& x) {
  return test::list(f.quantize(test::doubles(x), {}));
}
double quantize(const Format& f, double x) { return quantize(f, std::vector<double>{x})[0]; }

// Codes that a configuration need not return: beyond its overflow mode.
bool excluded(const Table& t, double value, double highest) {
  if (std::isinf(value)) return t.overflow != "to_infinity";
  return t.overflow == "saturate_symmetric" && std::fabs(value) > highest;
}

void check_codes(Table& t) {
  const Format& f = *t.format;
  t.codes = all_codes(f.bits({1}), is_signed(f));
  t.values = decode(f, t.codes);
  REQUIRE(t.values.size() == t.codes.size());
  const double highest = quantize(f, 1e300);
  const Codes again = f.encode(test::doubles(t.values), {});
  const std::vector<int64_t> back = test::integers(again.elements);
  const std::vector<double> returned = test::list(f.decode(again)), fixed = quantize(f, t.values);
  int64_t no_return = 0, not_fixed = 0, bad = 0;
  std::map<double, int64_t> grid;
  for (size_t i = 0; i < t.codes.size(); ++i) {
    const double v = t.values[i];
    if (std::isnan(v)) {
      bad += !std::isnan(returned[i]);
      continue;
    }
    if (excluded(t, v, highest)) continue;
    if (back[i] != t.codes[i] && returned[i] != v) {
      if (no_return++ == 0) UNSCOPED_INFO("code " << t.codes[i] << " of value " << v << " returns as " << back[i]);
    }
    if (fixed[i] != v && not_fixed++ == 0) UNSCOPED_INFO(v << " becomes " << fixed[i]);
    if (std::isfinite(v)) grid.try_emplace(v, back[i]);
  }
  CHECK(bad == 0);
  CHECK(no_return == 0);
  CHECK(not_fixed == 0);
  for (const auto& [value, code] : grid) t.grid.push_back(value), t.grid_codes.push_back(code);
}

// Among duplicates one code is canonical: encoding the value that a canonical code has returns that code.
void check_canonical(const Table& t) {
  const std::vector<double> values = decode(*t.format, t.grid_codes);
  const auto back = test::integers(t.format->encode(test::doubles(values), {}).elements);
  CHECK(values == t.grid);
  CHECK(back == t.grid_codes);
}

// In single precision the same codes and values, where float32 has them.
void check_single(const Table& t) {
  std::vector<double> x;
  for (const double v : t.grid)
    if (static_cast<double>(static_cast<float>(v)) == v) x.push_back(v);
  CHECK(test::list(t.format->quantize(test::floats(x), {})) == x);
}

enum class Goes { low, high, either };

// Where the middle of a and b goes.
Goes tie(const Table& t, size_t i) {
  const std::string& r = t.rounding;
  const double a = t.grid[i], b = t.grid[i + 1];
  const Goes inward = a + b > 0 ? Goes::low : a + b < 0 ? Goes::high : Goes::either;
  const Goes outward = a + b > 0 ? Goes::high : a + b < 0 ? Goes::low : Goes::either;
  if (r == "floor" || r == "nearest_down") return Goes::low;
  if (r == "ceil" || r == "nearest_up") return Goes::high;
  if (r == "toward_zero" || r == "nearest_toward_zero") return inward;
  if (r == "away_from_zero" || r == "nearest_away") return outward;
  const bool even_a = t.grid_codes[i] % 2 == 0, even_b = t.grid_codes[i + 1] % 2 == 0;
  if (even_a != even_b) return even_a ? Goes::low : Goes::high;
  return Goes::either;
}

// Where what lies nearer to one of the two goes.
Goes beside(const Table& t, size_t i, bool nearer_low) {
  const std::string& r = t.rounding;
  const double middle = t.grid[i] / 2 + t.grid[i + 1] / 2;
  if (r == "floor") return Goes::low;
  if (r == "ceil") return Goes::high;
  if (r == "toward_zero") return middle > 0 ? Goes::low : middle < 0 ? Goes::high : Goes::either;
  if (r == "away_from_zero") return middle > 0 ? Goes::high : middle < 0 ? Goes::low : Goes::either;
  return nearer_low ? Goes::low : Goes::high;
}

// The border between neighbours: their mean, or where exponents are rounded their geometric mean.
double border(const Table& t, size_t i) {
  const double a = t.grid[i], b = t.grid[i + 1];
  const bool exponents = test::rounds_exponents(t.config.component);
  return exponents && a * b > 0 ? std::copysign(std::sqrt(a * b), a) : a / 2 + b / 2;
}

bool right(Goes goes, double y, double a, double b) {
  return goes == Goes::low ? y == a : goes == Goes::high ? y == b : y == a || y == b;
}

void check_borders(const Table& t) {
  std::vector<double> x;
  for (size_t i = 0; i + 1 < t.grid.size(); ++i) {
    const double m = border(t, i);
    x.insert(x.end(), {std::nextafter(m, -INFINITY), m, std::nextafter(m, INFINITY)});
  }
  const std::vector<double> y = quantize(*t.format, x);
  // A geometric mean is irrational: its neighbours are on the right side of it, only what is nearest to it is not
  // known.
  const bool means = test::rounds_exponents(t.config.component), known = test::known_borders(t.config);
  int64_t wrong = 0;
  for (size_t i = 0; i + 1 < t.grid.size(); ++i) {
    const double a = t.grid[i], b = t.grid[i + 1];
    const Goes goes[3] = {beside(t, i, true), means && a * b > 0 ? Goes::either : tie(t, i), beside(t, i, false)};
    for (size_t k = 0; k < 3; ++k) {
      if (right(known ? goes[k] : Goes::either, y[3 * i + k], a, b)) continue;
      if (wrong++ == 0) UNSCOPED_INFO(x[3 * i + k] << " between " << a << " and " << b << " becomes " << y[3 * i + k]);
    }
  }
  CHECK(wrong == 0);
}

void check_beyond(const Table& t) {
  const double low = t.grid.front(), high = t.grid.back();
  for (const double sign : {-1.0, 1.0}) {
    const double edge = sign < 0 ? low : high;
    if (std::signbit(edge) != std::signbit(sign) && edge != 0) continue;
    const double far = sign * (4 * std::max(std::fabs(edge), 1e-300) + 1e6), y = quantize(*t.format, far);
    UNSCOPED_INFO(far << " becomes " << y << " where the limit is " << edge);
    if (t.overflow == "saturate_to_zero")
      CHECK(y == 0);
    else if (t.overflow == "to_infinity")
      CHECK((std::isinf(y) || std::isnan(y) || y == edge));
    else if (t.overflow != "wrap")
      CHECK(y == edge);
  }
}

// Frequencies of the two neighbours, so that the mean is x: within 5 standard deviations of a binomial.
void check_stochastic(const Table& t) {
  constexpr int64_t kDraws = 20000;
  const size_t step = std::max<size_t>(1, t.grid.size() / 5);
  Random random(7);
  for (size_t i = 0; i + 1 < t.grid.size(); i += step) {
    const double a = t.grid[i], b = t.grid[i + 1], p = 0.3, x = a + p * (b - a);
    if (!(x > a && x < b)) continue;
    QuantizeContext context;
    context.random = &random;
    const auto y = test::list(t.format->quantize(test::doubles(std::vector<double>(kDraws, x)), context));
    int64_t up = 0, other = 0;
    for (const double v : y) up += v == b, other += v != a && v != b;
    const double q = (x - a) / (b - a), rate = static_cast<double>(up) / kDraws;
    UNSCOPED_INFO(x << " between " << a << " and " << b << ": " << up << " of " << kDraws << " went up");
    CHECK(other == 0);
    CHECK(std::fabs(rate - q) < 5 * std::sqrt(q * (1 - q) / kDraws));
    // Of draws with two outcomes the variance is rate * (1 - rate) * (b - a)^2; that they are independent shows in
    // the runs: neighbours differ as often as two draws do.
    int64_t changes = 0;
    for (size_t k = 1; k < y.size(); ++k) changes += y[k] != y[k - 1];
    const double expected = 2 * q * (1 - q);
    CHECK(std::fabs(static_cast<double>(changes) / (kDraws - 1) - expected) < 5 * std::sqrt(expected / kDraws));
  }
}

// The fraction of minifloat_denorm has no leading one: without mantissa bits, 0 is all that it holds, as in MASE.
bool holds_zero_alone(const test::Configured& c, const Format& f) {
  return c.component == "quant.minifloat_denorm" && f.precision().at(0) == f.precision().at(1) + 1;
}

void check(const test::Configured& config) {
  Table t{config, config.make(), test::choice(config, "rounding"), test::choice(config, "overflow"), {}, {}, {}, {}};
  INFO(config.text());
  if (t.rounding == "stochastic") {  // its grid is the same, and every value of it a fixed point
    check_codes(t);
    if (t.grid.size() > 1) check_stochastic(t);
    return;
  }
  check_codes(t);
  if (holds_zero_alone(config, *t.format)) {
    CHECK(t.grid == std::vector<double>{0});
    return;
  }
  REQUIRE(t.grid.size() > 1);
  check_canonical(t);
  check_single(t);
  check_borders(t);
  check_beyond(t);
}

// Roundings and overflows together, on each configuration of interest.
std::vector<test::Configured> with_modes(const std::string& component) {
  std::vector<test::Configured> out;
  std::vector<std::string> roundings = test::choices(component, "rounding"),
                           overflows = test::choices(component, "overflow");
  if (roundings.empty()) roundings = {""};
  if (overflows.empty()) overflows = {""};
  for (const test::Configured& c : test::configurations(component))
    for (const std::string& r : roundings)
      for (const std::string& o : overflows) {
        test::Configured m = test::with(c, "nan", "propagate");
        if (!r.empty()) m = test::with(m, "rounding", r);
        if (!o.empty()) m = test::with(m, "overflow", o);
        if (test::accepted(m)) out.push_back(m);
      }
  return out;
}

}  // namespace

TEST_CASE("every code of every element format of at most 10 bits, in every mode") {
  int64_t components = 0;
  for (const std::string& component : test::all_formats()) {
    int64_t configurations = 0;
    for (const test::Configured& c : with_modes(component)) {
      if (c.make()->bits({1}) > kMostBits) continue;
      if (configurations == 0 && !test::is_elementwise(c)) break;
      check(c);
      ++configurations;
    }
    components += configurations > 0;
  }
  CHECK(components > 0);
}
