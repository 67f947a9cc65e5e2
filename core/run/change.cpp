// ChangeDetector: metadata is compared as text, tensors by storage and version - never by their values.
#include "run/change.h"

#include <algorithm>

#include "mase/text.h"

namespace mase {
namespace {

Value metas(const TensorMetas& list) {
  List values;
  for (const TensorMeta& m : list)
    values.push_back(Map{{"name", m.name}, {"shape", m.shape}, {"dtype", m.torch_dtype}, {"format", m.format.value()}});
  return values;
}

Value arguments(const Node& node) {
  List values;
  for (const Argument& a : node.args)
    values.push_back(a.node ? Value(format("{}:{}", a.node->name, a.result)) : Value(List{a.constant}));
  for (const Parameter& p : node.params) values.push_back(Map{{p.name, p.key}});
  return values;
}

uint32_t version(const at::Tensor& t) { return t.unsafeGetTensorImpl()->version_counter().current_version(); }

}  // namespace

std::string graph_text(const Graph& graph) {
  std::string text = graph.name + Value(graph.meta).json();
  for (const Node* n : graph.nodes()) {
    const Meta& m = n->meta;
    text += Value(Map{{"name", n->name},
                      {"kind", static_cast<int>(n->op_kind)},
                      {"target", n->target},
                      {"mase_op", n->mase_op},
                      {"op", n->op.value()},
                      {"args", arguments(*n)},
                      {"type", m.common.mase_type},
                      {"inputs", metas(m.common.args)},
                      {"results", metas(m.common.results)},
                      {"software", List{m.software.args, m.software.results}},
                      {"hardware", dump(m.hardware)},
                      {"attachments", m.attachments}})
                .json();
  }
  for (const std::string& key : graph.tensor_keys()) text += key + "\n";
  return text;
}

ChangeDetector::ChangeDetector(const Graph* before) {
  if (!before) return;
  known_ = true;
  text_ = graph_text(*before);
  for (const std::string& key : before->tensor_keys()) {
    const at::Tensor& t = before->tensor(key);
    data_.push_back(t.const_data_ptr());
    versions_.push_back(version(t));
    held_.push_back(t);
  }
}

bool ChangeDetector::changed(const Graph& after) const {
  if (!known_ || graph_text(after) != text_) return true;
  size_t i = 0;
  for (const std::string& key : after.tensor_keys()) {
    const at::Tensor& t = after.tensor(key);
    if (t.const_data_ptr() != data_[i] || version(t) != versions_[i]) return true;
    ++i;
  }
  return false;
}

}  // namespace mase
