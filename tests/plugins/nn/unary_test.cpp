// Functions of one input against the standard library's, at points of their own domains, with gradients.
#include <limits>

#include "one_op.h"

using namespace test;

namespace {

struct SmoothFunction {
  const char* name;
  double (*of)(double);
  double low, high;  // where it is defined and smooth
};

double mish(double x) { return x * std::tanh(std::log1p(std::exp(x))); }

const SmoothFunction kFunctions[] = {
    {"nn.exp", std::exp, -3, 3},
    {"nn.expm1", std::expm1, -3, 3},
    {"nn.log", std::log, 0.1, 9},
    {"nn.log1p", std::log1p, -0.9, 9},
    {"nn.log2", std::log2, 0.1, 9},
    {"nn.sqrt", std::sqrt, 0.1, 9},
    {"nn.rsqrt", [](double x) { return 1 / std::sqrt(x); }, 0.1, 9},
    {"nn.reciprocal", [](double x) { return 1 / x; }, 0.2, 4},
    {"nn.erf", std::erf, -2, 2},
    {"nn.sin", std::sin, -4, 4},
    {"nn.cos", std::cos, -4, 4},
    {"nn.tan", std::tan, -1.4, 1.4},
    {"nn.asin", std::asin, -0.9, 0.9},
    {"nn.acos", std::acos, -0.9, 0.9},
    {"nn.atan", std::atan, -4, 4},
    {"nn.sinh", std::sinh, -3, 3},
    {"nn.cosh", std::cosh, -3, 3},
    {"nn.mish", mish, -5, 5},
};

at::Tensor within(const SmoothFunction& f, const Shape& shape) {
  return (values(shape, 3, at::kDouble) + 1) * ((f.high - f.low) / 2) + f.low;
}

}  // namespace

TEST_CASE("functions of one input are the ones they are named after, gradients included") {
  for (const SmoothFunction& f : kFunctions) {
    INFO(f.name);
    OneOp op(f.name, {}, {{1, 5}});
    const at::Tensor x = within(f, {3, 5}), y = op(x);
    REQUIRE(y.sizes() == x.sizes());
    for (int64_t n = 0; n < 3; ++n)
      for (int64_t i = 0; i < 5; ++i)
        CHECK(element(y, {n, i}) == Approx(f.of(element(x, {n, i}))).epsilon(1e-12).margin(1e-14));
    CHECK(gradient_error([&](const at::Tensor& moved) { return op(moved); }, x) < 1e-5);
    CHECK(op(x.to(at::kFloat)).scalar_type() == at::kFloat);
    CHECK_FALSE(op.grid({FixedPoint{8, 4, true}}));
    CHECK(op.op->cost({{1, 5}}, {{1, 5}}).operations == 5);
  }
}

TEST_CASE("functions that exist for small arguments keep their digits") {
  const at::Tensor tiny = at::tensor({1e-12}, at::kDouble);
  CHECK(element(OneOp("nn.expm1", {}, {{1}})(tiny), {0}) == Approx(1e-12).epsilon(1e-11).margin(0));
  CHECK(element(OneOp("nn.log1p", {}, {{1}})(tiny), {0}) == Approx(1e-12).epsilon(1e-11).margin(0));
}

TEST_CASE("functions of integers are floating point") {
  for (const SmoothFunction& f : kFunctions) {
    if (std::string(f.name) == "nn.mish") continue;  // LibTorch has it for floating point only
    INFO(f.name);
    const at::Tensor y = OneOp(f.name, {}, {{1}})(at::tensor({1, 1}, at::kLong));
    CHECK(y.scalar_type() == at::kFloat);
    if (f.high >= 1) CHECK(element(y, {1}) == Approx(f.of(1)));
  }
}

TEST_CASE("questions about an element are answered with yes or no") {
  constexpr double kInf = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();
  const at::Tensor x = at::tensor({0.0, -0.0, 1.5, -kInf, kInf, kNan}, at::kDouble);
  const auto answers = [&](const char* name) {
    const at::Tensor y = OneOp(name, {}, {{6}})(x);
    CHECK(y.scalar_type() == at::kBool);
    std::string text;
    for (int64_t i = 0; i < 6; ++i) text += element(y, {i}) == 1 ? 'y' : 'n';
    return text;
  };
  CHECK(answers("nn.isnan") == "nnnnny");
  CHECK(answers("nn.isinf") == "nnnyyn");
  CHECK(answers("nn.logical_not") == "yynnnn");
  CHECK(OneOp("nn.logical_not", {}, {{2}})(at::tensor({0, 3}, at::kLong)).select(0, 0).item<bool>());
}
