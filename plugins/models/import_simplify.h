// The merges of simplify(), and what they ask of nodes.
#pragma once
#include "import.h"
#include "mase/text.h"

namespace models {

// Whether a format stands on anything of the node: then it is no mere intermediate of a larger operator.
bool has_format(const mase::Node& node);
bool is_reshape(const mase::Node& node);
mase::Node* only_user(const mase::Node& node);  // nullptr where there are others, or none

const Sizes* sizes_of(const SizeTable& table, const mase::Argument& arg);  // nullptr where they are not known
const mase::Shape& recorded_shape(const mase::Argument& arg);
const std::string& recorded_type(const mase::Argument& arg);
// The node of the operator `op` behind an argument, where no format stands on it; nullptr for anything else.
mase::Node* plain(const mase::Argument& arg, std::string_view op);
bool is_same(const mase::Argument& a, const mase::Argument& b);
std::optional<double> number(const mase::Argument& arg);  // nothing where it is none
bool is_number(const mase::Argument& arg, double value);

// Integers that are certain to lie between two others; nothing where none are known, or int32 might not hold them.
struct IntegerRange {
  int64_t low = 0, high = 0;
};
std::optional<IntegerRange> range_of(const mase::Graph& graph, const SizeTable& table, const mase::Argument& arg);

// The order of the axes that a transpose or permute makes; empty where the node is neither.
std::vector<int64_t> order_of(const mase::Node* node);

// The axes of a mean, a variance or a pool over whole images, in order, and whether they stay as axes of one.
std::optional<std::pair<std::vector<int64_t>, bool>> mean_axes(const mase::Node& node);

// An integer among what the operator was made with.
int64_t field(const mase::Node& node, const char* name, int64_t otherwise);

// Another operator; parameters, arguments and users stay.
void become(mase::Node& node, mase::Chosen op);
// Another operator on other arguments; the name, the results and the users stay.
void become(mase::Graph& graph, mase::Node& node, mase::Chosen op, std::vector<mase::Argument> args);

// Each changes the node where it can, and says whether it did. The node has arguments.
bool drop_expand(mase::Graph& graph, SizeTable& table, mase::Node& attention);
bool drop_operand_expand(mase::Graph& graph, SizeTable& table, mase::Node& node);
bool drop_select(mase::Graph& graph, SizeTable& table, mase::Node& select);
bool merge_activation(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_attention(mase::Graph& graph, SizeTable& table, mase::Node& product);
bool merge_cast(mase::Graph& graph, SizeTable& table, mase::Node& node);
bool merge_causal(mase::Graph& graph, SizeTable& table, mase::Node& attention);
bool merge_cat(mase::Graph& graph, SizeTable& table, mase::Node& cat);
bool merge_choice(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_function(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_gelu(mase::Graph& graph, SizeTable& table, mase::Node& function);
bool merge_group_norm(mase::Graph& graph, SizeTable& table, mase::Node& reshape);
bool merge_layer_norm(mase::Graph& graph, SizeTable& table, mase::Node& quotient);
bool merge_move(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_own_rows(mase::Graph& graph, SizeTable& table, mase::Node& pick);
bool merge_keepdim(mase::Graph& graph, SizeTable& table, mase::Node& unsqueeze);
bool merge_pads(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_padding(mase::Graph& graph, SizeTable& table, mase::Node& layer);
bool merge_permute(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_pixels(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_pool(mase::Graph& graph, SizeTable& table, mase::Node& squeeze);
bool merge_reduction(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_reshape(mase::Graph& graph, SizeTable& table, mase::Node& node);
bool merge_roll(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_rows(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_rms_norm(mase::Graph& graph, SizeTable& table, mase::Node& product);
bool merge_rsqrt(mase::Graph& graph, SizeTable& table, mase::Node& inverse);
bool merge_select(mase::Graph& graph, SizeTable& table, mase::Node& squeeze);
bool merge_slices(mase::Graph& graph, SizeTable& table, mase::Node& slice);
bool merge_split(mase::Graph& graph, SizeTable& table, mase::Node& split);
bool merge_stack(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_stacked(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_stacked_transpose(mase::Graph& graph, SizeTable& table, mase::Node& last);
bool merge_swap_behind(mase::Graph& graph, SizeTable& table, mase::Node& swap);
bool merge_swapped(mase::Graph& graph, SizeTable& table, mase::Node& product);

}  // namespace models
