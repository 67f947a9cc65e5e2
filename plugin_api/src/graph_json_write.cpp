// Writing nodes as JSON: members that are as a new node has them are left out.
#include "graph_json.h"

namespace mase {
namespace {

Value tensor_to_json(const TensorMeta& t) {
  Map map{{"name", t.name}, {"shape", t.shape}, {"torch_dtype", t.torch_dtype}};
  if (t.format) map.set("format", to_stored(t.format.value()));
  map.set("type", t.type());
  map.set("precision", t.precision());
  if (const auto& p = t.point())
    map.set("point", Map{{"width", p->width}, {"frac_width", p->frac_width}, {"is_signed", p->is_signed}});
  return map;
}

Value tensors_to_json(const TensorMetas& tensors) {
  List list;
  for (const TensorMeta& t : tensors) list.push_back(tensor_to_json(t));
  return list;
}

Value meta_to_json(const Meta& meta) {
  Map map;
  map.set("common", Map{{"mase_type", meta.common.mase_type},
                        {"args", tensors_to_json(meta.common.args)},
                        {"results", tensors_to_json(meta.common.results)}});
  if (!meta.software.args.empty() || !meta.software.results.empty())
    map.set("software", Map{{"args", to_stored(meta.software.args)}, {"results", to_stored(meta.software.results)}});
  static const Map kNone = dump(HardwareMeta{});
  if (Map hardware = dump(meta.hardware); !(hardware == kNone)) map.set("hardware", to_stored(std::move(hardware)));
  if (!meta.attachments.empty()) map.set("attachments", to_stored(meta.attachments));
  return map;
}

}  // namespace

Value node_to_json(const Node& node) {
  Map map{{"name", node.name},
          {"op_kind", EnumNames<OpKind>::names()[static_cast<size_t>(node.op_kind)]},
          {"target", node.target},
          {"mase_op", node.mase_op}};
  if (node.op) map.set("op", to_stored(node.op.value()));
  List args, params;
  for (const Argument& arg : node.args) {
    if (arg.node)
      args.push_back(Map{{"node", arg.node->name}, {"result", arg.result}});
    else
      args.push_back(Map{{"constant", to_stored(arg.constant)}});
  }
  for (const Parameter& p : node.params) params.push_back(Map{{"name", p.name}, {"key", p.key}});
  map.set("args", std::move(args));
  map.set("params", std::move(params));
  map.set("meta", meta_to_json(node.meta));
  return map;
}

}  // namespace mase
