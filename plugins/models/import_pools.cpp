// Pools along one axis that are written for images, and zeros that are added before a layer instead of in it.
#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;
using mase::Value;

namespace {

std::vector<int64_t> numbers(const Value& value, size_t axes) {
  if (value.is_int()) return std::vector<int64_t>(axes, value.as_int());
  std::vector<int64_t> all;
  for (const Value& item : value.as_list()) all.push_back(item.as_int());
  return all;
}

bool inserts_height(const Node* node) {
  const Value* dim = node ? node->op.with().find("dim") : nullptr;
  return dim && dim->as_int() == 2 && node->meta.common.results.at(size_t{0}).shape.size() == 4;
}

// A field of a pool over images for the last axis; false where the other axis takes part.
bool keep_last(mase::Map& with, const char* name, int64_t nothing) {
  const Value* field = with.find(name);
  if (!field) return true;
  const std::vector<int64_t> both = numbers(*field, 2);
  if (both.size() != 2 || both[0] != nothing) return false;
  with.set(name, both[1]);
  return true;
}

}  // namespace

// An image that is continued beyond its edges along one axis after the other.
bool merge_pads(mase::Graph& graph, SizeTable&, Node& last) {
  const Node* first = last.mase_op == "pad" && !has_format(last) ? plain(last.args[0], "pad") : nullptr;
  if (!first || !first->args[0].node || only_user(*first) != &last) return false;
  mase::Map with = last.op.with(), other = first->op.with();
  std::vector<int64_t> pad = numbers(with.at("pad"), 0), before = numbers(other.at("pad"), 0);
  const size_t size = std::max(pad.size(), before.size());
  pad.resize(size), before.resize(size);
  for (size_t i = 0; i + 1 < size; i += 2) {
    if ((pad[i] || pad[i + 1]) && (before[i] || before[i + 1])) return false;
    pad[i] += before[i], pad[i + 1] += before[i + 1];
  }
  with.erase("pad"), other.erase("pad");
  if (!(Value(with) == Value(other))) return false;
  with.set("pad", Value(pad));
  become(graph, last, mase::Chosen("nn.pad", std::move(with)), {Argument(first->args[0])});
  return true;
}

// squeeze(pool2d(unsqueeze(x))): how torch.export's decompositions write pools along one axis.
bool merge_pool(mase::Graph& graph, SizeTable&, Node& squeeze) {
  const Value* dim = squeeze.mase_op == "squeeze" ? squeeze.op.with().find("dim") : nullptr;
  if (!dim || dim->as_int() != 2 || has_format(squeeze)) return false;
  for (const char* op : {"max_pool2d", "avg_pool2d", "adaptive_avg_pool2d", "adaptive_max_pool2d"}) {
    const Node* pool = plain(squeeze.args[0], op);
    const Node* unsqueeze = pool && only_user(*pool) ? plain(pool->args[0], "unsqueeze") : nullptr;
    if (!inserts_height(unsqueeze) || !unsqueeze->args[0].node) continue;
    mase::Map with = pool->op.with();
    if (!keep_last(with, "kernel_size", 1) || !keep_last(with, "stride", 1) || !keep_last(with, "padding", 0) ||
        !keep_last(with, "dilation", 1) || !keep_last(with, "output_size", 1))
      return false;
    const std::string image(op);
    const Argument input = unsqueeze->args[0];
    become(graph, squeeze, mase::Chosen(mase::format("nn.{}1d", image.substr(0, image.size() - 2)), std::move(with)),
           {input});
    return true;
  }
  return false;
}

// Zeros at both ends alike belong to the convolution or the mean that reads them.
bool merge_padding(mase::Graph& graph, SizeTable&, Node& layer) {
  const std::string_view op = layer.mase_op;
  const bool is_conv = op.starts_with("conv") && op.size() == 6, is_mean = op.starts_with("avg_pool");
  if ((!is_conv && !is_mean) || layer.meta.common.args.at(size_t{0}).format) return false;
  const auto axes = static_cast<size_t>(op[op.size() - 2] - '0');
  const Node* pad = plain(layer.args[0], "pad");
  if (!pad || !only_user(*pad) || !pad->args[0].node) return false;
  const mase::Map& added = pad->op.with();
  const std::vector<int64_t> ends = numbers(added.at("pad"), 0);
  if (added.find("mode") || added.find("value") || ends.size() > 2 * axes) return false;
  mase::Map with = layer.op.with();
  const Value* given = with.find("padding");
  if (given && !given->is_int() && !given->is_list()) return false;
  std::vector<int64_t> padding = given ? numbers(*given, axes) : std::vector<int64_t>(axes, 0);
  const std::vector<int64_t> kernel = numbers(with.at("kernel_size"), axes);
  for (size_t i = 0; i < ends.size() / 2; ++i) {
    int64_t& at = padding.at(axes - 1 - i);
    if (ends[2 * i] != ends[2 * i + 1] || ends[2 * i] < 0 || (is_mean && at != 0)) return false;
    at += ends[2 * i];
  }
  const Value *ceil = with.find("ceil_mode"), *counts = with.find("count_include_pad");
  if (is_mean) {
    if ((ceil && ceil->as_bool()) || (given && numbers(*given, axes) != std::vector<int64_t>(axes, 0))) return false;
    for (size_t i = 0; i < axes; ++i)
      if (2 * padding[i] > kernel.at(i)) return false;
    if (counts) with.set("count_include_pad", true);
  }
  const bool is_one = std::all_of(padding.begin(), padding.end(), [&](int64_t n) { return n == padding[0]; });
  with.set("padding", is_one ? Value(padding[0]) : Value(padding));
  layer.op = mase::Chosen(layer.op.name(), std::move(with));
  const Argument input = pad->args[0];
  layer.meta.common.args.at(size_t{0}).shape = recorded_shape(input);
  graph.set_argument(layer, 0, input);
  return true;
}

}  // namespace models
