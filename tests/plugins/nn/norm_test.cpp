// nn.norm for several powers along every set of axes.
#include <algorithm>
#include <limits>

#include "reduction.h"

using namespace test;

TEST_CASE("nn.norm is the p-norm") {
  const at::Tensor x = values({2, 3, 4}, 3, at::kDouble);
  for (const double p : {1.0, 2.0, 3.0, 0.5})
    check_reduction("nn.norm", {{"p", p}}, x, [p](const std::vector<double>& v) {
      double sum = 0;
      for (const double e : v) sum += std::pow(std::abs(e), p);
      return std::pow(sum, 1 / p);
    });
  const auto extreme = [](bool greatest) {
    return [greatest](const std::vector<double>& v) {
      double found = std::abs(v[0]);
      for (const double e : v) found = greatest ? std::max(found, std::abs(e)) : std::min(found, std::abs(e));
      return found;
    };
  };
  check_reduction("nn.norm", {{"p", "inf"}}, x, extreme(true));
  check_reduction("nn.norm", {{"p", -std::numeric_limits<double>::infinity()}}, x, extreme(false));
  check_reduction("nn.norm", {{"p", 0}}, x, [](const auto& v) {
    return static_cast<double>(std::count_if(v.begin(), v.end(), [](double e) { return e != 0; }));
  });
}

TEST_CASE("nn.norm is Euclid's unless told otherwise, and smooth away from zero") {
  CHECK(OneOp("nn.norm", {}, {{2}})(at::tensor({3.0, 4.0}, at::kDouble)).item<double>() == Approx(5));
  CHECK(gradient_error_of("nn.norm", {{"dim", List{1}}}) < 1e-7);
  CHECK(gradient_error_of("nn.norm", {{"dim", List{1}}, {"p", 3}}) < 1e-7);
}
