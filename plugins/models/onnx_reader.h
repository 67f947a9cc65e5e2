// Walking an ONNX graph: scopes of names, attributes, functions and branches. What the operators mean is in the tables
// of onnx_operators.h.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "import.h"
#include "onnx_file.h"

namespace models::onnx {

// A format that a Quant node or a pair of QuantizeLinear and DequantizeLinear gives to a value.
struct Quantized {
  mase::Chosen format;
  std::optional<int64_t> axis;  // of several scales
  // Between QuantizeLinear and DequantizeLinear: what both must agree on, and the codes that Clip left.
  std::string key;
  int64_t low = 0, high = 0;
};

struct Value {
  Value(Wire w = {}) : wire(std::move(w)) {}
  Wire wire;
  std::optional<Quantized> quantized;  // a constant's format, on its way to the operator that takes it
  bool codes = false;                  // the file has integers here; `wire` is what they stand for
  int type = 0;                        // a constant's type in the file, which LibTorch may not have (int4)
  std::shared_ptr<const std::vector<Value>> sequence;  // its parts, where it is one; `wire` stands for all of them
};
using Values = std::vector<Value>;

// Thrown by an operator's reader: this form of it cannot be read. It is listed with the unknown operators.
struct Unsupported {
  std::string why;
};

struct Scope {
  Scope* outer = nullptr;  // of a branch: the graph around it
  std::map<std::string, Value> values;
  std::map<std::string, const proto::AttributeProto*> attributes;  // of the call, in a function
  std::map<std::string, int64_t> opsets;
  std::string prefix;
  int depth = 0;
  const Value* find(const std::string& name) const;
};

class Reader;

// One node with its inputs: what the readers of operators see.
class Node {
 public:
  Node(Reader& reader, Scope& scope, const proto::NodeProto& node);

  ImportBuilder& build() const;
  Reader& reader() const { return reader_; }
  Scope& scope() const { return scope_; }
  const proto::NodeProto& message() const { return node_; }
  const std::string& name() const { return name_; }
  const std::string& op() const { return node_.op_type(); }
  std::string domain() const;   // "" is ONNX's own
  std::string full_op() const;  // "acme::Widen", "Relu"
  int64_t opset() const;

  int inputs() const { return node_.input_size(); }
  bool has(int i) const { return i < node_.input_size() && !node_.input(i).empty(); }
  bool wants(int i) const { return i < node_.output_size() && !node_.output(i).empty(); }
  const Value& value(int i) const;  // as it came, a constant's format beside it
  Wire in(int i) const;             // a constant with a format: with its quantized values
  Wire optional(int i) const { return has(i) ? in(i) : ImportBuilder::absent(); }
  // Whether all inputs that the file gives are constants.
  bool all_known() const;

  const proto::AttributeProto* attribute(const std::string& name) const;
  int64_t integer(const std::string& name, int64_t otherwise) const;
  double real(const std::string& name, double otherwise) const;
  std::string text(const std::string& name, const std::string& otherwise) const;
  std::optional<std::vector<int64_t>> integers(const std::string& name) const;

  // A constant input of integers; Unsupported when it is computed.
  Sizes sizes(int i, const char* what) const;
  std::vector<int64_t> fixed(int i, const char* what) const;  // that do not depend on the batch
  // Of an attribute, in older opsets, or of an input; nothing where neither is given.
  std::optional<std::vector<int64_t>> integers(const std::string& attribute, int input) const;
  double number(int i, const char* what) const;    // a constant input of one number
  int64_t axis(int64_t axis, int64_t rank) const;  // counted from the front; Error when there is none such

 private:
  Reader& reader_;
  Scope& scope_;
  const proto::NodeProto& node_;
  std::string name_;
};

using Handler = std::function<Values(const Node&)>;

class Reader {
 public:
  Reader(const File& file, ImportBuilder& build);
  void read();  // the model's graph, from its inputs to its outputs

  ImportBuilder& build() { return build_; }
  const File& file() const { return file_; }
  // A graph inside a node, whose outputs become the node's. `prefix` is of the names of its nodes.
  Values branch(const Node& node, const proto::GraphProto& graph, const std::string& prefix);
  // A constant whose format shall stand where it ends up as a parameter or constant of the graph.
  Wire with_format(const Value& value);
  // A constant's values as its format leaves them.
  Wire resolve(const Value& value);
  // Puts the formats of constants on parameters and get_attr nodes of the finished graph.
  void place_formats(mase::Graph& graph) const;

 private:
  void load(const proto::GraphProto& graph, Scope& scope);
  void walk(const google::protobuf::RepeatedPtrField<proto::NodeProto>& nodes, Scope& scope);
  Values run(const Node& node);
  Values run_without(const Node& node);
  Values dispatch_with(const Node& node, const std::function<Wire(const Wire&)>& other);
  Values shadowed(const Node& node);
  Values dispatch(const Node& node);
  std::optional<std::string> unreadable(const Node& node) const;
  Values call_function(const Node& node, const proto::FunctionProto& function);
  const proto::FunctionProto* function_of(const Node& node) const;

  const File& file_;
  ImportBuilder& build_;
  std::map<std::string, const proto::FunctionProto*> functions_;  // "domain::name:overload"
  std::vector<std::pair<at::Tensor, mase::Chosen>> formats_;      // of constants, by the tensor itself
  size_t steps_ = 0;
};

}  // namespace models::onnx
