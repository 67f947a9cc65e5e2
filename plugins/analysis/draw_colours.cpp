// What colour a node of a picture has: operators of one kind look alike.
#include <algorithm>
#include <array>
#include <string_view>

#include "draw_dot.h"

namespace mase::analysis {
namespace {

struct Kind {
  const char* fill;
  std::array<std::string_view, 8> parts;  // of the operator's name; the first kind that fits counts
};

// Order matters: "batch_norm" is no "bmm", "adaptive_avg_pool" no "add", "logsoftmax" no "log".
constexpr std::array<Kind, 7> kKinds = {{
    {"#d9c7ec", {"attention", "softmax"}},
    {"#b5dfe2", {"norm", "dropout"}},
    {"#c6e0f5", {"linear", "conv", "matmul", "bmm", "gemm", "embedding"}},
    {"#fbd9b5", {"pool", "mean", "sum", "max", "min", "interpolate"}},
    {"#f9e79f", {"relu", "elu", "silu", "sigmoid", "tanh", "hard", "soft"}},
    {"#e3e3e3", {"reshape", "view", "flatten", "permute", "transpose", "squeeze", "expand", "identity"}},
    {"#ececec", {"cat", "split", "slice", "gather", "select", "stack", "chunk", "pad"}},
}};

}  // namespace

const char* fill_of(const Node& node) {
  if (node.op_kind == OpKind::placeholder) return "#c9e8c5";
  if (node.op_kind == OpKind::output) return "#f3c5c5";
  if (node.op_kind == OpKind::get_attr) return "#f5f0dc";
  for (const Kind& kind : kKinds)
    if (std::any_of(kind.parts.begin(), kind.parts.end(), [&](std::string_view part) {
          return !part.empty() && node.mase_op.find(part) != std::string::npos;
        }))
      return kind.fill;
  return "#ffffff";
}

}  // namespace mase::analysis
