// What the hardware passes and generators of this plugin share: streams, parameter names, integer casts.
#pragma once
#include <string>
#include <vector>

#include "mase/generator.h"
#include "mase/graph.h"

namespace mase::hw {

// How one tensor travels: its grid, its size in MASE's dimensions (DIM_0 is the last axis) and the tile per beat.
struct Stream {
  FixedPoint point;
  int64_t size0 = 1, size1 = 1;  // columns; rows (all axes before the last, without the batch)
  int64_t par0 = 1, par1 = 1;    // columns and rows per beat
  int64_t lanes() const { return par0 * par1; }
  int64_t beats() const { return (size0 / par0) * (size1 / par1); }
  bool same_tiles(const Stream& o) const {
    return par0 == o.par0 && par1 == o.par1 && size0 == o.size0 && size1 == o.size1;
  }
};

// Rounding and overflow of a cast, as the components' ROUNDING and OVERFLOW parameters count them.
struct CastRule {
  enum Rounding { nearest_even, floor, toward_zero };
  enum Overflow { saturate, saturate_symmetric, wrap };
  Rounding rounding = nearest_even;
  Overflow overflow = saturate;
  bool operator==(const CastRule&) const = default;
};
// Of a format's `rounding` and `overflow` fields. Error when the components lack the mode.
CastRule cast_rule(const Chosen& format, const Node& node, std::string_view argument);

// Moves codes from one grid to another, exactly as components/cast does.
at::Tensor cast_codes(const at::Tensor& codes, const FixedPoint& from, const FixedPoint& to, const CastRule& rule);

// Largest divisor of `size` within `budget`.
int64_t divisor_within(int64_t size, int64_t budget);
// The budget for DIM_`dim` of a node: MASE's max_parallelism counts from the highest dimension.
int64_t parallelism_budget(const Node& node, size_t dim);
// Size of a tensor in DIM_0 and DIM_1; tiles not chosen yet. Parameters have no batch axis.
Stream stream_of(const TensorMeta& tensor, bool parameter);

// Appends X_PRECISION_0, X_PRECISION_1, X_TENSOR_SIZE_DIM_0, X_PARALLELISM_DIM_0, ... in MASE's order.
void add_tensor_parameters(Map& parameters, const std::string& prefix, const Stream& s);
// The same read back; Error when a parameter is missing.
Stream read_tensor_parameters(const Map& parameters, const std::string& prefix, bool is_signed);
std::string upper(std::string_view name);  // data_in_0 -> DATA_IN_0

// The reason why a node's argument or result has no grid, with the remedy; "" when it has one.
std::string missing_grid(const Node& node, std::string_view argument);
// The result's own cast inside the module: its rule when the result has a format.
bool casts_result(const Node& node);
void add_cast_parameters(Map& parameters, const Node& node);
void add_sign_parameters(Map& parameters, const std::vector<std::pair<std::string, FixedPoint>>& tensors);

// One result on the node's own grid: cast from the exact grid when the result has a format.
Codes finish(const Node& node, const at::Tensor& exact, const FixedPoint& exact_grid);

std::string library_folder();  // where components/ and direct/ were installed, beside the plugin

// Files of a component module and everything it needs, from components/dependencies.json.
std::vector<std::string> module_sources(const std::string& module);

// The node does not become hardware: placeholders, the output, and shape operators next to them.
bool implicit(const Node& node);

}  // namespace mase::hw
