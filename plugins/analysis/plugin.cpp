// The analysis plugin: passes that look at a graph and say what they see.
#include <mase/plugin.h>

#include "add_common_metadata.h"
#include "draw.h"
#include "report_graph.h"
#include "report_node_meta_param.h"

MASE_PLUGIN("analysis", "0.1.0", "Passes that look at a graph and say what they see") {
  using namespace mase::analysis;
  r.add<Draw>("analysis.draw", "The graph as a picture: operators, shapes and formats, laid out by Graphviz");
  r.add<ReportGraph>("analysis.report_graph", "The graph as text, with counts of node kinds and layer types");
  r.add<ReportNodeMetaParam>("analysis.report_node_meta_param", "The metadata of every selected node as a table");
  r.add<AddCommonMetadata>("analysis.add_common_metadata", "Record shapes and types of all arguments and results");
}
