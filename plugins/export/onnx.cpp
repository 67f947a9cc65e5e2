// export.onnx: formats are refused or dropped, and said so.
#include "onnx.h"

#include <mase/text.h>

#include "file_name.h"
#include "onnx_export.h"

namespace mase {

const std::vector<std::string>& EnumNames<exporting::OnnxFormatPolicy>::names() {
  static const std::vector<std::string> names = {"refuse", "drop"};
  return names;
}

namespace exporting {
namespace {

class NoFormats final : public OnnxFormats {
 public:
  std::string activation(OnnxWriter&, const Node&, const TensorMeta&, const std::string& value,
                         const std::string&) override {
    return value;
  }
  std::string parameter(OnnxWriter&, const Node&, const Parameter&, const std::string& value) override { return value; }
};

// "fc1.weight (quant.integer)" for every tensor with a format.
std::vector<std::string> formats_of(const Graph& graph) {
  std::vector<std::string> found;
  for (const Node* node : graph.nodes())
    for (const TensorMetas* tensors : {&node->meta.common.args, &node->meta.common.results})
      for (const TensorMeta& t : *tensors)
        if (t.format) found.push_back(format("{}.{} ({})", node->name, t.name, t.format.name()));
  return found;
}

}  // namespace

void Onnx::Config::schema(Schema<Config>& s) {
  s.field("file", &Config::file, "name of the file in the step's folder");
  s.field("opset", &Config::opset, "version of ONNX's operators").range(14, 20);
  s.field("formats", &Config::formats, "what becomes of number formats, which ONNX has no word for");
  s.field("inside", &Config::inside, "tensors of more than this together go to a file beside it, <file>.data")
      .range(0, 2000)
      .unit("MiB");
}

void Onnx::run(Graph& graph, Context& context) {
  const std::string file = file_in(context, config_.file);
  const std::vector<std::string> formats = formats_of(graph);
  if (!formats.empty() && config_.formats == OnnxFormatPolicy::refuse)
    throw Error(format("{} tensors have formats, which ONNX has no word for: {}", formats.size(), node_list(formats)),
                config_.file.loc, "export.qonnx writes formats; formats: drop writes the float network without them");
  if (!formats.empty()) context.warn("{} formats are left out of {}", formats.size(), config_.file.name);
  OnnxWriter out(graph.name, config_.opset);
  NoFormats none;
  add_graph(out, graph, context, none);
  out.write(file, config_.inside << 20);
  context.report("file", config_.file.name);
  context.report("nodes", static_cast<int64_t>(out.size()));
  context.info("wrote {} ONNX nodes to {}", out.size(), file);
}

}  // namespace exporting
}  // namespace mase
