// What a Graph owns: its nodes and the tensor table.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mase/graph.h"
#include "mase/tensor.h"

namespace mase {

// Keys of the tensor table with their places. Shared between clones until one of them adds or removes a key,
// so that a clone costs one pointer and not one string per tensor.
struct TensorKeys {
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  std::vector<std::string> names;
  std::unordered_map<std::string, size_t, Hash, std::equal_to<>> places;
};

std::string names_of(const std::vector<Node*>& nodes);  // "fc1, fc2"

struct Graph::Data {
  std::vector<std::unique_ptr<Node>> nodes;
  std::shared_ptr<TensorKeys> keys = std::make_shared<TensorKeys>();
  std::vector<at::Tensor> tensors;
  std::unordered_map<std::string, int> suffixes;  // by name: those up to this one were taken, with none erased since

  // The keys for writing: a copy of our own when clones share them.
  TensorKeys& own_keys() {
    if (keys.use_count() > 1) keys = std::make_shared<TensorKeys>(*keys);
    return *keys;
  }
  std::string unused_name(const Graph& graph, const std::string& base);
  static void number(Graph& graph, size_t first);  // places from `first` on
  static void add_uses(Node& node);                // the node to the users of its arguments
  static void drop_uses(Node& node);
  static size_t place_of(const Graph& graph, const Node& node);
  static void check_args(const Graph& graph, const std::vector<Argument>& args, const std::string& name, size_t index);
};

}  // namespace mase
