// Masks that are left out. Whether an absent value was only a mask shows later, where a softmax and a product with
// values follow; until then what remains without it is carried along.
#include <ATen/ops/any.h>
#include <ATen/ops/gt.h>

#include <algorithm>

#include "import.h"

namespace models {

namespace {

constexpr double kHidden = -1000;  // what hides a score lies below

bool is_any(const std::string& op, std::initializer_list<const char*> ops) {
  return std::any_of(ops.begin(), ops.end(), [&](const char* name) { return op == name; });
}

bool is_there(const Wire& wire) { return wire.usable() || wire.rest; }

// A constant that hides whatever it stands for.
bool hides(const Wire& wire) {
  return wire.known() && at::isFloatingType(wire.dtype()) && wire.trace[0].numel() > 0 &&
         !wire.trace[0].gt(kHidden).any().item<bool>();
}

}  // namespace

Wire remains(const Wire& wire) { return wire.absent() && wire.rest ? *wire.rest : wire; }

Wire tentative(const Wire& rest, bool is_weights) {
  Wire wire;
  if (!rest.usable() || (!is_weights && rest.dtype() == at::kBool)) return wire;
  wire.rest = std::make_shared<const Wire>(rest), wire.is_weights = is_weights;
  return wire;
}

LeftOut left_out(const std::string& op, const Wires& inputs, bool is_last_axis) {
  using Mode = LeftOut::Mode;
  if (op == "logical_and") return {Mode::runs};
  const auto absent = [&](size_t i) { return i < inputs.size() && inputs[i].absent() && !inputs[i].rest; };
  if (op == "add" && inputs.size() == 2 && (absent(0) != absent(1))) return {Mode::operand, absent(0) ? size_t{1} : 0};
  if (op == "sub" && inputs.size() == 2 && absent(1) && remains(inputs[0]).live()) return {Mode::operand, 0};
  if (op == "masked_fill" && absent(1) && !absent(0)) return {Mode::operand, 0};
  if (op == "where" && inputs.size() == 3 && absent(0)) {
    if (hides(inputs[2]) && is_there(inputs[1])) return {Mode::operand, 1};
    if (hides(inputs[1]) && is_there(inputs[2])) return {Mode::operand, 2};
  }
  if (!std::all_of(inputs.begin(), inputs.end(), is_there)) return {};
  const bool is_weights =
      std::any_of(inputs.begin(), inputs.end(), [](const Wire& w) { return w.absent() && w.is_weights; });
  if (op == "matmul" && inputs.size() == 2)
    return {inputs[0].absent() && is_weights && inputs[1].usable() ? Mode::live : Mode::absent};
  // Whether the rest of a mask still means hidden or shown, only the weights after a softmax leave no doubt.
  const bool is_condition = (op == "where" && inputs[0].absent()) || (op == "masked_fill" && inputs[1].absent());
  if ((is_condition || op == "isnan") && !is_weights) return {};
  if (op == "softmax") return is_last_axis ? LeftOut{Mode::tentative, 0, true} : LeftOut{};
  static constexpr std::initializer_list<const char*> kPass = {"add",   "masked_fill", "where",   "maximum", "clamp",
                                                               "cast",  "reshape",     "expand",  "slice",   "dropout",
                                                               "isnan", "transpose",   "permute", "same"};
  return is_any(op, kPass) ? LeftOut{Mode::tentative, 0, is_weights} : LeftOut{};
}

}  // namespace models
