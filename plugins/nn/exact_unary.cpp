// Functions of one input that keep a binary grid exact: rounding to integers, absolute value, negation and sign.
#include <ATen/ops/abs.h>
#include <ATen/ops/ceil.h>
#include <ATen/ops/floor.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/round.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/trunc.h>

#include "function.h"
#include "grid.h"

namespace mase::nn {
namespace {

// A function whose results have the grid that kGrid makes of the input's.
template <at::Tensor (*kFunction)(const at::Tensor&), FixedPoint (*kGrid)(const FixedPoint&)>
class ExactUnary : public Unary<kFunction> {
 public:
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.inputs.empty() || !formats.inputs[0]) return std::nullopt;
    return kGrid(*formats.inputs[0]);
  }
};

FixedPoint absolute_grid(const FixedPoint& p) { return CodeRange(p).absolute().grid(); }
FixedPoint negative_grid(const FixedPoint& p) { return (-CodeRange(p)).grid(); }
// One signed bit holds -1 and 0 only.
FixedPoint sign_grid(const FixedPoint& p) { return {p.is_signed && p.width > 1 ? 2 : 1, 0, p.is_signed}; }
template <Whole kMode>
FixedPoint whole_grid(const FixedPoint& p) {
  return CodeRange(p).whole(kMode).grid();
}

class Abs final : public ExactUnary<at::abs, absolute_grid> {};
class Neg final : public ExactUnary<at::neg, negative_grid> {};
class Sign final : public ExactUnary<at::sign, sign_grid> {};
class Floor final : public ExactUnary<at::floor, whole_grid<Whole::floor>> {};
class Ceil final : public ExactUnary<at::ceil, whole_grid<Whole::ceil>> {};
class Round final : public ExactUnary<at::round, whole_grid<Whole::round>> {};
class Trunc final : public ExactUnary<at::trunc, whole_grid<Whole::trunc>> {};

}  // namespace

void add_exact_unary(Registrar& r) {
  r.add<Abs>("nn.abs", "Absolute value");
  r.add<Ceil>("nn.ceil", "The next integer above");
  r.add<Floor>("nn.floor", "The next integer below");
  r.add<Neg>("nn.neg", "x with its sign turned");
  r.add<Round>("nn.round", "The nearest integer, ties to even");
  r.add<Sign>("nn.sign", "-1, 0 or 1 by the sign of x");
  r.add<Trunc>("nn.trunc", "The next integer towards zero");
}

}  // namespace mase::nn
