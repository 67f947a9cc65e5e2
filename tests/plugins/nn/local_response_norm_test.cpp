// nn.local_response_norm against the sum over neighbours written out.
#include "places.h"

using namespace test;

TEST_CASE("nn.local_response_norm divides by a power of the neighbours' squares") {
  for (const Shape& shape : {Shape{2, 5, 3}, Shape{2, 5, 3, 2}})
    for (const int64_t size : {1, 2, 3, 4, 9}) {
      const at::Tensor x = values(shape);
      const at::Tensor y =
          OneOp("nn.local_response_norm", {{"size", size}, {"alpha", 0.5}, {"beta", 0.6}, {"k", 2.0}}, {shape})(x);
      CHECK(worst_place(y, shape, [&](const Shape& p) {
              double sum = 0;
              for (int64_t c = p[1] - size / 2; c <= p[1] + (size - 1) / 2; ++c) {
                Shape other = p;
                other[1] = c;
                if (c >= 0 && c < 5) sum += std::pow(value_at(x, other), 2);
              }
              return value_at(x, p) / std::pow(2 + 0.5 * sum / static_cast<double>(size), 0.6);
            }) < 1e-6);
    }
}

TEST_CASE("nn.local_response_norm has gradients, and wants channels") {
  OneOp op("nn.local_response_norm", {{"size", 3}, {"alpha", 1.0}}, {{1, 4, 2}});
  CHECK(gradient_error([&](const at::Tensor& x) { return op(x); }, values({2, 4, 2}, 5, at::kDouble)) < 1e-7);
  CHECK_THAT(refusal("nn.local_response_norm", {{"size", 3}}, {values({2, 4})}),
             Catch::Contains("expected [batch, channels, ...]"));
}
