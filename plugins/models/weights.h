// Weights from a file with PyTorch state-dict names.
#pragma once
#include "mase/context.h"
#include "mase/graph.h"

namespace models {

// Replaces every tensor of the graph by the file's one of the same name. Where the file names its modules
// otherwise altogether (net.0, net.2, ...), modules are matched in order. Anything missing, left over, of
// another shape or not finite is an Error at the place where the recipe names the file.
void load_weights(mase::Graph& graph, const mase::Path& file, mase::Context& context);

}  // namespace models
