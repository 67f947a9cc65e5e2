// Building an ONNX model, node by node.
#include "onnx_writer.h"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <mase/error.h>
#include <mase/text.h>

#include "mase_onnx.pb.h"

namespace mase::exporting {
namespace {

using mase_onnx::AttributeProto;
using mase_onnx::TensorProto;

struct TypeName {
  const char* torch;
  at::ScalarType scalar;
  int onnx;
};
constexpr TypeName kTypes[] = {
    {"float32", at::kFloat, TensorProto::FLOAT},  {"float64", at::kDouble, TensorProto::DOUBLE},
    {"float16", at::kHalf, TensorProto::FLOAT16}, {"bfloat16", at::kBFloat16, TensorProto::BFLOAT16},
    {"int64", at::kLong, TensorProto::INT64},     {"int32", at::kInt, TensorProto::INT32},
    {"int16", at::kShort, TensorProto::INT16},    {"int8", at::kChar, TensorProto::INT8},
    {"uint8", at::kByte, TensorProto::UINT8},     {"bool", at::kBool, TensorProto::BOOL},
};

int onnx_type(at::ScalarType type) {
  for (const TypeName& t : kTypes)
    if (t.scalar == type) return t.onnx;
  throw Error(format("ONNX has no tensors of {}", c10::toString(type)));
}

void set(AttributeProto& a, const OnnxAttribute& from) {
  a.set_name(from.name);
  if (const auto* i = std::get_if<int64_t>(&from.value)) {
    a.set_type(AttributeProto::INT), a.set_i(*i);
  } else if (const auto* f = std::get_if<double>(&from.value)) {
    a.set_type(AttributeProto::FLOAT), a.set_f(static_cast<float>(*f));
  } else if (const auto* s = std::get_if<std::string>(&from.value)) {
    a.set_type(AttributeProto::STRING), a.set_s(*s);
  } else {
    a.set_type(AttributeProto::INTS);
    for (const int64_t v : std::get<std::vector<int64_t>>(from.value)) a.add_ints(v);
  }
}

std::string_view bytes_of(const at::Tensor& t) { return {static_cast<const char*>(t.const_data_ptr()), t.nbytes()}; }

}  // namespace

int onnx_type(const std::string& torch_dtype) {
  for (const TypeName& t : kTypes)
    if (torch_dtype == t.torch) return t.onnx;
  throw Error(format("ONNX has no tensors of {}", torch_dtype));
}

OnnxWriter::OnnxWriter(const std::string& graph_name, int64_t opset)
    : model_(std::make_unique<mase_onnx::ModelProto>()), opset_(opset) {
  model_->set_ir_version(opset >= 21 ? 10 : opset >= 19 ? 9 : 8);
  model_->set_producer_name("mase");
  model_->mutable_graph()->set_name(graph_name.empty() ? "model" : graph_name);
  use_domain("", opset);
}
OnnxWriter::~OnnxWriter() = default;

void OnnxWriter::use_domain(const std::string& domain, int64_t version) {
  auto* import = model_->add_opset_import();
  import->set_domain(domain), import->set_version(version);
}

void OnnxWriter::value_info(bool is_output, const std::string& name, const std::string& torch_dtype,
                            const Shape& shape) {
  auto& graph = *model_->mutable_graph();
  auto* info = is_output ? graph.add_output() : graph.add_input();
  info->set_name(name);
  auto* type = info->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx_type(torch_dtype));
  auto* dims = type->mutable_shape();
  for (size_t i = 0; i < shape.size(); ++i) {
    auto* dim = dims->add_dim();
    if (i == 0 && shape[0] < 0)
      dim->set_dim_param("batch");
    else
      dim->set_dim_value(shape[i]);
  }
}

void OnnxWriter::input(const std::string& name, const std::string& torch_dtype, const Shape& shape) {
  value_info(false, name, torch_dtype, shape);
}
void OnnxWriter::output(const std::string& name, const std::string& torch_dtype, const Shape& shape) {
  value_info(true, name, torch_dtype, shape);
}

std::string OnnxWriter::fresh(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !taken_.insert(name).second; ++i) name = format("{}_{}", wanted, i);
  return name;
}

Names OnnxWriter::add_all(const std::string& prefix, const std::string& op, const Names& inputs,
                          const OnnxAttributes& attributes, size_t results, const std::string& domain) {
  mase_onnx::NodeProto& node = *model_->mutable_graph()->add_node();
  node.set_op_type(op), node.set_domain(domain);
  for (const std::string& input : inputs) node.add_input(input);
  for (const OnnxAttribute& a : attributes) set(*node.add_attribute(), a);
  Names names;
  for (size_t i = 0; i < results; ++i) {
    names.push_back(fresh(prefix + "/" + op + (i ? "." + std::to_string(i) : "")));
    node.add_output(names.back());
  }
  node.set_name(names.empty() ? prefix : names[0]);
  return names;
}

void OnnxWriter::rename(size_t first, const std::string& from, const std::string& to, const std::string& node_name) {
  auto& nodes = *model_->mutable_graph()->mutable_node();
  for (int i = static_cast<int>(first); i < nodes.size(); ++i) {
    for (std::string& input : *nodes[i].mutable_input())
      if (input == from) input = to;
    for (std::string& output : *nodes[i].mutable_output())
      if (output == from) {
        output = to;
        if (!node_name.empty()) nodes[i].set_name(node_name);
      }
  }
}

size_t OnnxWriter::size() const { return static_cast<size_t>(model_->graph().node_size()); }

bool OnnxWriter::makes(size_t first, const std::string& value) const {
  const auto& nodes = model_->graph().node();
  for (int i = static_cast<int>(first); i < nodes.size(); ++i)
    for (const std::string& output : nodes[i].output())
      if (output == value) return true;
  return false;
}

std::string OnnxWriter::initializer(const std::string& name, const at::Tensor& tensor) {
  if (tensors_.contains(name)) return name;
  taken_.insert(name);
  TensorProto& proto = *model_->mutable_graph()->add_initializer();
  proto.set_name(name);
  proto.set_data_type(onnx_type(tensor.scalar_type()));
  for (const int64_t n : tensor.sizes()) proto.add_dims(n);
  tensors_[name] = tensor.detach().contiguous();
  return name;
}

std::string OnnxWriter::constant(const std::string& prefix, const at::Tensor& tensor) {
  const at::Tensor t = tensor.contiguous();
  std::string key = format("{} {} ", c10::toString(t.scalar_type()), Value(shape_of(t)).json());
  key += bytes_of(t);
  const auto known = constants_.find(key);
  if (known != constants_.end()) return known->second;
  return constants_[key] = initializer(fresh(prefix + "/constant"), t);
}

std::string OnnxWriter::number(const std::string& prefix, double value, const std::string& torch_dtype) {
  for (const TypeName& t : kTypes)
    if (torch_dtype == t.torch)
      return constant(prefix, at::scalar_tensor(value, at::TensorOptions().dtype(at::kDouble)).to(t.scalar));
  throw Error(format("ONNX has no tensors of {}", torch_dtype));
}

std::string OnnxWriter::integers(const std::string& prefix, const std::vector<int64_t>& values) {
  return constant(prefix, at::tensor(values, at::TensorOptions().dtype(at::kLong)));
}

}  // namespace mase::exporting
