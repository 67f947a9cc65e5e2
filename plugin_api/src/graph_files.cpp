// save and load: a folder with graph.json and tensors.safetensors.
#include <filesystem>
#include <unordered_map>

#include "file.h"
#include "graph_json.h"
#include "mase/safetensors.h"
#include "mase/text.h"

namespace mase {
namespace {

std::string_view bytes_of(const at::Tensor& contiguous) {
  return {static_cast<const char*>(contiguous.const_data_ptr()), contiguous.nbytes()};
}

// Puts the listed tensors into the graph, in the order of the list, each compared with its hash.
void read_tensors(Graph& graph, const Item& list, const std::string& file) {
  const NamedTensors tensors = read_safetensors(file);
  const Loc place{Loc::intern(file)};
  std::unordered_map<std::string_view, const at::Tensor*> stored;
  for (const auto& [key, tensor] : tensors) stored.emplace(key, &tensor);
  for (const Item& item : list.items()) {
    item.only({"key", "sha256"});
    const std::string& key = item.at("key").text();
    if (graph.has_tensor(key)) item.fail("tensor '" + key + "' is listed twice");
    const auto found = stored.find(key);
    if (found == stored.end()) throw Error("tensor '" + key + "' of " + kGraphFile + " is missing", place);
    if (sha256_hex(bytes_of(*found->second)) != item.at("sha256").text())
      throw Error("tensor '" + key + "' has another SHA-256 than " + kGraphFile + " records", place,
                  "the file was changed or damaged");
    graph.set_tensor(key, *found->second);
  }
  for (const auto& [key, tensor] : tensors)
    if (!graph.has_tensor(key)) throw Error("tensor '" + key + "' is not listed in " + kGraphFile, place);
}

}  // namespace

void save(const Graph& graph, const std::string& folder) {
  graph.check();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error("the folder cannot be made: " + error.message(), Loc{Loc::intern(folder)});
  NamedTensors tensors;
  List list, nodes;
  for (const std::string& key : graph.tensor_keys()) {
    const at::Tensor& tensor = tensors.emplace_back(key, graph.tensor(key).detach().contiguous()).second;
    list.push_back(Map{{"key", key}, {"sha256", sha256_hex(bytes_of(tensor))}});
  }
  for (const Node* node : graph.nodes()) nodes.push_back(node_to_json(*node));
  const Map root{{"mase_graph", kGraphVersion},
                 {"name", graph.name},
                 {"meta", to_stored(graph.meta)},
                 {"tensors", std::move(list)},
                 {"nodes", std::move(nodes)}};
  const std::string text = Value(root).json(1) + "\n";
  write_safetensors(folder + "/" + kTensorFile, tensors);
  write_file(folder + "/" + kGraphFile, {text});
}

Graph load(const std::string& folder) {
  const std::string file = folder + "/" + kGraphFile;
  const Loc place{Loc::intern(file)};
  const Value value = Value::parse_json(MappedFile(file).bytes(), file);
  const Item root(value, "", place);
  root.only({"mase_graph", "name", "meta", "tensors", "nodes"});
  if (const Value& version = root.at("mase_graph").value(); version != Value(kGraphVersion))
    root.fail(format("the graph has version {}, expected {}", version.brief(), kGraphVersion));
  Graph graph(root.at("name").text());
  root.at("meta").map();
  graph.meta = from_stored(root.at("meta").value()).as_map();
  for (const Item& node : root.at("nodes").items()) node_from_json(graph, node);
  read_tensors(graph, root.at("tensors"), folder + "/" + kTensorFile);
  try {
    graph.check();
  } catch (const Error& e) {
    throw Error(e.message(), place, e.hint());
  }
  return graph;
}

}  // namespace mase
