// Tensors in files: safetensors, what PyTorch state dicts are shared in, and ranges of any other file.
#pragma once
#include "mase/tensor.h"

namespace mase {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

// An open file whose ranges become tensors. Pages are read when touched; what is written stays in memory. Replacing the
// file by a rename is safe; cutting it short while mapped is not (SIGBUS). Small and misaligned ranges are copied.
struct TensorFile {
  explicit TensorFile(const std::string& name);
  std::string_view bytes() const;  // valid while this object lives, unlike the tensors, which live on
  at::Tensor map(uint64_t offset, at::ScalarType type, const Shape& shape) const;  // Error beyond the file's end
  std::shared_ptr<const class MappedFile> file;
};

// The tensors of a file in the order of its header, mapped. Error with one sentence for everything that is
// inconsistent: lengths, bounds, overlaps, dtypes. Values are not looked at, except for bool.
NamedTensors read_safetensors(const std::string& file);
// Written to a temporary name and renamed.
void write_safetensors(const std::string& file, const NamedTensors& tensors);

}  // namespace mase
