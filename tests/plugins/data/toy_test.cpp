// data.toy: what the generated samples promise.
#include <catch2/catch.hpp>

#include "files.h"

using namespace test;
using Catch::Contains;
using mase::Map;

TEST_CASE("MASE's toy-tiny: 1x2x2 samples, labelled by the sign of their sum") {
  FakeContext context;
  context.open(mase::Chosen("data.toy"));
  const auto batch = whole(context, "train");
  CHECK(batch.inputs[0].sizes() == at::IntArrayRef{6144, 1, 2, 2});
  const auto x = floats(batch.inputs[0]);
  const auto y = integers(batch.targets[0]);
  int64_t ones = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    const double sum = double{x[4 * i]} + x[4 * i + 1] + x[4 * i + 2] + x[4 * i + 3];
    REQUIRE(y[i] == (sum > 0));
    ones += y[i];
  }
  CHECK(std::abs(ones - 3072) < 3 * 40);  // three standard deviations of a fair coin
}

TEST_CASE("blobs lie around one centre per class") {
  FakeContext context;
  context.open(
      mase::Chosen("data.toy", {{"kind", "blobs"}, {"classes", 3}, {"features", 5}, {"samples", 300}, {"noise", 0.0}}));
  const auto batch = whole(context, "test");
  const auto y = integers(batch.targets[0]);
  for (size_t i = 1; i < y.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      const auto a = batch.inputs[0].narrow(0, static_cast<int64_t>(i), 1),
                 b = batch.inputs[0].narrow(0, static_cast<int64_t>(j), 1);
      REQUIRE(a.equal(b) == (y[i] == y[j]));
    }
}

TEST_CASE("xor follows the signs of two features, linear is linear, moons are half circles") {
  FakeContext x, l, m;
  x.open(mase::Chosen("data.toy", {{"kind", "xor"}, {"samples", 100}}));
  const auto bx = whole(x, "train");
  const auto v = floats(bx.inputs[0]);
  for (int64_t i = 0; i < bx.targets[0].size(0); ++i) {
    const auto k = static_cast<size_t>(i);
    REQUIRE(integers(bx.targets[0])[k] == ((v[2 * k] > 0) != (v[2 * k + 1] > 0)));
  }
  l.open(mase::Chosen("data.toy", {{"kind", "linear"}, {"samples", 100}, {"features", 1}, {"noise", 0.0}}));
  const auto bl = whole(l, "train");
  const auto in = floats(bl.inputs[0]), out = floats(bl.targets[0]);
  for (size_t i = 1; i < in.size(); ++i) REQUIRE(out[i] / in[i] == Approx(out[0] / in[0]));
  m.open(mase::Chosen("data.toy", {{"kind", "moons"}, {"samples", 100}, {"noise", 0.0}}));
  const auto bm = whole(m, "train");
  const auto p = floats(bm.inputs[0]);
  for (size_t i = 0; i < p.size() / 2; ++i) {
    const bool lower = integers(bm.targets[0])[i];
    REQUIRE(std::hypot(p[2 * i] - (lower ? 1 : 0), p[2 * i + 1] - (lower ? 0.5 : 0)) == Approx(1));
  }
}

TEST_CASE("another seed makes other samples, wrong combinations are refused") {
  FakeContext a, b, c;
  a.open(mase::Chosen("data.toy")), b.open(mase::Chosen("data.toy")), c.open(mase::Chosen("data.toy", {{"seed", 1}}));
  CHECK(whole(a, "test").inputs[0].equal(whole(b, "test").inputs[0]));
  CHECK_FALSE(whole(a, "test").inputs[0].equal(whole(c, "test").inputs[0]));
  CHECK_THAT(message([&] { a.open(mase::Chosen("data.toy", {{"kind", "xor"}, {"classes", 3}})); }), Contains("blobs"));
  CHECK_THAT(message([&] { a.open(mase::Chosen("data.toy", {{"kind", "moon"}})); }), Contains("'moons'"));
}
