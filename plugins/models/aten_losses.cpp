// ATen: losses, which stand behind the results of models that take labels.
#include <ATen/ops/scalar_tensor.h>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

std::string reduction_of(const AtenCall& c) {
  static constexpr const char* kNames[] = {"none", "mean", "sum"};
  const int64_t reduction = c.integer("reduction");
  if (reduction < 0 || reduction > 2) c.refuse(mase::format("its reduction is {}", reduction));
  return kNames[reduction];
}

AtenValues not_read(const AtenCall& c, const char* why) {
  return {AtenValue(c.builder.unknown(c.node, "aten." + c.op, 1, why).front())};
}

AtenValues likelihood(AtenCall& c, const Wire& log_probabilities) {
  if (c.has("weight")) return not_read(c, "its classes have weights");
  return {c.builder.negative_log_likelihood(c.node, log_probabilities, c.tensor("target"), c.integer("ignore_index"),
                                            reduction_of(c))};
}

AtenValues cross_entropy(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (c.number("label_smoothing") != 0) return not_read(c, "it smooths labels");
  if (at::isFloatingType(c.tensor("target").dtype())) return not_read(c, "its target has probabilities");
  if (c.has("weight")) return not_read(c, "its classes have weights");
  const int64_t axis = x.rank() == 1 ? 0 : 1;
  return likelihood(c, c.builder.call(c.node + "_log", "log_softmax", {x}, {{"dim", axis}}));
}

AtenValues squared_error(AtenCall& c) {
  const Wire difference = c.builder.binary(c.node + "_sub", "sub", c.tensor("self"), c.tensor("target"));
  const std::string reduction = reduction_of(c);
  const Wire square = c.builder.binary(reduction == "none" ? c.node : c.node + "_square", "pow", difference,
                                       ImportBuilder::known(at::scalar_tensor(2, at::kLong)));
  return {reduction == "none" ? square : c.emit(reduction, {square})};
}

}  // namespace

void add_aten_losses(AtenTable& t) {
  t["cross_entropy_loss"] = cross_entropy, t["mse_loss"] = squared_error;
  for (const char* name : {"nll_loss", "nll_loss_nd", "nll_loss2d", "nll_loss_forward", "nll_loss2d_forward"})
    t[name] = [](AtenCall& c) { return likelihood(c, c.tensor("self")); };
}

}  // namespace models
