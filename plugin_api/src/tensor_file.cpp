// Ranges of files as tensors: mapped privately, each on its own, so that no two tensors ever share what one writes.
#include <ATen/ops/empty.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/TensorImpl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "file.h"
#include "mase/error.h"
#include "mase/safetensors.h"
#include "mase/text.h"

namespace mase {
namespace {

constexpr size_t kCopied = 16384;  // up to here a copy costs less than a mapping; processes may have 65,530 of these
constexpr size_t kMostMappedAxes = 64;  // LibTorch's

// How long the mapping is that begins on the page of each tensor's data. LibTorch shares storages copy-on-write only
// where a deleter knows the address alone.
struct Mappings {
  std::mutex mutex;
  std::unordered_map<void*, size_t> lengths;
};

Mappings& mappings() {
  static auto* const all = new Mappings;  // never destroyed: tensors may outlive statics
  return *all;
}

void* page_of(void* data) {
  static const uintptr_t page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  return static_cast<char*>(data) - reinterpret_cast<uintptr_t>(data) % page;
}

void unmap(void* data) {
  Mappings& all = mappings();
  const std::lock_guard lock(all.mutex);
  const auto found = all.lengths.find(page_of(data));
  ::munmap(found->first, found->second);
  all.lengths.erase(found);
}

void* map_range(const MappedFile& file, uint64_t offset, size_t bytes) {
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE)), lead = offset % page;
  void* const begin = ::mmap(nullptr, lead + bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE,
                             file.descriptor(), static_cast<off_t>(offset - lead));
  if (begin == MAP_FAILED) throw Error(format("{} bytes cannot be mapped: {}", bytes, std::strerror(errno)));
  Mappings& all = mappings();
  const std::lock_guard lock(all.mutex);
  all.lengths[begin] = lead + bytes;
  return static_cast<char*>(begin) + lead;
}

at::Tensor mapped(const MappedFile& file, uint64_t offset, size_t bytes, at::ScalarType type, const Shape& shape) {
  void* const data = map_range(file, offset, bytes);
  c10::DataPtr pointer(data, data, &unmap, at::kCPU);
  // The allocator is the one that copies when a clone is written.
  auto storage = c10::make_intrusive<c10::StorageImpl>(c10::StorageImpl::use_byte_size_t(), bytes, std::move(pointer),
                                                       c10::GetCPUAllocator(), false);
  at::Tensor tensor = at::detail::make_tensor<c10::TensorImpl>(
      c10::Storage(std::move(storage)), c10::DispatchKeySet(c10::DispatchKey::CPU), c10::scalarTypeToTypeMeta(type));
  tensor.unsafeGetTensorImpl()->set_sizes_contiguous(shape);
  return tensor;
}

// Zeros count as one in what may not overflow: LibTorch's strides of an empty tensor overflow too.
uint64_t byte_count(at::ScalarType type, const Shape& shape) {
  if (shape.size() > kMostMappedAxes)
    throw Error(format("{} axes, expected at most {}", shape.size(), kMostMappedAxes));
  int64_t reach = static_cast<int64_t>(c10::elementSize(type)), bytes = reach;
  for (const int64_t n : shape) {
    if (n < 0) throw Error(format("an axis of {} elements", n));
    if (__builtin_mul_overflow(reach, std::max<int64_t>(n, 1), &reach))
      throw Error("its shape has more elements than 63 bits count");
    bytes *= n;  // at most `reach`
  }
  return static_cast<uint64_t>(bytes);
}

}  // namespace

TensorFile::TensorFile(const std::string& name) : file(std::make_shared<const MappedFile>(name)) {}

std::string_view TensorFile::bytes() const { return file->bytes(); }

at::Tensor TensorFile::map(uint64_t offset, at::ScalarType type, const Shape& shape) const {
  const Loc place{Loc::intern(file->name())};
  try {
    const uint64_t bytes = byte_count(type, shape), size = file->bytes().size();
    if (offset > size || bytes > size - offset)
      throw Error(format("{} bytes at byte {} are asked for, but the file has {}", bytes, offset, size));
    const std::string_view range = file->bytes().substr(offset, bytes);
    // Any other byte would be undefined behaviour wherever it is read.
    if (type == at::kBool && std::any_of(range.begin(), range.end(), [](char c) { return c != 0 && c != 1; }))
      throw Error("bool values are bytes other than 0 and 1");
    if (bytes > kCopied && offset % c10::elementSize(type) == 0) return mapped(*file, offset, bytes, type, shape);
    at::Tensor copy = at::empty(shape, at::TensorOptions().dtype(type));
    if (bytes) std::memcpy(copy.mutable_data_ptr(), range.data(), bytes);
    return copy;
  } catch (const Error& e) {
    throw Error(e.message(), place);
  }
}

}  // namespace mase
