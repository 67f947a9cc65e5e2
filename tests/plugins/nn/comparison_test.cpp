// Comparisons and logic against the language's own, on numbers, integers and a constant.
#include "one_op.h"

using namespace test;

namespace {

struct Relation {
  const char* name;
  bool (*of)(double, double);
};

const Relation kRelations[] = {
    {"nn.eq", [](double a, double b) { return a == b; }},
    {"nn.ne", [](double a, double b) { return a != b; }},
    {"nn.lt", [](double a, double b) { return a < b; }},
    {"nn.le", [](double a, double b) { return a <= b; }},
    {"nn.gt", [](double a, double b) { return a > b; }},
    {"nn.ge", [](double a, double b) { return a >= b; }},
    {"nn.logical_and", [](double a, double b) { return a != 0 && b != 0; }},
    {"nn.logical_or", [](double a, double b) { return a != 0 || b != 0; }},
    {"nn.logical_xor", [](double a, double b) { return (a != 0) != (b != 0); }},
};

}  // namespace

TEST_CASE("comparisons and logic are what they are called") {
  const at::Tensor a = at::tensor({-1.0, 0.0, 2.0}, at::kDouble).view({3, 1});
  const at::Tensor b = at::tensor({-1.0, 0.0, 1.0, 2.0}, at::kDouble);
  for (const Relation& relation : kRelations) {
    INFO(relation.name);
    OneOp op(relation.name, {}, {{3, 1}, {4}});
    CHECK(op.op->arity() == std::pair(2, 2));
    for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kLong}) {
      const at::Tensor y = op.run({a, b.to(type)})[0];
      CHECK(y.scalar_type() == at::kBool);
      REQUIRE(y.sizes() == at::IntArrayRef{3, 4});
      for (int64_t i = 0; i < 3; ++i)
        for (int64_t j = 0; j < 4; ++j)
          CHECK((element(y, {i, j}) == 1) == relation.of(element(a, {i, 0}), element(b, {j})));
    }
    const at::Tensor with_constant = op.run({a, at::tensor({1}, at::kLong).squeeze()})[0];
    for (int64_t i = 0; i < 3; ++i) CHECK((element(with_constant, {i, 0}) == 1) == relation.of(element(a, {i, 0}), 1));
    CHECK_FALSE(op.grid({FixedPoint{8, 4, true}, FixedPoint{8, 4, true}}));
  }
}
