// nn.einsum against sums written out.
#include "places.h"

using namespace test;

namespace {

at::Tensor einsum(const std::string& equation, const Tensors& inputs) {
  return OneOp("nn.einsum", {{"equation", equation}}, {}).run(inputs)[0];
}

}  // namespace

TEST_CASE("nn.einsum sums products over the letters that the result lacks") {
  const at::Tensor a = values({2, 3, 4}), b = values({2, 4, 5}, 4);
  CHECK(worst_place(einsum("bij,bjk->bik", {a, b}), {2, 3, 5}, [&](const Shape& p) {
          double sum = 0;
          for (int64_t j = 0; j < 4; ++j) sum += value_at(a, {p[0], p[1], j}) * value_at(b, {p[0], j, p[2]});
          return sum;
        }) < 1e-6);
  CHECK(worst_place(einsum("b i j -> b j i", {a}), {2, 4, 3}, [&](const Shape& p) {
          return value_at(a, {p[0], p[2], p[1]});
        }) == 0);
  CHECK(worst_place(einsum("...ij->...i", {a}), {2, 3}, [&](const Shape& p) {
          double sum = 0;
          for (int64_t j = 0; j < 4; ++j) sum += value_at(a, {p[0], p[1], j});
          return sum;
        }) < 1e-6);
  CHECK(worst_place(einsum("ba,bc", {a[0], a[0]}), {4, 4}, [&](const Shape& p) {  // the result is 'ac'
          double sum = 0;
          for (int64_t i = 0; i < 3; ++i) sum += value_at(a, {0, i, p[0]}) * value_at(a, {0, i, p[1]});
          return sum;
        }) < 1e-6);
}

TEST_CASE("nn.einsum counts its products, and is exact on grids") {
  const std::vector<Shape> shapes{{1, 3, 4}, {1, 4, 5}};
  const OneOp op("nn.einsum", {{"equation", "bij,bjk->bik"}}, {});
  CHECK(op.op->arity() == std::pair(2, 2));
  CHECK(op.op->cost(shapes, {{1, 3, 5}}).macs == 3 * 5 * 4);
  CHECK(op.grid({FixedPoint{4, 1, true}, FixedPoint{4, 2, true}}, {}, shapes) == least_grid(-4 * 56, 4 * 64, 3));
  CHECK_FALSE(op.grid({FixedPoint{4, 1, true}, std::nullopt}, {}, shapes));
  const OneOp turned("nn.einsum", {{"equation", "bij->bji"}}, {});
  CHECK(turned.grid({FixedPoint{4, 1, true}}, {}, {{1, 3, 4}}) == FixedPoint{4, 1, true});
  const OneOp rest("nn.einsum", {{"equation", "...j->j"}}, {});
  CHECK(rest.grid({FixedPoint{1, 0, false}}, {}, {{1, 3, 4}})->width == 2);  // sums of three
}

TEST_CASE("gradients of nn.einsum reach both inputs") {
  const at::Tensor a = values({2, 3}, 3, at::kDouble), b = values({3, 2}, 4, at::kDouble);
  CHECK(gradient_error([&](const at::Tensor& x) { return einsum("ij,jk->ki", {x, b}); }, a) < 1e-7);
  CHECK(gradient_error([&](const at::Tensor& x) { return einsum("ij,jk->ki", {a, x}); }, b) < 1e-7);
}

TEST_CASE("nn.einsum refuses equations and shapes that say nothing") {
  const auto with = [](const char* equation, const Shape& shape) {
    return refusal("nn.einsum", {{"equation", equation}}, {values(shape)});
  };
  CHECK_THAT(with("bi1->b", {2, 3, 4}), Catch::Contains("in which nobody can read 'bi1'"));
  CHECK_THAT(with("bi..->b", {2, 3, 4}), Catch::Contains("nobody can read"));
  CHECK_THAT(with("......->", {2, 3, 4}), Catch::Contains("nobody can read"));
  CHECK_THAT(with("bi->bi->b", {2, 3}), Catch::Contains("nobody can read"));
  CHECK_THAT(with("", {2}), Catch::Contains("names no axis"));
  CHECK_THAT(with("bi->bk", {2, 3}),
             Catch::Contains("expected each axis of the result once and among the inputs, found 'k'"));
  CHECK_THAT(with("bi->bb", {2, 3}), Catch::Contains("found 'b'"));
  CHECK_THAT(with("bi->b", {2, 3, 4}), Catch::Contains("which gives input 0 2 axes, but its shape is [2,3,4]"));
  CHECK_THAT(with("...bij->b", {2, 3}), Catch::Contains("which gives input 0 at least 3 axes"));
  CHECK_THAT(with("bi,ij->bj", {2, 3}), Catch::Contains("which takes 2 inputs, found 1"));
  CHECK_THAT(with("ii->i", {2, 3}), Catch::Contains("an axis has the sizes 2 and 3"));
}
