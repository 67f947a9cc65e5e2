// hw.map: stores the wishes as data on the selected nodes.
#include "map.h"

#include <filesystem>

#include "hw.h"
#include "mase/text.h"

namespace mase::hw {

void MapPass::run(Graph&, Context& context) {
  List sources;
  for (const std::string& file : config.sources) {
    const std::string path = context.path(file);
    if (!std::filesystem::is_regular_file(path))
      throw Error("no file '" + path + "' for the module '" + config.module + "'");
    sources.push_back(std::filesystem::absolute(path).string());
  }
  const bool slope = !config.slope.empty() || config.slope_width || config.slope_frac_width;
  for (Node* node : context.selected()) {
    if (implicit(*node))
      context.fail(*node, "it does not become hardware: it stands next to an input or output and only reshapes");
    if (slope && node->mase_op != "leaky_relu")
      context.fail(*node, format("a slope is for leaky_relu, this is '{}'", node->mase_op));
    Map& map = node->meta.hardware.map;
    map = {};
    if (!config.max_parallelism.empty()) map.set("max_parallelism", config.max_parallelism);
    if (!config.slope.empty()) map.set("slope", config.slope);
    if (config.slope_width) map.set("slope_width", *config.slope_width);
    if (config.slope_frac_width) map.set("slope_frac_width", *config.slope_frac_width);
    if (config.module.empty()) continue;
    map.set("module", config.module);
    map.set("sources", sources);
    map.set("latency", config.latency);
  }
}

}  // namespace mase::hw
