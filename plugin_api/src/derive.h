// Derive: the one walk that resolves a node's components and writes what follows from its formats. derive() keeps only
// what it writes; the executor keeps the components as well.
#pragma once
#include "mase/component.h"
#include "mase/format.h"
#include "mase/graph.h"
#include "mase/op.h"

namespace mase {

// A tensor of a node with its metadata (nullptr when a pass has not described it) and its format, if it has one.
struct TensorUse {
  TensorMeta* meta = nullptr;
  std::shared_ptr<const Format> format;
};

struct ParameterUse : TensorUse {
  const Parameter* parameter = nullptr;
  bool buffer = false, accumulator = false;
  std::optional<FixedPoint> grid;  // an accumulator parameter without a format lies on this one
};

// A node with its components resolved.
struct NodeParts {
  std::shared_ptr<Op> op;
  std::vector<TensorUse> inputs, results;
  std::vector<ParameterUse> params;  // in the operator's order
  std::string entry;                 // placeholders: the argument whose format applies here, "fc1.data_in_0"
};

struct Derive {
  Derive(Graph& graph, Components& components) : graph(graph), components(components) {}
  NodeParts node(Node& node);

  static void set(TensorMeta& meta, std::string_view type, std::vector<int64_t> precision,
                  std::optional<FixedPoint> point);
  static void set_float(TensorMeta& meta);
  static void set_grid(TensorMeta& meta, const FixedPoint& point);
  static void set_as(TensorMeta& meta, const TensorMeta& other);

 private:
  struct Entry {
    const Node* node = nullptr;
    const TensorMeta* meta = nullptr;
  };
  void apply(Node& node, TensorUse& use);
  void inputs(Node& node, NodeParts& parts);
  void parameters(Node& node, NodeParts& parts);
  void results(Node& node, NodeParts& parts);
  void placeholder(Node& node, NodeParts& parts);
  void add_trainable(Node& node, const TensorMeta& meta, const Format& format);
  bool moves_only(const Node& node);
  Entry entry_of(const Node& node);
  void collect(const NodeParts& parts);

  Graph& graph;
  Components& components;
  OpFormats formats_;  // of the node at hand; kept for its memory
};

// The metadata of argument `index` of a node: at its place, or by name. nullptr when there is none.
TensorMeta* argument_meta(Node& node, size_t index);

// The key of a format's trainable tensor: <node>.<argument>.<name>.
std::string trainable_key(const Node& node, const std::string& argument, const std::string& name);

// The grid with this point that holds every value of `tensor`; at most 64 bits.
FixedPoint grid_for(const at::Tensor& tensor, int frac_width);

}  // namespace mase
