// The merges of simplify(): each changes one node where it can, and says whether it did.
#pragma once
#include "import.h"
#include "mase/text.h"

namespace models {

// Whether a format stands on anything of the node: then it is no mere intermediate of a larger operator.
bool has_format(const mase::Node& node);

mase::Node* only_user(const mase::Node& node);  // nullptr where there are others, or none

bool merge_gelu(mase::Graph& graph, mase::Node& function);
bool merge_attention(mase::Graph& graph, mase::Node& product);
bool merge_stacked_transpose(mase::Graph& graph, mase::Node& last);

}  // namespace models
