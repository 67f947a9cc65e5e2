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

// The tensors in the order of the header, mapped. Error for whatever is inconsistent. Only bool values are looked at.
NamedTensors read_safetensors(const std::string& file);
void write_safetensors(const std::string& file, const NamedTensors& tensors);  // whole or not at all

}  // namespace mase
