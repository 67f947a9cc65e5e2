// Graphs as JSON values: what save() writes to graph.json and load() reads from it.
#pragma once
#include "mase/graph.h"

namespace mase {

inline constexpr int kGraphVersion = 1;
inline constexpr const char* kGraphFile = "graph.json";
inline constexpr const char* kTensorFile = "tensors.safetensors";

// Values that JSON cannot hold (NaN, infinities) become {"$real": "nan"}; keys that begin with '$' get another one.
Value to_stored(const Value& v);
Value from_stored(const Value& v);

Value node_to_json(const Node& node);

// A value of a file with the path that leads to it, for messages: "nodes[3].args[0].node".
class Item {
 public:
  Item(const Value& value, std::string path, Loc file) : value_(&value), path_(std::move(path)), file_(file) {}

  const Value& value() const { return *value_; }
  bool has(std::string_view key) const { return map().find(key) != nullptr; }
  Item at(std::string_view key) const;
  std::vector<Item> items() const;  // of a list
  const Map& map() const;
  const std::string& text() const;
  int64_t integer(int64_t low, int64_t high) const;
  bool boolean() const;
  std::vector<int64_t> integers(int64_t low, int64_t high) const;
  void only(std::initializer_list<std::string_view> keys) const;  // refuses other keys of the map
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void expected(const char* what) const;

 private:
  const Value* value_;
  std::string path_;
  Loc file_;
};

// Adds the node that `item` describes to the graph; its arguments are nodes that are already there.
void node_from_json(Graph& graph, const Item& item);

}  // namespace mase
