// An ONNX model under construction: nodes, constants, and a file at the end.
#pragma once
#include <mase/meta.h>
#include <mase/tensor.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace mase_onnx {
class ModelProto;
class NodeProto;
class TensorProto;
}  // namespace mase_onnx

namespace mase::exporting {

struct OnnxAttribute {
  std::string name;
  std::variant<int64_t, double, std::string, std::vector<int64_t>> value;
  OnnxAttribute(const char* n, int v) : name(n), value(int64_t{v}) {}
  OnnxAttribute(const char* n, int64_t v) : name(n), value(v) {}
  OnnxAttribute(const char* n, bool v) : name(n), value(int64_t{v}) {}
  OnnxAttribute(const char* n, double v) : name(n), value(v) {}
  OnnxAttribute(const char* n, const char* v) : name(n), value(std::string(v)) {}
  OnnxAttribute(const char* n, std::vector<int64_t> v) : name(n), value(std::move(v)) {}
};
using OnnxAttributes = std::vector<OnnxAttribute>;
using Names = std::vector<std::string>;

// ONNX's number for a type called as PyTorch calls it ("float32"); Error for one that ONNX lacks.
int onnx_type(const std::string& torch_dtype);

class OnnxWriter {
 public:
  OnnxWriter(const std::string& graph_name, int64_t opset);
  ~OnnxWriter();

  int64_t opset() const { return opset_; }
  void use_domain(const std::string& domain, int64_t version);
  // Shapes whose first axis is -1 have a symbolic batch.
  void input(const std::string& name, const std::string& torch_dtype, const Shape& shape);
  void output(const std::string& name, const std::string& torch_dtype, const Shape& shape);

  // A node with fresh names for its results, derived from `prefix`.
  Names add_all(const std::string& prefix, const std::string& op, const Names& inputs, const OnnxAttributes& attributes,
                size_t results, const std::string& domain = {});
  std::string add(const std::string& prefix, const std::string& op, const Names& inputs,
                  const OnnxAttributes& attributes = {}, const std::string& domain = {}) {
    return add_all(prefix, op, inputs, attributes, 1, domain)[0];
  }
  // Gives a result of a node that was added since `first` its final name, and its node too when it has one.
  void rename(size_t first, const std::string& from, const std::string& to, const std::string& node_name);
  size_t size() const;                                       // nodes so far
  bool makes(size_t first, const std::string& value) const;  // whether a node added since `first` has this result

  // The tensor under `name`, once; a graph's tensors keep their keys.
  std::string initializer(const std::string& name, const at::Tensor& tensor);
  // A constant that belongs to no one: equal ones are shared.
  std::string constant(const std::string& prefix, const at::Tensor& tensor);
  std::string number(const std::string& prefix, double value, const std::string& torch_dtype = "float32");
  std::string integers(const std::string& prefix, const std::vector<int64_t>& values);  // int64 [n]
  std::string fresh(const std::string& wanted);  // a name that no value has yet, and that none will get

  // Tensors go to a file of their own, `<file>.data`, when they have more bytes than `inside`.
  void write(const std::string& file, int64_t inside);

 private:
  void value_info(bool is_output, const std::string& name, const std::string& torch_dtype, const Shape& shape);

  std::unique_ptr<mase_onnx::ModelProto> model_;
  int64_t opset_;
  std::set<std::string> taken_;
  std::map<std::string, at::Tensor> tensors_;     // by initializer
  std::map<std::string, std::string> constants_;  // bytes and type of a constant to its name
};

}  // namespace mase::exporting
