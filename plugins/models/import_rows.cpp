// Rows that each sample picks from its own, where a file lays all samples' rows one after the other.
#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

// Whether the node counts the samples in steps: 0, step, 2 step, ..., as ImportBuilder writes such a constant.
bool counts_by(const mase::Graph& graph, const Argument& arg, int64_t step) {
  const Node* shifted = plain(arg, "add");
  const Node* sums = shifted && !shifted->args[1].node && shifted->args[1].constant.is_int() &&
                             shifted->args[1].constant.as_int() == -step
                         ? plain(shifted->args[0], "cumsum")
                         : nullptr;
  const Node* steps = sums && sums->op.with().at("dim") == mase::Value(0) ? plain(sums->args[0], "expand") : nullptr;
  const Node* one = steps ? steps->args[0].node : nullptr;
  if (!one || one->op_kind != mase::OpKind::get_attr) return false;
  const at::Tensor& value = graph.tensor(one->params.at(0).key);
  return value.numel() == 1 && value.scalar_type() == at::kLong && value.item<int64_t>() == step;
}

}  // namespace

// rows[i + samples * size], of as many rows as `size` in each sample, is x[samples, i]: older exporters to ONNX write
// it so. Only where `i` is within a sample: beyond it, there would be another one's rows.
bool merge_own_rows(mase::Graph& graph, SizeTable& table, Node& pick) {
  if (pick.mase_op != "index_select" || has_format(pick) || pick.op.with().at("dim") != mase::Value(0)) return false;
  const Node *flat = pick.args[0].node, *sum = plain(pick.args[1], "add");
  if (!flat || !sum || !is_reshape(*flat) || has_format(*flat)) return false;
  const Sizes *whole = sizes_of(table, flat->args[0]), *rows = sizes_of(table, pick.args[0]);
  if (!whole || !rows || whole->size() != rows->size() + 1 || whole->at(0).fixed() || !whole->at(1).fixed() ||
      !std::equal(whole->begin() + 2, whole->end(), rows->begin() + 1, rows->end()))
    return false;
  const int64_t count = whole->at(1).at[0];
  for (const size_t side : {size_t{0}, size_t{1}}) {
    const Argument &own = sum->args[side], &offset = sum->args[1 - side];
    const auto range = own.node ? range_of(graph, table, own) : std::nullopt;
    const Sizes* places = sizes_of(table, own);
    if (!range || range->low < 0 || range->high >= count || !places || *places != Sizes{whole->at(0)} ||
        !counts_by(graph, offset, count))
      continue;
    become(graph, pick, mase::Chosen("nn.index", {{"axes", mase::List{1}}, {"batch_dims", 1}}), {flat->args[0], own});
    return true;
  }
  return false;
}

}  // namespace models
