// OpenData: a split is read once as a whole, unless that would take too much memory.
#include "run/data.h"

#include <ATen/ops/narrow.h>

#include <algorithm>

#include "mase/text.h"

namespace mase {
namespace {
constexpr size_t kMostPrepared = size_t{2} << 30;  // bytes; larger splits are read batch by batch

size_t bytes(const Tensors& tensors) {
  size_t sum = 0;
  for (const at::Tensor& t : tensors) sum += t.nbytes();
  return sum;
}

Tensors narrowed(const Tensors& tensors, int64_t first, int64_t count) {
  Tensors views;
  views.reserve(tensors.size());
  for (const at::Tensor& t : tensors) views.push_back(at::narrow(t, 0, first, count));
  return views;
}
}  // namespace

class OpenData::Prepared final : public Split {
 public:
  Prepared(const Dataset& dataset, std::string name)
      : dataset_(dataset), name_(std::move(name)), size_(dataset.size(name_)) {}

  const std::string& name() const override { return name_; }
  int64_t size() const override { return size_; }

  Batch batch(int64_t first, int64_t count) const override {
    if (first < 0 || count < 0 || first >= std::max<int64_t>(size_, 1))
      throw Error(format("samples {} to {} of '{}' do not exist, it has {}", first, first + count - 1, name_, size_));
    count = std::min(count, size_ - first);
    if (count > 1) prepare();
    if (!whole_) return dataset_.batch(name_, first, count);
    if (first == 0 && count == size_) return *whole_;
    return {narrowed(whole_->inputs, first, count), narrowed(whole_->targets, first, count)};
  }

 private:
  void prepare() const {
    if (tried_ || size_ == 0) return;
    tried_ = true;
    const Batch one = dataset_.batch(name_, 0, 1);
    if ((bytes(one.inputs) + bytes(one.targets)) * static_cast<size_t>(size_) <= kMostPrepared)
      whole_ = std::make_unique<Batch>(dataset_.batch(name_, 0, size_));
  }

  const Dataset& dataset_;
  std::string name_;
  int64_t size_;
  mutable bool tried_ = false;
  mutable std::unique_ptr<Batch> whole_;
};

OpenData::OpenData(std::shared_ptr<Dataset> dataset, std::string name)
    : dataset_(std::move(dataset)), name_(std::move(name)) {
  for (const std::string& split : dataset_->splits()) splits_[split] = std::make_unique<Prepared>(*dataset_, split);
}
OpenData::~OpenData() = default;

const Split& OpenData::split(std::string_view name) {
  const auto it = splits_.find(name);
  if (it != splits_.end()) return *it->second;
  NameList names;
  std::string known;
  for (const auto& [split, prepared] : splits_) names.add(split), known += (known.empty() ? "" : ", ") + split;
  throw Error(format("{} has no split '{}'{}", name_, name, did_you_mean(name, names)), {}, "it has " + known);
}

Tensors OpenData::sample(int64_t count) {
  for (const auto& [name, split] : splits_)
    if (split->size() >= count) return dataset_->batch(name, 0, count).inputs;
  if (count == 1) throw Error(format("{} has no samples", name_));
  throw Error(format("the model runs only with batches of {}, and no split of {} has as many samples", count, name_));
}

int64_t OpenData::classes(size_t most_bytes) const {
  int64_t largest = -1;
  for (const auto& [name, split] : splits_) {
    if (split->size() == 0) continue;
    const Batch one = split->batch(0, 1);
    if (one.targets.size() != 1 || one.targets[0].scalar_type() != at::kLong || one.targets[0].dim() != 1) return 0;
    const size_t all = (bytes(one.inputs) + bytes(one.targets)) * static_cast<size_t>(split->size());
    if (all > std::min(most_bytes, kMostPrepared)) return 0;
    const at::Tensor targets = split->batch(0, split->size()).targets[0].contiguous();
    const int64_t* first = targets.const_data_ptr<int64_t>();
    largest = std::max(largest, *std::max_element(first, first + targets.numel()));
  }
  return largest + 1;
}

Value OpenData::sizes() const {
  Map sizes;
  for (const std::string& split : dataset_->splits()) sizes.set(split, splits_.at(split)->size());
  return sizes;
}

}  // namespace mase
