// Matching the tensors of a file with those of a graph, by name or by order.
#include "weights.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/isfinite.h>

#include <algorithm>
#include <map>

#include "import.h"
#include "state_dict.h"

namespace models {

namespace {

// Batch norms count the batches of their training. Files may lack the counter, and so may graphs.
constexpr std::string_view kCounter = "num_batches_tracked";

// "net.10.weight" comes behind "net.2.weight": runs of digits compare as numbers.
bool natural_less(const std::string& a, const std::string& b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      size_t m = i, n = j;
      while (m < a.size() && digit(a[m])) ++m;
      while (n < b.size() && digit(b[n])) ++n;
      if (m - i != n - j) return m - i < n - j;
      if (const int c = a.compare(i, m - i, b, j, n - j)) return c < 0;
      i = m, j = n;
    } else if (a[i] != b[j]) {
      return a[i] < b[j];
    } else {
      ++i, ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

std::string module_of(const std::string& key) {
  const size_t dot = key.rfind('.');
  return dot == key.npos ? std::string() : key.substr(0, dot);
}

std::string shape_text(const at::Tensor& t) {
  std::string text;
  for (int64_t n : t.sizes()) text += (text.empty() ? "" : ", ") + std::to_string(n);
  return "[" + text + "]";
}

// Reading every value takes time: beyond this many bytes in all, tensors stay unread until something uses them.
constexpr size_t kCheckedWeights = size_t{256} << 20;

bool is_finite(const at::Tensor& tensor) {
  if (!at::isFloatingType(tensor.scalar_type())) return true;
  const at::Tensor flat = tensor.reshape({-1});
  constexpr int64_t kChunk = 1 << 20;  // what isfinite() allocates stays small
  for (int64_t first = 0; first < flat.numel(); first += kChunk)
    if (!at::isfinite(flat.narrow(0, first, std::min(kChunk, flat.numel() - first))).all().item<bool>()) return false;
  return true;
}

class Matcher {
 public:
  Matcher(mase::Graph& graph, const mase::Path& path, const std::string& file)
      : graph_(graph), path_(path), keys_(graph.tensor_keys()) {
    try {
      for (auto& [name, tensor] : read_state_dict(file)) bytes_ += tensor.nbytes(), stored_.emplace(name, tensor);
    } catch (const mase::Error& e) {
      fail(e.message(), e.hint());
    }
  }

  // True when modules were matched in order because no name agreed.
  bool run() {
    const bool by_name =
        std::any_of(keys_.begin(), keys_.end(), [&](const auto& key) { return stored_.contains(key); });
    if (!by_name) rename();
    for (const std::string& key : keys_)
      if (!key.ends_with(kCounter) || stored_.contains(key)) set(key);
    for (const auto& [name, tensor] : stored_)
      if (!used_.contains(name) && !name.ends_with(kCounter))
        fail(mase::format("tensor '{}' of the file has no place in the model{}", name,
                          mase::did_you_mean(name, mase::NameList(keys_))));
    return !by_name;
  }

 private:
  [[noreturn]] void fail(const std::string& why, const std::string& hint = {}) const {
    throw mase::Error(mase::format("weights '{}': {}", path_.name, printable(why)), path_.loc, hint);
  }

  // Gives the file's modules, in natural order, the names of the graph's modules with tensors.
  void rename() {
    std::vector<std::string> ours, theirs;
    for (const auto& key : keys_)
      if (ours.empty() || ours.back() != module_of(key)) ours.push_back(module_of(key));
    for (const auto& [name, tensor] : stored_) theirs.push_back(module_of(name));
    std::sort(theirs.begin(), theirs.end(), natural_less);
    theirs.erase(std::unique(theirs.begin(), theirs.end()), theirs.end());
    if (ours.size() != theirs.size())
      fail(mase::format("{} modules with tensors and no name in common with the model, which has {}", theirs.size(),
                        ours.size()));
    std::map<std::string, std::string> names;
    for (size_t i = 0; i < ours.size(); ++i) names[theirs[i]] = ours[i];
    std::map<std::string, at::Tensor> renamed;
    for (const auto& [name, tensor] : stored_) {
      const std::string module = module_of(name);
      renamed.emplace(names[module] + name.substr(module.size()), tensor);
    }
    stored_ = std::move(renamed);
  }

  void set(const std::string& key) {
    const auto found = stored_.find(key);
    if (found == stored_.end()) {
      mase::NameList names;
      for (const auto& [name, tensor] : stored_) names.add(name);
      fail(mase::format("no tensor '{}' in the file{}", key, mase::did_you_mean(key, names)));
    }
    const at::Tensor& ours = graph_.tensor(key);
    if (found->second.sizes() != ours.sizes())
      fail(mase::format("tensor '{}' has shape {}, expected {}", key, shape_text(found->second), shape_text(ours)));
    if (!at::isFloatingType(found->second.scalar_type()) && at::isFloatingType(ours.scalar_type()))
      fail(mase::format("tensor '{}' holds integers, expected real numbers", key));
    if (bytes_ <= kCheckedWeights && !is_finite(found->second))
      fail(mase::format("tensor '{}' holds values that are not finite (NaN or infinity)", key));
    graph_.set_tensor(key, found->second.to(ours.scalar_type()));
    used_[key] = true;
  }

  mase::Graph& graph_;
  const mase::Path& path_;
  std::vector<std::string> keys_;
  std::map<std::string, at::Tensor> stored_;
  std::map<std::string, bool> used_;
  size_t bytes_ = 0;  // of all tensors in the file
};

}  // namespace

void load_weights(mase::Graph& graph, const mase::Path& path, mase::Context& context) {
  const bool in_order = Matcher(graph, path, context.path(path.name)).run();
  if (in_order) context.info("weights '{}': modules matched in order, as no name agrees", path.name);
}

}  // namespace models
