// nn.var and nn.std with several corrections along every set of axes.
#include "reduction.h"

using namespace test;

namespace {

Fold variance(double correction, bool root) {
  return [=](const std::vector<double>& v) {
    double mean = 0, sum = 0;
    for (const double e : v) mean += e / static_cast<double>(v.size());
    for (const double e : v) sum += (e - mean) * (e - mean);
    const double result = sum / (static_cast<double>(v.size()) - correction);
    return root ? std::sqrt(result) : result;
  };
}

}  // namespace

TEST_CASE("nn.var and nn.std divide by the number of elements less the correction") {
  const at::Tensor x = values({2, 3, 4}, 3, at::kDouble);
  for (const double correction : {1.0, 0.0, 0.5}) {
    check_reduction("nn.var", {{"correction", correction}}, x, variance(correction, false));
    check_reduction("nn.std", {{"correction", correction}}, x, variance(correction, true));
  }
  check_reduction("nn.var", {}, x, variance(1, false));
}

TEST_CASE("gradients of nn.var and nn.std are their derivatives") {
  for (const char* name : {"nn.var", "nn.std"}) CHECK(gradient_error_of(name, {{"dim", List{2}}}) < 1e-7);
}
