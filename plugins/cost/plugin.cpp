// The cost plugin: what a network costs, computed from the graph alone.
#include <mase/plugin.h>

#include "average_bitwidth.h"
#include "parameters.h"

MASE_PLUGIN("cost", "0.1.0", "What a network costs, computed from the graph alone") {
  using namespace mase::cost;
  r.add<AverageBitwidth>("cost.average_bitwidth",
                         "Average bits per weight and per input element of the selected nodes");
  r.add<Parameters>("cost.parameters", "Number of trainable parameters of the selected nodes");
}
