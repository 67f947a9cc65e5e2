// nn.interpolate against places and weights written out.
#include "places.h"

using namespace test;

namespace {

struct Scaling {
  int64_t from, to;
  double factor;  // source elements to a result's
  bool corners;
};

// Weights of source places for place `i` of the result, in the words of PyTorch's documentation.
std::vector<std::pair<int64_t, double>> weights(const std::string& mode, const Scaling& s, int64_t i) {
  const auto inside = [&](int64_t k) { return std::clamp<int64_t>(k, 0, s.from - 1); };
  if (mode == "nearest") return {{inside(static_cast<int64_t>(std::floor(static_cast<double>(i) * s.factor))), 1}};
  if (mode == "nearest_exact")
    return {{inside(static_cast<int64_t>(std::floor((static_cast<double>(i) + 0.5) * s.factor))), 1}};
  const bool cubic = mode == "bicubic";
  double place = s.corners ? (s.to > 1 ? static_cast<double>(i * (s.from - 1)) / static_cast<double>(s.to - 1) : 0)
                           : (static_cast<double>(i) + 0.5) * s.factor - 0.5;
  if (!cubic) place = std::max(place, 0.0);
  const auto first = static_cast<int64_t>(std::floor(place));
  const double t = place - static_cast<double>(first);
  if (!cubic) return {{inside(first), 1 - t}, {inside(first + 1), t}};
  const auto kernel = [](double d) {
    constexpr double kA = -0.75;
    d = std::abs(d);
    return d <= 1 ? ((kA + 2) * d - (kA + 3)) * d * d + 1 : ((kA * d - 5 * kA) * d + 8 * kA) * d - 4 * kA;
  };
  std::vector<std::pair<int64_t, double>> taps;
  for (int64_t k = -1; k <= 2; ++k) taps.emplace_back(inside(first + k), kernel(t - static_cast<double>(k)));
  return taps;
}

// Compares a result with the products of weights over all axes behind batch and channels.
double interpolation_error(const at::Tensor& x, const Map& with, const Shape& shape,
                           const std::vector<double>& factors) {
  const std::string mode = with.at("mode").as_string();
  const bool corners = with.find("align_corners") && with.at("align_corners").as_bool();
  return worst_place(OneOp("nn.interpolate", with, {shape_of(x)})(x), shape, [&](const Shape& p) {
    std::vector<std::pair<Shape, double>> all{{{p[0], p[1]}, 1.0}};
    for (size_t axis = 2; axis < p.size(); ++axis) {
      std::vector<std::pair<Shape, double>> next;
      const Scaling s{x.size(static_cast<int64_t>(axis)), shape[axis], factors[axis - 2], corners};
      for (const auto& [place, weight] : all)
        for (const auto& [k, w] : weights(mode, s, p[axis])) {
          next.emplace_back(place, weight * w);
          next.back().first.push_back(k);
        }
      all = std::move(next);
    }
    double sum = 0;
    for (const auto& [place, weight] : all) sum += weight * value_at(x, place);
    return sum;
  });
}

}  // namespace

TEST_CASE("nn.interpolate by sizes") {
  const at::Tensor image = values({2, 2, 4, 5}, 3, at::kDouble);
  for (const char* mode : {"nearest", "nearest_exact", "bilinear", "bicubic"})
    for (const Shape& size : {Shape{7, 3}, Shape{8, 10}, Shape{1, 6}}) {
      INFO(mode);
      const std::vector<double> factors{4.0 / static_cast<double>(size[0]), 5.0 / static_cast<double>(size[1])};
      Map with{{"mode", mode}, {"size", List{size[0], size[1]}}};
      CHECK(interpolation_error(image, with, {2, 2, size[0], size[1]}, factors) < 1e-12);
      if (mode[0] != 'b') continue;
      with.set("align_corners", true);
      CHECK(interpolation_error(image, with, {2, 2, size[0], size[1]}, factors) < 1e-12);
    }
  const at::Tensor line = values({2, 2, 5}, 4, at::kDouble), volume = values({1, 2, 2, 3, 4}, 5, at::kDouble);
  for (const char* mode : {"nearest", "nearest_exact", "linear"})
    CHECK(interpolation_error(line, {{"mode", mode}, {"size", List{8}}}, {2, 2, 8}, {5.0 / 8}) < 1e-12);
  for (const char* mode : {"nearest", "nearest_exact", "trilinear"})
    CHECK(interpolation_error(volume, {{"mode", mode}, {"size", List{6}}}, {1, 2, 6, 6, 6}, {2.0 / 6, 0.5, 4.0 / 6}) <
          1e-12);
}

