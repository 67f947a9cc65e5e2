// Functions of one input whose results lie on no binary grid.
#include <ATen/ops/acos.h>
#include <ATen/ops/asin.h>
#include <ATen/ops/atan.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/cosh.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/expm1.h>
#include <ATen/ops/isinf.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/log.h>
#include <ATen/ops/log1p.h>
#include <ATen/ops/log2.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/mish.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/sinh.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/tan.h>

#include "function.h"

namespace mase::nn {
namespace {

class Acos final : public Unary<at::acos> {};
class Asin final : public Unary<at::asin> {};
class Atan final : public Unary<at::atan> {};
class Cos final : public Unary<at::cos> {};
class Cosh final : public Unary<at::cosh> {};
class Erf final : public Unary<at::erf> {};
class Exp final : public Unary<at::exp> {};
class Expm1 final : public Unary<at::expm1> {};
class Isinf final : public Unary<at::isinf> {};
class Isnan final : public Unary<at::isnan> {};
class Log final : public Unary<at::log> {};
class Log1p final : public Unary<at::log1p> {};
class Log2 final : public Unary<at::log2> {};
class LogicalNot final : public Unary<at::logical_not> {};
class Mish final : public Unary<at::mish> {};
class Reciprocal final : public Unary<at::reciprocal> {};
class Rsqrt final : public Unary<at::rsqrt> {};
class Sin final : public Unary<at::sin> {};
class Sinh final : public Unary<at::sinh> {};
class Sqrt final : public Unary<at::sqrt> {};
class Tan final : public Unary<at::tan> {};

}  // namespace

void add_unary(Registrar& r) {
  r.add<Acos>("nn.acos", "Inverse cosine");
  r.add<Asin>("nn.asin", "Inverse sine");
  r.add<Atan>("nn.atan", "Inverse tangent");
  r.add<Cos>("nn.cos", "Cosine");
  r.add<Cosh>("nn.cosh", "Hyperbolic cosine");
  r.add<Erf>("nn.erf", "Error function");
  r.add<Exp>("nn.exp", "Exponential");
  r.add<Expm1>("nn.expm1", "exp(x) - 1, exact near zero");
  r.add<Isinf>("nn.isinf", "Whether x is infinite");
  r.add<Isnan>("nn.isnan", "Whether x is not a number");
  r.add<Log>("nn.log", "Natural logarithm");
  r.add<Log1p>("nn.log1p", "log(1 + x), exact near zero");
  r.add<Log2>("nn.log2", "Logarithm to base 2");
  r.add<LogicalNot>("nn.logical_not", "Whether x is zero");
  r.add<Mish>("nn.mish", "x tanh(softplus(x))");
  r.add<Reciprocal>("nn.reciprocal", "One over x");
  r.add<Rsqrt>("nn.rsqrt", "One over the square root");
  r.add<Sin>("nn.sin", "Sine");
  r.add<Sinh>("nn.sinh", "Hyperbolic sine");
  r.add<Sqrt>("nn.sqrt", "Square root");
  r.add<Tan>("nn.tan", "Tangent");
}

}  // namespace mase::nn
