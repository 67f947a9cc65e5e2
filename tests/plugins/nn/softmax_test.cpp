// nn.softmax against exponentials written out in function.h.
#include "function.h"

using namespace test;

TEST_CASE("nn.softmax works along its axis") {
  check_along_axis("nn.softmax", [](double x, double sum) { return std::exp(x) / sum; });
}

TEST_CASE("nn.softmax does not overflow and leaves the grid") {
  const at::Tensor y = OneOp("nn.softmax", {}, {{1, 2}})(at::tensor({1000.0f, 999.0f}).view({1, 2}));
  CHECK(element(y, {0, 0}) == Approx(1 / (1 + std::exp(-1.0))));
  CHECK_FALSE(OneOp("nn.softmax", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
