// Opening ONNX files, and tensors that lie in them or beside them.
#include "onnx_file.h"

#include <ATen/ops/empty.h>
#include <sys/mman.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <limits>

#include "file_kind.h"
#include "limits.h"
#include "mase/text.h"
#include "onnx_tensor.h"
#include "onnx_wire.h"

namespace models::onnx {

namespace {

namespace fs = std::filesystem;

uint64_t natural(const std::string& text, const char* what) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw mase::Error(mase::format("external data has the {} '{}', expected a natural number", what, text));
  return value;
}

struct Outside {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

Outside outside_of(const proto::TensorProto& t) {
  Outside o;
  for (const auto& entry : t.external_data()) {
    if (entry.key() == "location") o.location = entry.value();
    if (entry.key() == "offset") o.offset = natural(entry.value(), "offset");
    if (entry.key() == "length") o.length = natural(entry.value(), "length");
  }
  return o;
}

// The file beside the model that `location` names; nothing outside of the model's folder is opened.
fs::path beside(const fs::path& model, const std::string& location) {
  const fs::path relative(location);
  const auto refuse = [&](const char* why) {
    throw mase::Error(mase::format("external data in '{}' {}", location, why), {},
                      "external data lies in the model's folder");
  };
  if (location.empty() || relative.is_absolute() || location.find('\0') != std::string::npos)
    refuse("is not a relative file name");
  for (const fs::path& part : relative)
    if (part == "..") refuse("leads out of the model's folder");
  const fs::path folder = fs::canonical(model.has_parent_path() ? model.parent_path() : fs::path("."));
  std::error_code error;
  const fs::path found = fs::canonical(folder / relative, error);
  if (error) refuse("does not exist");
  const auto [stop, unused] = std::mismatch(folder.begin(), folder.end(), found.begin(), found.end());
  if (stop != folder.end()) refuse("is a link that leads out of the model's folder");
  return found;
}

std::string structure_in(const std::string& file, std::string_view bytes) {
  if (bytes.empty()) refuse_other_kind(file, bytes);
  try {
    return structure_of(bytes);
  } catch (const mase::Error&) {
    refuse_other_kind(file, bytes, "models.onnx");
    throw;
  }
}

}  // namespace

File::File(const std::string& name) : name_(name), file_(name) {
  const std::string structure = structure_in(name, file_.bytes());
  if (structure.size() > static_cast<size_t>(std::numeric_limits<int>::max()) ||
      !model_.ParseFromArray(structure.data(), static_cast<int>(structure.size())))
    throw mase::Error("no valid ONNX file: its messages cannot be parsed", {}, "it is cut off or damaged");
}

at::Tensor File::tensor(const proto::TensorProto& t) const {
  try {
    const mase::Shape shape(t.dims().begin(), t.dims().end());
    count_elements(shape);
    return t.data_location() == proto::TensorProto::EXTERNAL ? external(t, shape) : read(t, shape);
  } catch (const mase::Error& e) {
    throw mase::Error(mase::format("tensor '{}': {}", t.name(), e.message()), e.loc(), e.hint());
  }
}

namespace {

// A copy of misaligned contents, piece by piece: the file's pages go again, so that memory holds everything once.
at::Tensor copied(std::string_view bytes, at::ScalarType type, const mase::Shape& shape) {
  constexpr size_t kPiece = size_t{8} << 20;
  static const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(type));
  auto* to = static_cast<char*>(tensor.mutable_data_ptr());
  for (size_t done = 0; done < bytes.size(); done += kPiece) {
    const std::string_view piece = bytes.substr(done, kPiece);
    std::memcpy(to + done, piece.data(), piece.size());
    const uintptr_t begin = reinterpret_cast<uintptr_t>(piece.data()) / page * page;
    ::madvise(reinterpret_cast<void*>(begin), reinterpret_cast<uintptr_t>(piece.data()) + piece.size() - begin,
              MADV_DONTNEED);
  }
  return tensor;
}

// The range of a file as a tensor: mapped, or decoded where it is no memory as it is.
at::Tensor contents_of(const mase::TensorFile& file, const Extent& extent, int type, const mase::Shape& shape) {
  if (!stored_plainly(extent.field, type)) {
    const auto elements = static_cast<uint64_t>(count_elements(shape));  // no more than 63 bits with their sizes
    if (elements * c10::elementSize(scalar_type(type)) > memory_for(file.bytes().size()))
      throw mase::Error("its integers take much more memory than the file has bytes", {}, "store them as raw_data");
    return decode_bytes(extent.field, type, file.bytes().substr(extent.offset, extent.size), shape);
  }
  expect_bytes(type, shape, extent.size);
  const at::ScalarType as = scalar_type(type);
  if (as != at::kBool && extent.offset % c10::elementSize(as) != 0)
    return copied(file.bytes().substr(extent.offset, extent.size), as, shape);
  return check_values(file.map(extent.offset, scalar_type(type), shape));
}

}  // namespace

at::Tensor File::read(const proto::TensorProto& t, const mase::Shape& shape) const {
  const Extent extent = read_extent(t.doc_string());
  return extent.field == 0 ? decode_message(t, shape) : contents_of(file_, extent, t.data_type(), shape);
}

at::Tensor File::external(const proto::TensorProto& t, const mase::Shape& shape) const {
  const Outside o = outside_of(t);
  const std::string path = beside(name_, o.location).string();
  const mase::TensorFile& file = beside_.try_emplace(path, path).first->second;
  const uint64_t size = file.bytes().size(), length = o.length.value_or(stored_bytes(t.data_type(), shape));
  if (o.offset > size || length > size - o.offset)
    throw mase::Error(mase::format("its {} bytes at {} of '{}' lie beyond the end of that file ({} bytes)", length,
                                   o.offset, o.location, size));
  return contents_of(file, {kRawData, o.offset, length}, t.data_type(), shape);
}

}  // namespace models::onnx
