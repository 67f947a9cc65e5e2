// ImportBuilder: losses in the operators that they decompose into.
#include <ATen/ops/scalar_tensor.h>

#include "import.h"
#include "mase/text.h"

namespace models {

namespace {

Wire scalar(double value, at::ScalarType type) {
  return ImportBuilder::known(at::scalar_tensor(value, at::TensorOptions().dtype(type)));
}

}  // namespace

// As PyTorch decomposes it: classes to ignore count for nothing.
Wire ImportBuilder::negative_log_likelihood(const std::string& name, const Wire& log_probabilities, const Wire& target,
                                            int64_t ignored, const std::string& reduction) {
  if (!log_probabilities.usable() || !target.usable()) return call(name, "sub", {log_probabilities, target});
  if (log_probabilities.rank() != target.rank() + 1 || !at::isIntegralType(target.dtype(), false))
    fail(name, mase::format("a target of {} axes for scores of {}, expected indices of classes", target.rank(),
                            log_probabilities.rank()));
  const int64_t axis = log_probabilities.rank() == 1 ? 0 : 1;
  const Wire counts = binary(name + "_counts", "ne", target, scalar(static_cast<double>(ignored), at::kLong));
  const Wire classes = call(name + "_classes", "where", {counts, target, scalar(0, at::kLong)});
  Sizes with_axis = classes.sizes();
  with_axis.insert(with_axis.begin() + axis, Size(1));
  const Wire places = reshape(name + "_places", cast(name + "_long", classes, at::kLong), with_axis);
  const Wire picked = call(name + "_picked", "gather", {log_probabilities, places}, {{"dim", axis}});
  const Wire flat = call(name + "_flat", "squeeze", {picked}, {{"dim", axis}});
  const Wire each =
      call(name + "_each", "where", {counts, call(name + "_neg", "neg", {flat}), scalar(0, log_probabilities.dtype())});
  if (reduction == "none") return each;
  if (reduction == "sum") return call(name, "sum", {each});
  const Wire count = cast(name + "_count", call(name + "_many", "sum", {counts}), log_probabilities.dtype());
  return call(name, "div", {call(name + "_sum", "sum", {each}), count});
}

}  // namespace models
