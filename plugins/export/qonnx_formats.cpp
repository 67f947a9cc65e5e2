// QONNX's operators in the place of formats, and a list of those that it has no operator for.
#include "qonnx_formats.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <mase/text.h>

namespace mase::exporting {
namespace {

constexpr const char* kDomain = "qonnx.custom_op.general";

}  // namespace

QonnxFormats::QonnxFormats(Context& context) : components_(context.components()) {
  for (const ComponentInfo* info : context.list<Format>()) infos_[info->name] = info;
}

std::string QonnxFormats::add(OnnxWriter& out, const std::string& place, const Weight& tensor,
                              const Parameter* parameter, const std::string& value) {
  const bool is_parameter = parameter != nullptr, is_bias = parameter && parameter->name == "bias";
  Map fields;
  const auto info = infos_.find(tensor.chosen.name());
  if (info != infos_.end() && info->second->fields)
    for (const Fields::Field& f : info->second->fields->all()) fields.set(f.info.name, f.info.default_value);
  for (const Entry& e : tensor.chosen.with()) fields.set(e.key, e.value);
  try {
    const QonnxOperator op = qonnx_operator(tensor, fields, is_parameter);
    Names inputs = {value};
    for (const at::Tensor& input : op.inputs) inputs.push_back(out.constant(place, input));
    return out.add(place, op.name, inputs, op.attributes, kDomain);
  } catch (const NoCounterpart& none) {
    if (is_bias && tensor.format && at::equal(tensor.format->quantize(tensor.tensor, tensor.context), tensor.tensor))
      return value;
    problems_.push_back(format("{} ({}{}{})", place, tensor.chosen.name(), none.why.empty() ? "" : ": ", none.why));
    return value;
  }
}

std::string QonnxFormats::activation(OnnxWriter& out, const Node& node, const TensorMeta& tensor,
                                     const std::string& value, const std::string& wanted) {
  Weight w;
  w.key = node.name + "." + tensor.name, w.chosen = tensor.format;
  w.format = components_.shared<Format>(tensor.format);
  w.context.role = tensor.name == "weight" ? Role::weight : Role::activation;
  w.context.channel_axis = 1, w.context.batch_axis = 0;
  w.tensor = at::zeros(tensor.shape, at::TensorOptions().dtype(at::kFloat));
  for (const FormatParameter& p : w.format->parameters(tensor.shape))
    w.context.parameters.push_back(node.graph().tensor(w.key + "." + p.name));
  // Readers of one value in one format share the node; a value that came out of this format stays.
  const std::string which = w.context.parameters.empty() ? tensor.format.key() : w.key;
  const auto known = known_.find({value, which});
  if (known != known_.end()) return known->second;
  const size_t first = out.size();
  std::string result = add(out, w.key, w, nullptr, value);
  if (result != value && !wanted.empty()) out.rename(first, result, wanted, ""), result = wanted;
  known_[{value, which}] = known_[{result, which}] = result;
  return result;
}

std::string QonnxFormats::parameter(OnnxWriter& out, const Node& node, const Parameter& parameter,
                                    const std::string& value) {
  const Weight w = weight_of(node, parameter, components_);
  if (!w.has_codes()) return value;
  const std::string which = w.grid ? "grid " + w.grid->str() : w.chosen.key();
  const auto known = known_.find({value, which});
  if (known != known_.end()) return known->second;
  return known_[{value, which}] = add(out, parameter.key, w, &parameter, value);
}

void QonnxFormats::check() const {
  if (problems_.empty()) return;
  throw Error(format("QONNX cannot state the formats of {} tensors: {}", problems_.size(), node_list(problems_)), {},
              "give them integers, minifloats or binary numbers, or export.safetensors with quantized: true");
}

}  // namespace mase::exporting
