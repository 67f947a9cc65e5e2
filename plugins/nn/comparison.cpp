// Comparisons of two inputs and logic on them: the result is true or false.
#include <ATen/ops/eq.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/le.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/logical_xor.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/ne.h>

#include "function.h"

namespace mase::nn {
namespace {

class Eq final : public Binary<at::eq> {};
class Ge final : public Binary<at::ge> {};
class Gt final : public Binary<at::gt> {};
class Le final : public Binary<at::le> {};
class LogicalAnd final : public Binary<at::logical_and> {};
class LogicalOr final : public Binary<at::logical_or> {};
class LogicalXor final : public Binary<at::logical_xor> {};
class Lt final : public Binary<at::lt> {};
class Ne final : public Binary<at::ne> {};

}  // namespace

void add_comparison(Registrar& r) {
  r.add<Eq>("nn.eq", "Whether two inputs are equal");
  r.add<Ge>("nn.ge", "Whether the first input is at least the second");
  r.add<Gt>("nn.gt", "Whether the first input is greater than the second");
  r.add<Le>("nn.le", "Whether the first input is at most the second");
  r.add<LogicalAnd>("nn.logical_and", "Whether both inputs differ from zero");
  r.add<LogicalOr>("nn.logical_or", "Whether at least one of two inputs differs from zero");
  r.add<LogicalXor>("nn.logical_xor", "Whether exactly one of two inputs differs from zero");
  r.add<Lt>("nn.lt", "Whether the first input is less than the second");
  r.add<Ne>("nn.ne", "Whether two inputs differ");
}

}  // namespace mase::nn
