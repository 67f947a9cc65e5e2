// The tensor table of a graph.
#include "graph_data.h"

namespace mase {

bool Graph::has_tensor(std::string_view key) const { return data_->keys->places.contains(key); }

const at::Tensor& Graph::tensor(std::string_view key) const {
  const auto found = data_->keys->places.find(key);
  if (found != data_->keys->places.end()) return data_->tensors[found->second];
  throw Error("no tensor '" + std::string(key) + "' in graph '" + name + "'" +
              did_you_mean(key, NameList(data_->keys->names)));
}

void Graph::set_tensor(std::string key, at::Tensor tensor) {
  if (key.empty()) throw Error("a tensor needs a key");
  if (!tensor.defined()) throw Error("tensor '" + key + "' is undefined");
  const auto found = data_->keys->places.find(key);
  if (found != data_->keys->places.end()) {
    data_->tensors[found->second] = std::move(tensor);
    return;
  }
  TensorKeys& keys = data_->own_keys();
  keys.names.push_back(key);
  keys.places.emplace(std::move(key), data_->tensors.size());
  data_->tensors.push_back(std::move(tensor));
}

void Graph::erase_tensor(std::string_view key) {
  if (!has_tensor(key)) return;
  TensorKeys& keys = data_->own_keys();
  const size_t place = keys.places.find(key)->second;
  data_->tensors.erase(data_->tensors.begin() + static_cast<std::ptrdiff_t>(place));
  keys.names.erase(keys.names.begin() + static_cast<std::ptrdiff_t>(place));
  keys.places.clear();
  for (size_t i = 0; i < keys.names.size(); ++i) keys.places.emplace(keys.names[i], i);
}

std::vector<std::string> Graph::tensor_keys() const { return data_->keys->names; }

void Graph::detach_tensors() {
  for (at::Tensor& tensor : data_->tensors)
    if (tensor.requires_grad()) tensor = tensor.detach();  // true for leaves and for results of operators
}

}  // namespace mase
