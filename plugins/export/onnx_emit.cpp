// What emitters of ONNX operators share.
#include "onnx_emit.h"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <mase/text.h>

#include <algorithm>

namespace mase::exporting {
namespace {

const TensorMeta* result_meta(const Argument& a) {
  const TensorMetas& results = a.node->meta.common.results;
  const auto place = static_cast<size_t>(a.result);
  return place < results.size() ? &results[place] : nullptr;
}

at::ScalarType scalar_type(const std::string& dtype) {
  if (dtype == "int64") return at::kLong;
  if (dtype == "int32") return at::kInt;
  if (dtype == "bool") return at::kBool;
  if (dtype == "float64") return at::kDouble;
  return at::kFloat;
}

}  // namespace

Shape OnnxEmit::shape(size_t input) const {
  const Argument& a = node.args.at(input);
  if (!a.node) return a.constant.is_list() ? Shape{static_cast<int64_t>(a.constant.as_list().size())} : Shape{};
  const TensorMeta* meta = result_meta(a);
  if (!meta) throw NoCounterpart{format("the shape of its input '{}' is not known", a.node->name)};
  return meta->shape;
}

std::string OnnxEmit::dtype(size_t input) const {
  const Argument& a = node.args.at(input);
  if (!a.node) return "";
  const TensorMeta* meta = result_meta(a);
  return meta ? meta->torch_dtype : "float32";
}

std::string OnnxEmit::result_dtype() const {
  const TensorMetas& results = node.meta.common.results;
  return results.empty() ? "float32" : results[0].torch_dtype;
}

std::string OnnxEmit::in(size_t input) const {
  if (input >= inputs.size()) throw NoCounterpart{format("it has no input {}", input)};
  if (!inputs[input].empty()) return inputs[input];
  const Value& v = node.args[input].constant;
  const bool whole = v.is_int() || (v.is_list() && std::all_of(v.as_list().begin(), v.as_list().end(),
                                                               [](const Value& item) { return item.is_int(); }));
  return in(input, v.is_bool() ? "bool" : whole ? "int64" : "float32");
}

std::string OnnxEmit::in(size_t input, const std::string& torch_dtype) const {
  if (input >= inputs.size()) throw NoCounterpart{format("it has no input {}", input)};
  auto& self = const_cast<OnnxEmit&>(*this);
  if (!inputs[input].empty())
    return dtype(input) == torch_dtype ? inputs[input] : self.cast(inputs[input], torch_dtype);
  const Value& v = node.args[input].constant;
  if (v.is_bool()) return out.number(node.name, v.as_bool(), torch_dtype);
  if (v.is_number()) return out.number(node.name, v.as_double(), torch_dtype);
  if (!v.is_list()) throw NoCounterpart{format("its argument {} is {}", input, v.brief())};
  std::vector<double> numbers;
  for (const Value& item : v.as_list()) numbers.push_back(item.is_bool() ? item.as_bool() : item.as_double());
  return out.constant(node.name,
                      at::tensor(numbers, at::TensorOptions().dtype(at::kDouble)).to(scalar_type(torch_dtype)));
}

std::string OnnxEmit::param(const char* name) const {
  const Parameter* parameter = node.param(name);
  if (!parameter) throw NoCounterpart{format("it has no parameter '{}'", name)};
  return params_(*parameter);
}

std::string OnnxEmit::param_or(const char* name, double value, int64_t size) const {
  if (has(name)) return param(name);
  return out.constant(node.name, at::full({size}, value, at::TensorOptions().dtype(at::kFloat)));
}

std::vector<int64_t> OnnxEmit::list(const char* field) const {
  const Value& v = fields.at(field);
  if (v.is_int()) return {v.as_int()};
  std::vector<int64_t> numbers;
  for (const Value& item : v.as_list()) numbers.push_back(item.as_int());
  return numbers;
}

std::vector<int64_t> OnnxEmit::list(const char* field, size_t size) const {
  std::vector<int64_t> numbers = list(field);
  if (numbers.size() == 1) numbers.resize(size, numbers[0]);
  if (numbers.size() != size)
    throw NoCounterpart{format("{} has {} numbers, expected {}", field, numbers.size(), size)};
  return numbers;
}

int64_t OnnxEmit::axis(const char* field, int64_t rank) const {
  const int64_t a = integer(field);
  return a < 0 ? a + rank : a;
}

std::string OnnxEmit::reduce(const char* op, const std::string& value, const std::vector<int64_t>& axes, bool keepdim) {
  // Axes became an input: of ReduceSum with opset 13, of the others with 18.
  const bool as_input = std::string_view(op) == "ReduceSum" || out.opset() >= 18;
  if (axes.empty()) return add(op, {value}, {{"keepdims", keepdim}});
  if (as_input) return add(op, {value, integers(axes)}, {{"keepdims", keepdim}});
  return add(op, {value}, {{"axes", axes}, {"keepdims", keepdim}});
}

OnnxEmitters onnx_emitters() {
  OnnxEmitters table;
  add_onnx_activations(table);
  add_onnx_arithmetic(table);
  add_onnx_axes(table);
  add_onnx_layers(table);
  add_onnx_norms(table);
  add_onnx_pools(table);
  add_onnx_reductions(table);
  add_onnx_shapes(table);
  return table;
}

}  // namespace mase::exporting
