// Tensors in the members of archives, whatever their strides.
#include "strided.h"

#include <ATen/ops/as_strided.h>

#include <algorithm>

#include "mase/text.h"

namespace models {

namespace {

std::vector<int64_t> row_major(const std::vector<int64_t>& sizes) {
  std::vector<int64_t> strides(sizes.size(), 1);
  for (size_t i = sizes.size(); i-- > 1;)
    if (__builtin_mul_overflow(strides[i], std::max<int64_t>(sizes[i], 1), &strides[i - 1]))
      throw mase::Error("a tensor has more elements than 63 bits count");
  return strides;
}

bool is_contiguous(const std::vector<int64_t>& sizes, const std::vector<int64_t>& strides) {
  const std::vector<int64_t> expected = row_major(sizes);
  for (size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i] > 1 && strides[i] != expected[i]) return false;
  return true;
}

}  // namespace

at::Tensor read_strided(const Archive& archive, const std::string& name, const StridedPlace& place) {
  if (place.sizes.size() != place.strides.size() || place.sizes.size() > 64 || place.offset < 0)
    throw mase::Error(mase::format("tensor '{}' has sizes and strides that contradict each other", name));
  int64_t begin = 0;
  const auto item = static_cast<int64_t>(c10::elementSize(place.type));
  if (__builtin_mul_overflow(place.offset, item, &begin))
    throw mase::Error(mase::format("tensor '{}' begins beyond the end of its member", name));
  if (is_contiguous(place.sizes, place.strides))
    return archive.tensor(place.member, place.type, place.sizes, static_cast<uint64_t>(begin));
  int64_t last = 0;  // the last element's place
  for (size_t i = 0; i < place.sizes.size(); ++i) {
    int64_t reach = 0;
    if (place.sizes[i] < 0 || place.strides[i] < 0 ||
        __builtin_mul_overflow(std::max<int64_t>(place.sizes[i] - 1, 0), place.strides[i], &reach) ||
        __builtin_add_overflow(last, reach, &last))
      throw mase::Error(mase::format("tensor '{}' has sizes and strides that nothing can have", name));
  }
  if (last == INT64_MAX) throw mase::Error(mase::format("tensor '{}' is too large", name));
  const at::Tensor all = archive.tensor(place.member, place.type, {last + 1}, static_cast<uint64_t>(begin));
  int64_t count = 1;
  for (const int64_t n : place.sizes)
    if (__builtin_mul_overflow(count, n, &count) || count > all.numel())
      throw mase::Error(mase::format("tensor '{}' repeats its elements", name));
  return at::as_strided(all, place.sizes, place.strides).contiguous();
}

}  // namespace models
