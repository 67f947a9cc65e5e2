// Inputs that are left out. What needs them is absent, except where they are only the mask of an attention: that shows
// later, where a softmax and a product with values follow; until then what remains without it is carried along.
#include <ATen/ops/any.h>
#include <ATen/ops/gt.h>

#include <algorithm>

#include "import.h"
#include "mase/text.h"

namespace models {

namespace {

constexpr double kHidden = -1000;  // what hides a score lies below

using Names = std::initializer_list<const char*>;

bool is_any(const std::string& op, Names ops) {
  return std::any_of(ops.begin(), ops.end(), [&](const char* name) { return op == name; });
}

bool is_there(const Wire& wire) { return wire.usable() || wire.rest; }

// A constant that hides whatever it stands for.
bool hides(const Wire& wire) {
  return wire.known() && at::isFloatingType(wire.dtype()) && wire.trace[0].numel() > 0 &&
         !wire.trace[0].gt(kHidden).any().item<bool>();
}

// Whether `found` holds for the node or one that it is computed from, going on only through nodes that `passes`.
bool any_before(const mase::Node* last, const std::function<bool(const mase::Node&)>& found,
                const std::function<bool(const mase::Node&)>& passes) {
  std::set<const mase::Node*> seen;
  std::vector<const mase::Node*> open{last};
  while (!open.empty()) {
    const mase::Node* node = open.back();
    open.pop_back();
    if (!node || !seen.insert(node).second) continue;
    if (found(*node)) return true;
    if (!passes(*node)) continue;
    for (const mase::Argument& arg : node->args) open.push_back(arg.node);
  }
  return false;
}

// Whether a product of matrices gave the value, then scaled, moved and masked: scores.
bool is_product(const Wire& wire) {
  static constexpr Names kKeep = {"add",       "sub",   "mul",    "div",     "maximum",    "minimum",
                                  "clamp",     "cast",  "view",   "reshape", "flatten",    "squeeze",
                                  "unsqueeze", "where", "expand", "slice",   "masked_fill"};
  return wire.live() && any_before(
                            wire.from.node,
                            [](const mase::Node& n) {
                              return is_any(n.mase_op, {"matmul", "einsum"});
                            },
                            [](const mase::Node& n) { return is_any(n.mase_op, kKeep); });
}

// What weights or products of matrices have part in is no mask.
bool may_be_mask(const Wire& wire) {
  static constexpr Names kProducts = {"matmul", "einsum", "scaled_dot_product_attention"};
  return !wire.shadow ||
         !any_before(
             wire.shadow->from.node,
             [](const mase::Node& n) { return n.op_kind == mase::OpKind::call_module || is_any(n.mase_op, kProducts); },
             [](const mase::Node&) { return true; });
}

// Scores and masks have queries and keys as their last axes.
bool is_table(const Wire& wire) {
  const Wire rest = remains(wire);
  return rest.usable() && rest.rank() >= 3 && at::isFloatingType(rest.dtype());
}

// Which operand stays where the other one is a mask that is left out.
std::optional<size_t> unmasked(const std::string& op, const Wires& inputs) {
  const auto is_mask = [&](size_t i) {
    return i < inputs.size() && inputs[i].absent() && !inputs[i].rest && may_be_mask(inputs[i]);
  };
  if (op == "add" && inputs.size() == 2)
    for (const size_t side : {size_t{0}, size_t{1}})
      if (is_mask(1 - side) && is_table(inputs[side])) return side;
  if (op == "sub" && is_mask(1) && is_table(inputs[0]) && remains(inputs[0]).live()) return 0;
  if (op == "masked_fill" && is_mask(1) && is_table(inputs[0])) return 0;
  if (op == "where" && inputs.size() == 3 && is_mask(0)) {
    if (hides(inputs[2]) && is_there(inputs[1])) return 1;
    if (hides(inputs[1]) && is_there(inputs[2])) return 2;
  }
  return std::nullopt;
}

}  // namespace

Wire missing(const Wire& shadow) {
  if (!shadow.live()) return shadow;
  Wire wire;
  wire.shadow = std::make_shared<const Wire>(shadow);
  return wire;
}

bool ImportBuilder::try_shadow(const std::function<void()>& run) {
  const auto unknown = unknown_;
  const bool is_lost = is_lost_;
  bool works = true;
  try {
    run();
  } catch (const OneBatchOnly&) {
    works = false;
  } catch (const mase::Cancelled&) {
    throw;
  } catch (const std::exception&) {
    works = false;
  }
  unknown_ = unknown, is_lost_ = is_lost;
  return works;
}

Wire remains(const Wire& wire) { return wire.absent() && wire.rest ? *wire.rest : wire; }

Wire tentative(const Wire& rest, bool is_weights) {
  Wire wire;
  if (!rest.usable() || (!is_weights && rest.dtype() == at::kBool)) return wire;
  wire.rest = std::make_shared<const Wire>(rest), wire.is_weights = is_weights;
  return wire;
}

LeftOut left_out(const std::string& op, const Wires& inputs, bool is_last_axis) {
  using Mode = LeftOut::Mode;
  if (std::any_of(inputs.begin(), inputs.end(), [](const Wire& w) { return w.absent() && w.of_shape; })) return {};
  if (op == "logical_and") {
    const bool are_masks =
        std::all_of(inputs.begin(), inputs.end(), [](const Wire& w) { return !w.absent() || may_be_mask(w); });
    return {are_masks ? Mode::runs : Mode::absent};
  }
  if (const auto stays = unmasked(op, inputs)) return {Mode::operand, *stays};
  if (inputs.empty() || !std::all_of(inputs.begin(), inputs.end(), is_there)) return {};
  const bool is_weights =
      std::any_of(inputs.begin(), inputs.end(), [](const Wire& w) { return w.absent() && w.is_weights; });
  if (op == "matmul" && inputs.size() == 2)
    return {inputs[0].absent() && is_weights && inputs[1].usable() ? Mode::live : Mode::absent};
  // Whether the rest of a mask still means hidden or shown, only the weights after a softmax leave no doubt.
  const bool is_condition =
      (op == "where" && inputs[0].absent()) || (op == "masked_fill" && inputs.size() > 1 && inputs[1].absent());
  if ((is_condition || op == "isnan") && !is_weights) return {};
  if (op == "softmax")
    return is_last_axis && is_product(remains(inputs[0])) ? LeftOut{Mode::tentative, 0, true} : LeftOut{};
  static constexpr Names kPass = {"add",    "masked_fill", "where",   "maximum", "clamp",     "cast",    "reshape",
                                  "expand", "slice",       "dropout", "isnan",   "transpose", "permute", "same"};
  return is_any(op, kPass) ? LeftOut{Mode::tentative, 0, is_weights} : LeftOut{};
}

}  // namespace models
