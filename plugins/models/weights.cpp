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

constexpr size_t kMostNames = 10;  // that a message lists

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
    find_missing();
    find_extra();
    for (const std::string& key : keys_)
      if (stored_.contains(key)) compare(key);
    if (!misfits_.empty()) fail(listed(misfits_, "; "));
    for (const std::string& key : keys_)
      if (const auto found = stored_.find(key); found != stored_.end())
        graph_.set_tensor(key, found->second.to(graph_.tensor(key).scalar_type()));
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
                        ours.size()),
           mase::format("in the file: {}; in the model: {}", quoted(theirs, {}), quoted(ours, {})));
    std::map<std::string, std::string> names;
    for (size_t i = 0; i < ours.size(); ++i) names[theirs[i]] = ours[i];
    std::map<std::string, at::Tensor> renamed;
    for (const auto& [name, tensor] : stored_) {
      const std::string module = module_of(name);
      renamed.emplace(names[module] + name.substr(module.size()), tensor);
    }
    stored_ = std::move(renamed);
  }

  // "'fc1.bias' (did you mean 'fc1.bios'?)": a few of `names`, and how many more there are.
  static std::string quoted(const std::vector<std::string>& names, const mase::NameList& candidates) {
    std::vector<std::string> texts;
    for (const std::string& name : names) {
      const std::string near = texts.size() < kMostNames ? mase::did_you_mean(name, candidates) : "";
      texts.push_back(mase::format("'{}'{}", name, near.empty() ? "" : mase::format(" ({})", near.substr(2))));
    }
    return listed(texts, ", ");
  }

  static std::string listed(const std::vector<std::string>& texts, const char* between) {
    std::string text;
    for (size_t i = 0; i < std::min(texts.size(), kMostNames); ++i) text += (i == 0 ? "" : between) + texts[i];
    return texts.size() > kMostNames ? mase::format("{} and {} more", text, texts.size() - kMostNames) : text;
  }

  void find_missing() {
    std::vector<std::string> missing;
    for (const std::string& key : keys_)
      if (!stored_.contains(key) && !key.ends_with(kCounter)) missing.push_back(key);
    mase::NameList names;
    for (const auto& [name, tensor] : stored_)
      if (!graph_.has_tensor(name)) names.add(name);
    if (!missing.empty())
      misfits_.push_back(
          mase::format("no tensor{} {} in the file", missing.size() == 1 ? "" : "s", quoted(missing, names)));
  }

  void find_extra() {
    std::vector<std::string> extra, free;
    for (const auto& [name, tensor] : stored_)
      if (!graph_.has_tensor(name) && !name.ends_with(kCounter)) extra.push_back(name);
    for (const std::string& key : keys_)
      if (!stored_.contains(key)) free.push_back(key);
    if (!extra.empty())
      misfits_.push_back(mase::format("tensor{} {} of the file {} no place in the model", extra.size() == 1 ? "" : "s",
                                      quoted(extra, mase::NameList(free)), extra.size() == 1 ? "has" : "have"));
  }

  void compare(const std::string& key) {
    const at::Tensor &ours = graph_.tensor(key), &theirs = stored_.at(key);
    if (theirs.sizes() != ours.sizes())
      misfits_.push_back(
          mase::format("tensor '{}' has shape {}, expected {}", key, shape_text(theirs), shape_text(ours)));
    else if (!at::isFloatingType(theirs.scalar_type()) && at::isFloatingType(ours.scalar_type()))
      misfits_.push_back(mase::format("tensor '{}' holds integers, expected real numbers", key));
    else if (bytes_ <= kCheckedWeights && !is_finite(theirs))
      misfits_.push_back(mase::format("tensor '{}' holds values that are not finite (NaN or infinity)", key));
  }

  mase::Graph& graph_;
  const mase::Path& path_;
  std::vector<std::string> keys_;
  std::map<std::string, at::Tensor> stored_;
  std::vector<std::string> misfits_;
  size_t bytes_ = 0;  // of all tensors in the file
};

}  // namespace

void load_weights(mase::Graph& graph, const mase::Path& path, mase::Context& context) {
  const bool in_order = Matcher(graph, path, context.path(path.name)).run();
  if (in_order) context.info("weights '{}': modules matched in order, as no name agrees", path.name);
}

}  // namespace models
