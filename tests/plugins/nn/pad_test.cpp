// nn.pad against places counted one by one.
#include "places.h"

using namespace test;

namespace {

// Where place `i` of an axis of `size` comes from; -1: nowhere.
int64_t source(const std::string& mode, int64_t i, int64_t size) {
  if (i >= 0 && i < size) return i;
  if (mode == "constant") return -1;
  if (mode == "replicate") return i < 0 ? 0 : size - 1;
  if (mode == "circular") return i < 0 ? i + size : i - size;
  return i < 0 ? -i : 2 * size - 2 - i;
}

}  // namespace

TEST_CASE("nn.pad adds what its mode says, the last axis first") {
  const at::Tensor x = values({2, 3, 4, 5});
  for (const char* mode : {"constant", "reflect", "replicate", "circular"})
    for (const List& pad : {List{1, 2}, List{2, 0, 1, 3}, List{-1, 2, 0, -2}, List{0, 0, 1, 0, 2, 1}}) {
      const auto at = [&](size_t i) { return i < pad.size() ? pad[i].as_int() : 0; };
      const at::Tensor y = OneOp("nn.pad", {{"pad", pad}, {"mode", mode}, {"value", 0.5}}, {{1, 3, 4, 5}})(x);
      const Shape shape{2, 3 + at(4) + at(5), 4 + at(2) + at(3), 5 + at(0) + at(1)};
      CHECK(worst_place(y, shape, [&](const Shape& p) {
              const int64_t c = source(mode, p[1] - at(4), 3), r = source(mode, p[2] - at(2), 4),
                            s = source(mode, p[3] - at(0), 5);
              return c < 0 || r < 0 || s < 0 ? 0.5 : value_at(x, {p[0], c, r, s});
            }) == 0);
    }
}

TEST_CASE("nn.pad's grid holds the constant as well") {
  const auto grid = [](Map with) {
    with.set("pad", List{1, 1});
    return OneOp("nn.pad", with, {}).grid({FixedPoint{4, 1, false}});  // 0 to 7.5
  };
  CHECK(grid({}) == FixedPoint{4, 1, false});
  CHECK(grid({{"value", 7.0}}) == FixedPoint{4, 1, false});
  CHECK(grid({{"value", 8.0}}) == FixedPoint{5, 1, false});
  CHECK(grid({{"value", -0.25}}) == least_grid(-1, 30, 2));
  CHECK_FALSE(grid({{"value", 0.1}}));
  CHECK_FALSE(grid({{"value", 1e300}}));
  CHECK(grid({{"value", 8.0}, {"mode", "reflect"}}) == FixedPoint{4, 1, false});
}

TEST_CASE("gradients of nn.pad are sums over copies") {
  const at::Tensor x = values({2, 3, 4}, 5, at::kDouble);
  for (const char* mode : {"constant", "reflect", "replicate", "circular"}) {
    OneOp op("nn.pad", {{"pad", List{2, 1, 1, -1}}, {"mode", mode}}, {{1, 3, 4}});
    CHECK(gradient_error([&](const at::Tensor& moved) { return op(moved); }, x) < 1e-7);
  }
}

TEST_CASE("nn.pad refuses what it cannot take or add") {
  const auto with = [](List pad, const char* mode) {
    return refusal("nn.pad", {{"pad", pad}, {"mode", mode}}, {numbered({1, 4})});
  };
  CHECK_THAT(with({1}, "constant"), Catch::Contains("pad is [1], expected two numbers for each axis"));
  CHECK_THAT(with({1, 1, 1, 1, 1, 1}, "constant"), Catch::Contains("an axis for each two numbers of pad"));
  CHECK_THAT(with({-2, -3}, "constant"),
             Catch::Contains("axis 1 of the input's shape [1,4] has 4 places, pad takes more away"));
  CHECK_THAT(with({INT64_MIN, INT64_MAX}, "constant"), Catch::Contains("more than any memory holds"));
  CHECK_THAT(with({4, 0}, "reflect"), Catch::Contains("pad reflects, and must be less"));
  CHECK_THAT(with({5, 0}, "circular"), Catch::Contains("must not be more"));
  CHECK_THAT(with({1, 1}, "mirror"), Catch::Contains("mirror"));
}
