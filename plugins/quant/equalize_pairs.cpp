// quant.equalize: which layers are neighbours, and which operators a positive factor passes through.
#include <mase/tensor.h>

#include <algorithm>
#include <string_view>

#include "equalize.h"

namespace mase::quant {
namespace {

bool is_any(std::string_view op, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), op) != names.end();
}

bool is_convolution(const Node& node) { return is_any(node.mase_op, {"conv1d", "conv2d", "conv3d"}); }
bool is_layer(const Node& node) { return node.mase_op == "linear" || is_convolution(node); }

// f(s x) = s f(x) for s > 0, element by element.
bool scales_elements(const Node& node) { return is_any(node.mase_op, {"relu", "leaky_relu", "identity", "dropout"}); }
// The same for each channel on its own.
bool scales_channels(const Node& node) {
  return is_any(node.mase_op, {"max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d", "adaptive_avg_pool1d",
                               "adaptive_avg_pool2d", "adaptive_max_pool1d", "adaptive_max_pool2d"});
}

const Shape& result_shape(const Node& node) { return node.meta.common.results.at("data_out_0").shape; }

// A parameter that another node has as well cannot be scaled for one of them.
bool owns_parameters(const Node& node) {
  for (const Node* other : node.graph().nodes()) {
    if (other == &node) continue;
    for (const Parameter& mine : node.params)
      for (const Parameter& p : other->params)
        if (p.key == mine.key) return false;
  }
  return true;
}

}  // namespace

std::optional<LayerPair> pair_from(Node& first) {
  if (!is_layer(first) || !owns_parameters(first)) return std::nullopt;
  bool is_image = is_convolution(first);  // channels on axis 1 with places behind them
  const bool is_row = result_shape(first).size() == 2;
  int64_t columns = 1;
  for (Node* node = &first;;) {
    if (node->users().size() != 1) return std::nullopt;
    Node* next = node->users()[0];
    if (is_layer(*next)) {
      const bool fits = is_convolution(*next) ? is_image : !is_image;
      if (!fits || !owns_parameters(*next)) return std::nullopt;
      return LayerPair{&first, next, columns};
    }
    if (next->args.size() != 1) return std::nullopt;
    if (next->mase_op == "flatten") {
      const Shape &before = result_shape(*node), &after = result_shape(*next);
      if (after.size() != 2 || !(is_image || is_row)) return std::nullopt;
      if (is_image) columns = after[1] / before[1];
      is_image = false;
    } else if (!scales_elements(*next) && !(is_image && scales_channels(*next))) {
      return std::nullopt;
    }
    node = next;
  }
}

}  // namespace mase::quant
