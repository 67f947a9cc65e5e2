// nn.log_softmax against exponentials written out in function.h.
#include "function.h"

using namespace test;

TEST_CASE("nn.log_softmax works along its axis") {
  check_along_axis("nn.log_softmax", [](double x, double sum) { return x - std::log(sum); });
}

TEST_CASE("nn.log_softmax does not overflow and leaves the grid") {
  const at::Tensor y = OneOp("nn.log_softmax", {}, {{1, 2}})(at::tensor({1000.0f, 999.0f}).view({1, 2}));
  CHECK(element(y, {0, 0}) == Approx(-std::log(1 + std::exp(-1.0))));
  CHECK_FALSE(OneOp("nn.log_softmax", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}));
}
