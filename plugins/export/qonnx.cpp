// export.qonnx: operators as in export.onnx, and an operator for each format.
#include "qonnx.h"

#include "file_name.h"
#include "qonnx_formats.h"

namespace mase::exporting {

void Qonnx::Config::schema(Schema<Config>& s) {
  s.field("file", &Config::file, "name of the file in the step's folder");
  s.field("opset", &Config::opset, "version of ONNX's operators").range(14, 20);
  s.field("inside", &Config::inside, "tensors of more than this together go to a file beside it, <file>.data")
      .range(0, 2000)
      .unit("MiB");
}

void Qonnx::run(Graph& graph, Context& context) {
  const std::string file = file_in(context, config_.file);
  OnnxWriter out(graph.name, config_.opset);
  out.use_domain("qonnx.custom_op.general", 1);
  QonnxFormats formats(context);
  add_graph(out, graph, context, formats);
  formats.check();
  out.write(file, config_.inside << 20);
  context.report("file", config_.file.name);
  context.report("nodes", static_cast<int64_t>(out.size()));
  context.info("wrote {} QONNX nodes to {}", out.size(), file);
}

}  // namespace mase::exporting
