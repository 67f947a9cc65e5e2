// nn.one_hot: one at the index, zero elsewhere.
#include "places.h"

using namespace test;

TEST_CASE("nn.one_hot is one at the index and zero elsewhere") {
  const at::Tensor index = at::tensor({2, 0, 3, 3}, at::kLong).view({2, 2});
  for (const at::ScalarType type : {at::kLong, at::kFloat}) {
    const at::Tensor y = OneOp("nn.one_hot", {{"num_classes", 4}}, {{1, 2}})(index.to(type));
    CHECK(y.scalar_type() == at::kLong);  // as PyTorch's
    CHECK(worst_place(y, {2, 2, 4}, [&](const Shape& p) {
            return value_at(index, {p[0], p[1]}) == static_cast<double>(p[2]);
          }) == 0);
  }
  CHECK(OneOp("nn.one_hot", {{"num_classes", 4}}, {{1, 2}}).grid({std::nullopt}) == FixedPoint{1, 0, false});
  CHECK_THAT(refusal("nn.one_hot", {{"num_classes", 3}}, {index}),
             Catch::Contains("found the index 3, expected an integer in [0, 2]"));
}
