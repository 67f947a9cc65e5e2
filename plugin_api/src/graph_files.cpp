// save and load: a folder with graph.json and tensors.safetensors.
#include <ATen/ops/isfinite.h>

#include <algorithm>
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

// Reading every value takes time: beyond this many bytes in all, tensors stay unread until something uses them.
constexpr size_t kCheckedBytes = size_t{256} << 20;

bool is_finite(const at::Tensor& contiguous) {
  if (!at::isFloatingType(contiguous.scalar_type())) return true;
  const at::Tensor flat = contiguous.view({-1});
  constexpr int64_t kChunk = 1 << 20;  // what isfinite() allocates stays small
  for (int64_t first = 0; first < flat.numel(); first += kChunk)
    if (!at::isfinite(flat.narrow(0, first, std::min(kChunk, flat.numel() - first))).all().item<bool>()) return false;
  return true;
}

void check_values(const std::string& key, const at::Tensor& tensor, const std::string& sha256, Loc place) {
  if (!is_finite(tensor)) throw Error("tensor '" + key + "' holds values that are not finite (NaN or infinity)", place);
  if (sha256_hex(bytes_of(tensor)) != sha256)
    throw Error("tensor '" + key + "' has another SHA-256 than " + kGraphFile + " records", place,
                "the file was changed or damaged");
}

// Puts the listed tensors into the graph, in the order of the list, each compared with its hash.
void read_tensors(Graph& graph, const Item& list, const std::string& file) {
  const NamedTensors tensors = read_safetensors(file);
  const Loc place{Loc::intern(file)};
  std::unordered_map<std::string_view, const at::Tensor*> stored;
  size_t bytes = 0;
  for (const auto& [key, tensor] : tensors) stored.emplace(key, &tensor), bytes += tensor.nbytes();
  for (const Item& item : list.items()) {
    item.only({"key", "sha256"});
    const std::string& key = item.at("key").text();
    if (graph.has_tensor(key)) item.fail("tensor '" + key + "' is listed twice");
    const auto found = stored.find(key);
    if (found == stored.end()) throw Error("tensor '" + key + "' of " + kGraphFile + " is missing", place);
    const std::string& sha256 = item.at("sha256").text();
    if (bytes <= kCheckedBytes) check_values(key, *found->second, sha256, place);
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