TEST_CASE("nn.interpolate by factors, which then give the places as in PyTorch") {
  const at::Tensor image = values({2, 2, 4, 5}, 3, at::kDouble);
  for (const char* mode : {"nearest", "nearest_exact", "bilinear", "bicubic"}) {
    INFO(mode);
    CHECK(interpolation_error(image, {{"mode", mode}, {"scale_factor", List{1.6, 2.5}}}, {2, 2, 6, 12},
                              {1 / 1.6, 1 / 2.5}) < 1e-12);
    CHECK(interpolation_error(image, {{"mode", mode}, {"scale_factor", List{2}}}, {2, 2, 8, 10}, {0.5, 0.5}) < 1e-12);
  }
}

TEST_CASE("nn.interpolate hands the grid on where it picks, and has gradients where it weighs") {
  const auto grid = [](const char* mode) {
    return OneOp("nn.interpolate", {{"mode", mode}, {"size", List{2}}}, {}).grid({FixedPoint{8, 4, true}});
  };
  CHECK(grid("nearest") == FixedPoint{8, 4, true});
  CHECK(grid("nearest_exact") == FixedPoint{8, 4, true});
  CHECK_FALSE(grid("bilinear"));
  const at::Tensor x = values({1, 2, 3, 3}, 5, at::kDouble);
  for (const char* mode : {"nearest", "bilinear", "bicubic"}) {
    OneOp op("nn.interpolate", {{"mode", mode}, {"scale_factor", List{2}}}, {});
    CHECK(gradient_error([&](const at::Tensor& moved) { return op(moved); }, x) < 1e-7);
  }
  const OneOp op("nn.interpolate", {{"mode", "bilinear"}, {"size", List{4}}}, {});
  CHECK(op.op->cost({{1, 2, 2, 2}}, {{1, 2, 4, 4}}).operations == 4 * 32);
}

TEST_CASE("nn.interpolate refuses what says nothing") {
  const auto with = [](Map fields, const Shape& shape = {1, 2, 4, 4}) {
    return refusal("nn.interpolate", fields, {values(shape)});
  };
  CHECK_THAT(with({}), Catch::Contains("found neither size nor scale_factor"));
  CHECK_THAT(with({{"size", List{2}}, {"scale_factor", List{2}}}), Catch::Contains("found both"));
  CHECK_THAT(with({{"size", List{2}}, {"align_corners", true}}),
             Catch::Contains("align_corners has no meaning in mode nearest"));
  CHECK_THAT(with({{"size", List{2}}, {"mode", "linear"}}),
             Catch::Contains("expected [batch, channels, length] in mode linear"));
  CHECK_THAT(with({{"size", List{2}}, {"mode", "trilinear"}}),
             Catch::Contains("expected [batch, channels, depth, height, width]"));
  CHECK_THAT(with({{"size", List{2, 2, 2}}}),
             Catch::Contains("size has 3 entries, but the input's shape is [1,2,4,4], expected 1 or 2"));
  CHECK_THAT(with({{"scale_factor", List{0.1}}}), Catch::Contains("scale_factor makes 0.0 of size 4"));
  CHECK_THAT(with({{"size", List{2}}}, {1, 2}), Catch::Contains("with one to three axes"));
  CHECK_THAT(with({{"size", List{2}}}, {1, 2, 0}), Catch::Contains("expected no empty axes"));
}
