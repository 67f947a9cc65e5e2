// Slices that follow each other over a whole axis are a split: newer exporters to ONNX write chunk so. One place of an
// axis without that axis is a selection: decompositions and exporters write unbind with slices or a split.
#include <algorithm>
#include <optional>
#include <set>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

struct Part {
  Node* node = nullptr;
  int64_t start = 0, end = 0;
};

// Parts that follow each other from a place to the end; nothing where there are none. `dead` are places without any.
std::vector<Part> chain_from(const std::vector<Part>& parts, int64_t from, int64_t size, std::set<int64_t>& dead) {
  for (const Part& part : parts) {
    if (part.start != from || part.end <= from || dead.contains(part.end)) continue;
    std::vector<Part> chain{part};
    if (part.end >= size) return chain;
    const std::vector<Part> rest = chain_from(parts, part.end, size, dead);
    if (rest.empty()) continue;
    chain.insert(chain.end(), rest.begin(), rest.end());
    return chain;
  }
  dead.insert(from);
  return {};
}

// Such parts from the first place, `slice` among them where others cover the axis, too.
std::vector<Part> covering(const std::vector<Part>& parts, const Node& slice, int64_t size) {
  const auto is_it = [&](const Part& p) { return p.node == &slice; };
  std::set<int64_t> dead;
  for (const Part& first : parts) {
    if (first.start != 0 || first.end <= 0) continue;
    std::vector<Part> chain{first};
    if (first.end < size) {
      const std::vector<Part> rest = chain_from(parts, first.end, size, dead);
      if (rest.empty()) continue;
      chain.insert(chain.end(), rest.begin(), rest.end());
    }
    if (std::any_of(chain.begin(), chain.end(), is_it)) return chain;
  }
  return {};
}

// The slices of `whole` along an axis in order; nothing unless they cover it once.
std::vector<Part> parts_of(const Argument& whole, const Node& slice, int64_t dim, int64_t size) {
  std::vector<Part> parts;
  for (Node* user : whole.node->users()) {
    if (user->mase_op != "slice" || has_format(*user) || !is_same(user->args[0], whole) ||
        field(*user, "dim", 0) != dim)
      continue;
    if (field(*user, "step", 1) != 1) return {};
    parts.push_back({user, field(*user, "start", 0), field(*user, "end", size)});
    if (parts.back().start < 0 || parts.back().end < 0) return {};
  }
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.start < b.start; });
  constexpr size_t kMostParts = 1000;
  return parts.size() > kMostParts ? std::vector<Part>() : covering(parts, slice, size);
}

// Where on `axis` a slice or a split's result begins that has one place of it; nothing for anything else.
std::optional<int64_t> only_place(const Argument& part, int64_t axis) {
  const Node& node = *part.node;
  const auto place = static_cast<size_t>(axis);
  if (has_format(node) || !node.args[0].node || field(node, "dim", 0) != axis || recorded_shape(part).at(place) != 1)
    return std::nullopt;
  if (node.mase_op == "slice")
    return field(node, "step", 1) == 1 ? std::optional(field(node, "start", 0)) : std::nullopt;
  const mase::Value* sizes = node.mase_op == "split" ? node.op.with().find("sizes") : nullptr;
  if (!sizes) return std::nullopt;
  int64_t start = 0;
  for (int i = 0; i < part.result; ++i) start += sizes->as_list().at(static_cast<size_t>(i)).as_int();
  return start;
}

}  // namespace

// cat(cat(a, b), c) is cat(a, b, c): exporters to ONNX join at once what a network joins in steps.
bool merge_cat(mase::Graph& graph, SizeTable&, Node& cat) {
  if (cat.mase_op != "cat" || has_format(cat)) return false;
  const mase::Value* dim = cat.op.with().find("dim");
  std::vector<Argument> parts;
  for (const Argument& arg : cat.args) {
    const Node* inner = plain(arg, "cat");
    const mase::Value* axis = inner && only_user(*inner) ? inner->op.with().find("dim") : nullptr;
    if (dim && axis && *dim == *axis)
      parts.insert(parts.end(), inner->args.begin(), inner->args.end());
    else
      parts.push_back(arg);
  }
  if (parts.size() == cat.args.size()) return false;
  become(graph, cat, mase::Chosen(cat.op), std::move(parts));
  return true;
}

bool merge_select(mase::Graph& graph, SizeTable& table, Node& squeeze) {
  const Argument part = squeeze.args[0];
  if (squeeze.mase_op != "squeeze" || has_format(squeeze) || !part.node || part.node->args.empty()) return false;
  const int64_t axis = field(squeeze, "dim", -1);
  const Sizes* sizes = sizes_of(table, part);
  if (axis < 0 || !sizes || (*sizes)[static_cast<size_t>(axis)] != Size(1)) return false;
  const auto place = only_place(part, axis);
  if (!place || *place < 0) return false;
  become(graph, squeeze, mase::Chosen("nn.select", {{"dim", axis}, {"index", *place}}), {part.node->args[0]});
  return true;
}

bool merge_slices(mase::Graph& graph, SizeTable& table, Node& slice) {
  if (slice.mase_op != "slice" || has_format(slice) || !slice.args[0].node) return false;
  const Argument whole = slice.args[0];
  const mase::Shape& shape = recorded_shape(whole);
  const int64_t dim = field(slice, "dim", 0);
  if (dim < 1 || dim >= static_cast<int64_t>(shape.size())) return false;  // the batch is not split
  const std::vector<Part> parts = parts_of(whole, slice, dim, shape[static_cast<size_t>(dim)]);
  if (parts.size() < 2) return false;
  // The first of them in the graph's order.
  Node* place = nullptr;
  for (Node* node : graph.nodes())
    if (!place && std::any_of(parts.begin(), parts.end(), [&](const Part& part) { return part.node == node; }))
      place = node;
  mase::List sizes;
  for (const Part& part : parts) sizes.push_back(part.end - part.start);
  Node& split = graph.insert_before(*place, mase::OpKind::call_function, place->name + "_split");
  become(graph, split, mase::Chosen("nn.split", {{"sizes", sizes}, {"dim", dim}}), {whole});
  for (const Part& part : parts) table[&split].push_back(table.at(part.node).front());
  for (size_t i = 0; i < parts.size(); ++i) {
    mase::TensorMeta& result = split.meta.common.results.add(mase::format("data_out_{}", i));
    result.shape = recorded_shape(parts[i].node), result.torch_dtype = recorded_type(parts[i].node);
    for (Node* user : std::vector<Node*>(parts[i].node->users()))
      for (size_t at = 0; at < user->args.size(); ++at)
        if (is_same(user->args[at], Argument(parts[i].node)))
          graph.set_argument(*user, at, Argument(&split, static_cast<int>(i)));
  }
  return true;
}

}  // namespace models
