// One node of a graph on its way to ONNX: what an operator's emitter sees.
#pragma once
#include <mase/graph.h>

#include <functional>

#include "onnx_writer.h"

namespace mase::exporting {

// Thrown by an emitter for what ONNX cannot say; collected, so that one Error names all such nodes.
struct NoCounterpart {
  std::string why;  // empty: ONNX has no such operator
};

class OnnxEmit {
 public:
  using Params = std::function<std::string(const Parameter&)>;  // the value of one
  OnnxEmit(const Node& node, const Map& fields, OnnxWriter& out, Names inputs, Params params)
      : node(node), fields(fields), out(out), inputs(std::move(inputs)), params_(std::move(params)) {}

  const Node& node;
  const Map& fields;  // the operator's, defaults included
  OnnxWriter& out;
  Names inputs;  // of the node's arguments; "" where an argument is a number or a list of numbers

  // --- the node's tensors ---
  Shape shape(size_t input) const;        // with a batch of the sample's size
  std::string dtype(size_t input) const;  // "float32"; of a number the type that leaves the others alone: ""
  std::string result_dtype() const;
  int64_t rank(size_t input) const { return static_cast<int64_t>(shape(input).size()); }
  std::string in(size_t input) const;                                  // of its own type
  std::string in(size_t input, const std::string& torch_dtype) const;  // cast where it is another
  bool has(const char* param) const { return node.param(param) != nullptr; }
  std::string param(const char* name) const;                                 // Error when absent
  std::string param_or(const char* name, double value, int64_t size) const;  // a constant vector when absent

  // --- the operator's fields ---
  int64_t integer(const char* field) const { return fields.at(field).as_int(); }
  double real(const char* field) const { return fields.at(field).as_double(); }
  bool flag(const char* field) const { return fields.at(field).as_bool(); }
  bool is_null(const char* field) const { return fields.at(field).is_null(); }
  std::vector<int64_t> list(const char* field) const;               // an integer is a list of one
  std::vector<int64_t> list(const char* field, size_t size) const;  // an integer stands for all
  int64_t axis(const char* field, int64_t rank) const;              // counted from 0

  // --- nodes ---
  std::string add(const char* op, const Names& values, const OnnxAttributes& attributes = {}) {
    return out.add(node.name, op, values, attributes);
  }
  std::string number(double value) { return out.number(node.name, value); }
  std::string integers(const std::vector<int64_t>& values) { return out.integers(node.name, values); }
  std::string cast(const std::string& value, const std::string& torch_dtype) {
    return add("Cast", {value}, {{"to", onnx_type(torch_dtype)}});
  }
  std::string reshape(const std::string& value, const Shape& to) { return add("Reshape", {value, integers(to)}); }
  std::string reduce(const char* op, const std::string& value, const std::vector<int64_t>& axes, bool keepdim);

 private:
  Params params_;
};

// Values of the node's results, made by nodes that it adds.
using OnnxEmitter = Names (*)(OnnxEmit&);
using OnnxEmitters = std::map<std::string, OnnxEmitter, std::less<>>;

// By the operator's name, without its plugin: one table per file of emitters.
void add_onnx_activations(OnnxEmitters& table);
void add_onnx_arithmetic(OnnxEmitters& table);
void add_onnx_axes(OnnxEmitters& table);
void add_onnx_layers(OnnxEmitters& table);
void add_onnx_norms(OnnxEmitters& table);
void add_onnx_pools(OnnxEmitters& table);
void add_onnx_reductions(OnnxEmitters& table);
void add_onnx_shapes(OnnxEmitters& table);
OnnxEmitters onnx_emitters();

}  // namespace mase::exporting
