// Finding the state dict in a pickle, and its tensors in their storages.
#include "pickled_state_dict.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <map>

#include "mase/error.h"
#include "mase/text.h"

namespace models {
namespace {

using Kind = PickleObject::Kind;

constexpr size_t kMostTensorAxes = 64;  // LibTorch's
constexpr int kDeepest = 8;             // {"model": {"state_dict": {...}}} and the like

class PickledStateDict {
 public:
  PickledStateDict(const Pickle& pickle, const LoadStorage& load, uint64_t file_bytes, mase::Loc place)
      : pickle_(pickle), load_(load), copies_left_(file_bytes + file_bytes / 2 + (1 << 20)), place_(place) {}

  mase::NamedTensors read() {
    const PickleObject& dict = state_dict(pickle_[pickle_.root], 0);
    mase::NamedTensors result;
    for (size_t i = 0; i < dict.items.size(); i += 2) {
      const PickleObject &key = pickle_[dict.items[i]], &value = pickle_[dict.items[i + 1]];
      if (key.kind != Kind::text || value.kind != Kind::tensor) continue;
      name_ = key.text;
      result.emplace_back(name_, tensor(value));
    }
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const {
    throw mase::Error(what, place_, hint);
  }
  [[noreturn]] void fail_tensor(const std::string& what) const { fail("tensor '" + name_ + "' " + what); }

  bool has_tensors(const PickleObject& object) const {
    if (object.kind != Kind::dict) return false;
    for (size_t i = 0; i < object.items.size(); i += 2)
      if (pickle_[object.items[i]].kind == Kind::text && pickle_[object.items[i + 1]].kind == Kind::tensor) return true;
    return false;
  }

  // The dict itself when it has tensors, else the entry that is called like a state dict, else the only one with some.
  const PickleObject& state_dict(const PickleObject& object, int depth) const {
    const char* const remedy = "torch.save(model.state_dict(), file) writes a state dict";
    if (has_tensors(object)) return object;
    if (object.kind != Kind::dict || depth > kDeepest) fail("the pickle holds no tensors by name", remedy);
    for (const char* name : {"state_dict", "model_state_dict", "model"})
      if (const PickleObject* entry = pickle_.find(object, name); entry && entry->kind == Kind::dict)
        return state_dict(*entry, depth + 1);
    const PickleObject* only = nullptr;
    std::string names;
    for (size_t i = 0; i < object.items.size(); i += 2) {
      const PickleObject &key = pickle_[object.items[i]], &value = pickle_[object.items[i + 1]];
      if (key.kind != Kind::text || !has_tensors(value)) continue;
      if (only) fail(mase::format("the pickle holds tensors in '{}' and in '{}'", names, key.text), remedy);
      only = &value, names = key.text;
    }
    if (!only) fail("the pickle holds no tensors by name", remedy);
    return *only;
  }

  mase::Shape numbers(uint32_t tuple, const char* what) const {
    mase::Shape result;
    const std::vector<uint32_t>& items = pickle_[tuple].items;
    if (items.size() > kMostTensorAxes)
      fail_tensor(mase::format("has {} axes, expected at most {}", items.size(), kMostTensorAxes));
    for (const uint32_t i : items) {
      if (pickle_[i].kind != Kind::integer || pickle_[i].integer < 0)
        fail_tensor(mase::format("has a {} that is no integer of at least 0", what));
      result.push_back(pickle_[i].integer);
    }
    return result;
  }

  at::Tensor tensor(const PickleObject& object) {
    const PickleObject& storage = pickle_[object.items[0]];
    const mase::Shape shape = numbers(object.items[1], "size"), strides = numbers(object.items[2], "stride");
    const int64_t size = static_cast<int64_t>(c10::elementSize(object.type));
    if (shape.size() != strides.size())
      fail_tensor(mase::format("has {} sizes and {} strides", shape.size(), strides.size()));
    int64_t reach = size, last = object.integer;  // zeros count as one in what may not overflow, as in LibTorch
    bool is_empty = false, is_huge = last < 0;
    for (size_t i = 0; i < shape.size(); ++i) {
      const int64_t n = std::max<int64_t>(shape[i], 1);
      int64_t step = 0;
      is_huge |= __builtin_mul_overflow(reach, n, &reach) || __builtin_mul_overflow(n - 1, strides[i], &step) ||
                 __builtin_add_overflow(last, step, &last);
      is_empty |= shape[i] == 0;
    }
    if (is_huge) fail_tensor("has more elements than 63 bits count");
    if (is_empty) return at::empty(shape, at::TensorOptions().dtype(object.type));
    const at::Tensor base = elements(storage, object.type);
    if (last >= base.numel())
      fail_tensor(mase::format("needs element {} of its storage, which has {}", last, base.numel()));
    at::Tensor view = base.as_strided(shape, strides, object.integer);
    if (view.is_contiguous()) return view;
    const uint64_t bytes = static_cast<uint64_t>(reach);
    if (bytes > copies_left_) fail_tensor("repeats its elements until they take more than the file many times over");
    copies_left_ -= bytes;
    return view.contiguous();
  }

  // Tensors that share a storage get clones that part when one is written.
  at::Tensor elements(const PickleObject& storage, at::ScalarType type) {
    const auto [found, is_new] = storages_.try_emplace({storage.text, type});
    if (!is_new) return mase::lazy_clone(found->second);
    if (storage.integer < 0) fail_tensor("has a storage of fewer than no elements");
    return found->second = load_(storage, type);
  }

  const Pickle& pickle_;
  const LoadStorage& load_;
  uint64_t copies_left_;
  mase::Loc place_;
  std::string name_;  // of the tensor that is being read
  std::map<std::pair<std::string_view, at::ScalarType>, at::Tensor> storages_;
};

}  // namespace

mase::NamedTensors pickled_state_dict(const Pickle& pickle, const LoadStorage& load, uint64_t file_bytes,
                                      mase::Loc place) {
  return PickledStateDict(pickle, load, file_bytes, place).read();
}

}  // namespace models
