// Graph: a network in FX's vocabulary. Nodes in execution order, tensors in a table, metadata on each node.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mase/meta.h"

namespace at {
class Tensor;
}

namespace mase {

class Graph;
class Node;

enum class OpKind { placeholder, get_attr, call_function, call_module, call_method, output };
template <>
struct EnumNames<OpKind> {
  static const std::vector<std::string>& names();
};

// One positional argument: a result of another node, or a constant.
struct Argument {
  Node* node = nullptr;
  int result = 0;  // which result of `node`
  Value constant;  // when node is null

  Argument() = default;
  Argument(Node* n, int r = 0) : node(n), result(r) {}
  Argument(Value v) : constant(std::move(v)) {}
};

// A parameter or buffer of a node: the operator's name for it and its key in the tensor table.
struct Parameter {
  std::string name;  // weight
  std::string key;   // fc1.weight; two nodes with one key share (tie) the tensor
};

// Plain data with a stable address for the life of its graph.
class Node {
 public:
  std::string name;  // fc1, seq_blocks_2: unique, a valid identifier
  OpKind op_kind = OpKind::call_module;
  std::string target;   // module path "seq_blocks.2" or function name
  std::string mase_op;  // linear, relu, placeholder, output, constant
  Chosen op;            // the Op component with its attributes: nn.linear {in_features: 16, ...}
  std::vector<Argument> args;
  std::vector<Parameter> params;
  Meta meta;

  const std::vector<Node*>& users() const { return users_; }  // each user once, in graph order
  Graph& graph() const { return *graph_; }
  size_t index() const { return index_; }               // place in the graph
  const Parameter* param(std::string_view name) const;  // nullptr when absent

 private:
  friend class Graph;
  Graph* graph_ = nullptr;
  size_t index_ = 0;
  std::vector<Node*> users_;
};

class Graph {
 public:
  explicit Graph(std::string name = "model");
  Graph(Graph&&) noexcept;
  Graph& operator=(Graph&&) noexcept;
  ~Graph();
  Graph clone() const;  // isolated: tensors shared copy-on-write, about a microsecond per node

  std::string name;
  Map meta;                    // graph-level data (hardware.verilog_sources, ...)
  int64_t batch_size() const;  // the one that it runs with, from `meta`; 0 when it takes any

  const std::vector<Node*>& nodes() const { return nodes_; }  // in execution order
  std::vector<Node*> inputs() const;                          // placeholders
  Node& output() const;                                       // the one output node; Error when there is none
  Node* find(std::string_view name) const;                    // by name or by target; nullptr when absent
  Node& at(std::string_view name) const;                      // Error with the nearest name

  // New nodes get a unique name derived from `name` and stand at the end (before the output, if there is one).
  Node& add(OpKind kind, std::string name, Chosen op = {}, std::vector<Argument> args = {});
  Node& insert_before(Node& place, OpKind kind, std::string name, Chosen op = {}, std::vector<Argument> args = {});
  Node& insert_after(Node& place, OpKind kind, std::string name, Chosen op = {}, std::vector<Argument> args = {});
  void set_args(Node& node, std::vector<Argument> args);
  void set_argument(Node& node, size_t index, Argument argument);
  void replace_all_uses(Node& old, Node& with);  // `with` itself keeps its use of `old`
  void erase(Node& node);                        // refuses a node that still has users and names them
  bool eliminate_dead_code();                    // as torch.fx: what no output needs, inputs aside; whether any was

  // The tensor table. Keys are PyTorch state-dict names.
  bool has_tensor(std::string_view key) const;
  const at::Tensor& tensor(std::string_view key) const;  // Error with the nearest key
  void set_tensor(std::string key, at::Tensor tensor);
  void erase_tensor(std::string_view key);
  std::vector<std::string> tensor_keys() const;  // in order of insertion
  void detach_tensors();                         // no grad_fn of a plugin stays behind

  // Throws Error naming the first broken invariant: order, unknown nodes, missing tensors, duplicate names.
  void check() const;

 private:
  struct Data;
  Node& place(size_t index, OpKind kind, std::string name, Chosen op, std::vector<Argument> args);
  std::unique_ptr<Data> data_;
  std::vector<Node*> nodes_;
};

// Saves and loads model/: graph.json (nodes, metadata, a sha256 per tensor) and tensors.safetensors, or says why not.
void save(const Graph& graph, const std::string& folder);
Graph load(const std::string& folder);

}  // namespace mase
