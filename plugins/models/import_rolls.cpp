// Axes that are rolled: parts that change places, as exporters to ONNX write it, and indices that count on from the
// middle, as decompositions do.
#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

// Where an axis was cut in two whose ends are joined now: the axis, the length of the first part, and what was cut.
struct Cut {
  int64_t axis, length;
  Argument whole;
};

std::optional<Cut> cut_of(const Argument& first, const Argument& second) {
  if (!first.node || !second.node || has_format(*first.node) || has_format(*second.node)) return std::nullopt;
  const Argument whole = first.node->args.empty() ? Argument() : first.node->args[0];
  if (first.node == second.node && first.node->mase_op == "split" && first.result == 0 && second.result == 1) {
    const mase::List& sizes = first.node->op.with().at("sizes").as_list();
    if (sizes.size() != 2 || !only_user(*first.node)) return std::nullopt;
    return Cut{field(*first.node, "dim", 0), sizes[0].as_int(), whole};
  }
  if (first.node->mase_op != "slice" || second.node->mase_op != "slice" || !is_same(whole, second.node->args[0]) ||
      !only_user(*first.node) || !only_user(*second.node))
    return std::nullopt;
  const int64_t axis = field(*first.node, "dim", 0), end = field(*first.node, "end", -1);
  const bool is_cut = field(*first.node, "start", 0) == 0 && end > 0 && field(*second.node, "start", 0) == end &&
                      !second.node->op.with().find("end") && field(*first.node, "step", 1) == 1 &&
                      field(*second.node, "step", 1) == 1 && field(*second.node, "dim", 0) == axis;
  return is_cut ? std::optional(Cut{axis, end, whole}) : std::nullopt;
}

std::optional<Shifts> shifts_of(const Node& roll) {
  const mase::Value *shifts = roll.op.with().find("shifts"), *dims = roll.op.with().find("dims");
  if (!shifts || !dims || dims->as_list().empty()) return std::nullopt;
  Shifts all;
  for (size_t i = 0; i < dims->as_list().size(); ++i)
    if (!all.emplace(dims->as_list()[i].as_int(), shifts->as_list()[i].as_int()).second) return std::nullopt;
  return all;
}

}  // namespace

std::optional<mase::Chosen> roll_op(const Shifts& shifts, const Sizes& sizes) {
  std::vector<int64_t> dims, places;
  for (const auto& [axis, shift] : shifts) {
    const Size& size = sizes.at(static_cast<size_t>(axis));
    if (!size.fixed()) return std::nullopt;
    const int64_t n = std::max<int64_t>(size.at[0], 1), forward = (shift % n + n) % n;
    if (forward == 0) continue;
    dims.push_back(axis), places.push_back(2 * forward >= n ? forward - n : forward);
  }
  return mase::Chosen("nn.roll", {{"shifts", mase::Value(places)}, {"dims", mase::Value(dims)}});
}

bool merge_roll(mase::Graph& graph, SizeTable& table, Node& last) {
  if (has_format(last)) return false;
  const Sizes* sizes = sizes_of(table, &last);
  if (last.mase_op == "cat" && last.args.size() == 2 && sizes) {
    const auto cut = cut_of(last.args[1], last.args[0]);
    if (!cut || cut->axis < 0 || cut->axis != field(last, "dim", 0) || !sizes_of(table, cut->whole) ||
        *sizes_of(table, cut->whole) != *sizes)
      return false;
    const auto op = roll_op({{cut->axis, -cut->length}}, *sizes);
    if (op) become(graph, last, *op, {cut->whole});
    return op.has_value();
  }
  const Node* inner = last.mase_op == "roll" ? plain(last.args[0], "roll") : nullptr;
  if (!inner || only_user(*inner) != &last || !sizes) return false;
  auto shifts = shifts_of(*inner);
  const auto more = shifts_of(last);
  if (!shifts || !more) return false;
  for (const auto& [axis, shift] : *more) (*shifts)[axis] += shift;
  const auto op = roll_op(*shifts, *sizes);
  if (!op || op->with().at("dims").as_list().empty()) return false;
  become(graph, last, *op, {Argument(inner->args[0])});
  return true;
}

}  // namespace models
