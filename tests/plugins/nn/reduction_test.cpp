// Sum, mean, extremes, product, logic and logsumexp along every set of axes, and their grids.
#include "reduction.h"

#include <algorithm>
#include <numeric>

using namespace test;

namespace {

double sum_of(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }
double product_of(const std::vector<double>& v) {
  return std::accumulate(v.begin(), v.end(), 1.0, std::multiplies<>());
}
double log_of_exponentials(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += std::exp(x);
  return std::log(sum);
}

}  // namespace

TEST_CASE("reductions along every set of axes are what they are named after") {
  const at::Tensor x = values({2, 3, 4}, 3, at::kDouble);
  check_reduction("nn.sum", {}, x, sum_of);
  check_reduction("nn.mean", {}, x, [](const auto& v) { return sum_of(v) / static_cast<double>(v.size()); });
  check_reduction("nn.amax", {}, x, [](const auto& v) { return *std::max_element(v.begin(), v.end()); });
  check_reduction("nn.amin", {}, x, [](const auto& v) { return *std::min_element(v.begin(), v.end()); });
  check_reduction("nn.prod", {}, x, product_of);
  check_reduction("nn.logsumexp", {}, x, log_of_exponentials);
}

TEST_CASE("logic along every set of axes is true or false") {
  const at::Tensor x = at::tensor({1, 0, 0, 0, 1, 1, 2, 1, 0, 0, 1, 0, 3, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, at::kLong);
  for (const at::ScalarType type : {at::kLong, at::kFloat, at::kBool}) {
    const at::Tensor given = x.view({2, 3, 4}).to(type);
    check_reduction("nn.any", {}, given, [](const auto& v) { return sum_of(v) > 0; });
    check_reduction("nn.all", {}, given, [](const auto& v) { return product_of(v) > 0; });
    CHECK(OneOp("nn.any", {}, {{2, 3, 4}})(given).scalar_type() == at::kBool);
  }
}

TEST_CASE("reductions of integers stay integers, and a number is its own") {
  const at::Tensor x = at::tensor({3, -4, 5}, at::kLong);
  CHECK(OneOp("nn.sum", {}, {{3}})(x).item<int64_t>() == 4);
  CHECK(OneOp("nn.prod", {}, {{3}})(x).item<int64_t>() == -60);
  CHECK(OneOp("nn.amax", {}, {{3}})(x).item<int64_t>() == 5);
  CHECK(OneOp("nn.sum", {}, {{3}})(x.to(at::kBool)).item<int64_t>() == 3);
  const at::Tensor number = at::tensor({2.5}, at::kDouble).squeeze();
  for (const char* name : {"nn.sum", "nn.mean", "nn.amax", "nn.amin", "nn.prod", "nn.logsumexp"})
    for (const List& dims : {List{}, List{0}, List{-1}}) {
      INFO(name);
      CHECK(OneOp(name, {{"dim", dims}}, {{}})(number).item<double>() == Approx(2.5));
    }
}

TEST_CASE("gradients of reductions are their derivatives") {
  for (const char* name : {"nn.sum", "nn.mean", "nn.amax", "nn.amin", "nn.prod", "nn.logsumexp"}) {
    INFO(name);
    CHECK(gradient_error_of(name, {{"dim", List{1}}}) < 1e-7);
    CHECK(gradient_error_of(name, {{"dim", List{0, 2}}, {"keepdim", true}}) < 1e-7);
  }
}

TEST_CASE("reductions refuse axes that the input does not have, or has named twice") {
  for (const char* name : {"nn.sum", "nn.amax", "nn.prod", "nn.norm", "nn.var"}) {
    const at::Tensor x = values({2, 3});
    const auto error = [&](const List& dims) { return error_of([&] { OneOp(name, {{"dim", dims}}, {{2, 3}})(x); }); };
    CHECK_THAT(error({2}), Catch::Contains("dim names the axis 2, but the input's shape is [2,3]"));
    CHECK_THAT(error({-3}), Catch::Contains("dim names the axis -3"));
    CHECK_THAT(error({1, -1}), Catch::Contains("dim [1,-1] names an axis twice"));
  }
}

TEST_CASE("grids of reductions hold every result, where the batch stays out of them") {
  const FixedPoint p{4, 2, true};  // -8 to 7 quarters
  const auto grid = [&](const char* name, const List& dims) {
    return OneOp(name, {{"dim", dims}}, {{1, 4, 3}}).grid({p}, {}, {{1, 4, 3}});
  };
  CHECK(grid("nn.sum", {1}) == least_grid(-32, 28, 2));
  CHECK(grid("nn.sum", {-1, 1}) == least_grid(-96, 84, 2));
  CHECK(grid("nn.mean", {1}) == least_grid(-32, 28, 4));
  CHECK_FALSE(grid("nn.mean", {2}));  // a third of a sum
  for (const List& dims : {List{}, List{0}, List{0, 1}}) {
    CHECK_FALSE(grid("nn.sum", dims));
    CHECK_FALSE(grid("nn.mean", dims));
    CHECK(grid("nn.amax", dims) == p);
    CHECK(grid("nn.amin", dims) == p);
  }
  for (const char* name : {"nn.prod", "nn.any", "nn.all", "nn.logsumexp", "nn.norm", "nn.var", "nn.std"})
    CHECK_FALSE(grid(name, {1}));
  CHECK(OneOp("nn.sum", {}, {{1, 6}}).op->cost({{5, 6}}, {{}}).operations == 6);
}
