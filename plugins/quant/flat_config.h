// MASE's flat configuration of a quantized node ({name: integer, data_in_width: 8, data_in_frac_width: 4, ...}) as
// formats.
#pragma once
#include <mase/component.h>

#include <optional>

namespace mase::quant {

// What it says of one tensor: data_in, weight, bias or data_out.
struct FlatEntry {
  std::string tensor;
  Chosen format;  // nothing: float
};

struct FlatConfig {
  bool untouched = false;  // name: None - the nodes stay as they are
  std::vector<FlatEntry> entries;
};

// Throws Error for a key or a name that MASE does not have, and for what is no number format.
FlatConfig read_flat_config(const Map& config, Loc loc);

// Leaves out what MASE writes down but no arithmetic depends on (the width of a binary number); an Error for any other
// key that the format has no field for.
Chosen fitted(const Chosen& format, const std::vector<const ComponentInfo*>& formats);

}  // namespace mase::quant
