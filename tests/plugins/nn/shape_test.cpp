// flatten, view, reshape, cat and dropout.
#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>

#include "one_op.h"

using namespace test;

TEST_CASE("flatten, view and reshape keep the elements in order") {
  const at::Tensor x = at::arange(24.0f).view({2, 3, 2, 2});
  const auto run = [&](const char* name, Map with) { return OneOp(name, std::move(with), {{1, 3, 2, 2}})(x); };
  CHECK(at::equal(run("nn.flatten", {}), x.view({2, 12})));
  CHECK(run("nn.flatten", {{"start_dim", 2}}).sizes() == at::IntArrayRef{2, 3, 4});
  CHECK(run("nn.flatten", {{"start_dim", 1}, {"end_dim", 2}}).sizes() == at::IntArrayRef{2, 6, 2});
  for (const char* name : {"nn.view", "nn.reshape"}) {
    CHECK(at::equal(run(name, {{"shape", List{-1, 6, 2}}}), x.view({2, 6, 2})));
    CHECK_THAT(error_of([&] { run(name, {{"shape", List{-1, -1}}}); }), Catch::Contains("more than one -1"));
    CHECK_THAT(error_of([&] { run(name, {{"shape", List{-2, 4}}}); }), Catch::Contains("at least -1"));
  }
}

TEST_CASE("cat joins any number of inputs on the grid that holds them all") {
  const at::Tensor a = at::arange(4.0f).view({2, 2}), b = a + 10, c = at::arange(2.0f).view({2, 1}) + 20;
  OneOp cat("nn.cat", {}, {{1, 2}, {1, 2}, {1, 1}});
  CHECK(at::equal(cat.run({a, b, c})[0],
                  at::tensor({0.f, 1.f, 10.f, 11.f, 20.f, 2.f, 3.f, 12.f, 13.f, 21.f}).view({2, 5})));
  CHECK(OneOp("nn.cat", {{"dim", 0}}, {{1, 2}, {1, 2}}).run({a, b})[0].sizes() == at::IntArrayRef{4, 2});
  CHECK(cat.grid({FixedPoint{8, 4, true}, FixedPoint{4, 1, false}}) == FixedPoint{8, 4, true});  // 15 * 8 = 120 fits
  CHECK(cat.grid({FixedPoint{8, 4, true}, FixedPoint{5, 1, false}}) ==
        FixedPoint{9, 4, true});  // 31 * 8 = 248 does not
  CHECK_FALSE(cat.grid({FixedPoint{8, 4, true}, std::nullopt}));
}

TEST_CASE("dropout zeroes its share while training and nothing otherwise") {
  OneOp drop("nn.dropout", {{"p", 0.3}}, {{1, 1}});
  const at::Tensor x = at::ones({200, 500});
  CHECK(at::equal(drop(x), x));
  const at::Tensor y = drop(x, true);
  const double zeros = (y == 0).sum().item<double>() / 100000;
  CHECK(zeros == Approx(0.3).margin(0.006));  // four standard deviations
  CHECK(y.max().item<float>() == Approx(1 / 0.7));
  CHECK(y.mean().item<float>() == Approx(1).margin(0.01));
  CHECK_FALSE(at::equal(drop(x, true), y));  // another draw
  OneOp again("nn.dropout", {{"p", 0.3}}, {{1, 1}});
  CHECK(at::equal(again(x, true), y));  // the same stream
  CHECK(OneOp("nn.dropout", {{"p", 1.0}}, {{1, 1}})(x, true).abs().max().item<float>() == 0);
  CHECK(at::equal(OneOp("nn.dropout", {{"p", 0.0}}, {{1, 1}})(x, true), x));
  CHECK_THAT(error_of([] { OneOp("nn.dropout", {{"p", 1.5}}, {{1, 1}}); }), Catch::Contains("a number in [0, 1]"));
}
