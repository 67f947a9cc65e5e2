// Opening ONNX files, and tensors that lie in them or beside them.
#include "onnx_file.h"

#include <ATen/ops/empty.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <limits>

#include "mase/text.h"
#include "onnx_tensor.h"
#include "onnx_wire.h"

namespace models::onnx {

namespace {

namespace fs = std::filesystem;

struct Descriptor {
  explicit Descriptor(const fs::path& file) : number(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat s {};
    if (number < 0 || ::fstat(number, &s) != 0 || !S_ISREG(s.st_mode)) {
      if (number >= 0) ::close(number);
      throw mase::Error(mase::format("cannot open '{}', or it is no regular file", file.string()));
    }
    size = static_cast<uint64_t>(s.st_size);
  }
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  int number;
  uint64_t size = 0;
};

// The structure of the file; its pages are given back before any tensor is read.
std::string scan(int descriptor, uint64_t size) {
  if (size == 0) throw mase::Error("the file is empty, expected an ONNX model");
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (data == MAP_FAILED) throw mase::Error("the file cannot be mapped into memory");
  const std::unique_ptr<void, std::function<void(void*)>> mapped(data, [size](void* p) { ::munmap(p, size); });
  ::madvise(data, size, MADV_RANDOM);
  return structure_of({static_cast<const char*>(data), size});
}

void read_at(int descriptor, uint64_t offset, void* to, uint64_t size) {
  auto* out = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t got = ::pread(descriptor, out, std::min<uint64_t>(size, 1 << 30), static_cast<off_t>(offset));
    if (got <= 0) throw mase::Error("the file ended while it was read");
    out += got, offset += static_cast<uint64_t>(got), size -= static_cast<uint64_t>(got);
  }
}

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

Outside where(const proto::TensorProto& t) {
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

}  // namespace

File::File(const std::string& name) : name_(name) {
  Descriptor opened(name_);
  const std::string structure = scan(opened.number, opened.size);
  if (structure.size() > static_cast<size_t>(std::numeric_limits<int>::max()) ||
      !model_.ParseFromArray(structure.data(), static_cast<int>(structure.size())))
    throw mase::Error("no valid ONNX file: its messages cannot be parsed", {}, "it is cut off or damaged");
  size_ = opened.size;
  descriptor_ = std::exchange(opened.number, -1);
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
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

at::Tensor File::read(const proto::TensorProto& t, const mase::Shape& shape) const {
  const Extent extent = read_extent(t.doc_string());
  if (extent.field == 0) return decode_message(t, shape);
  if (!stored_plainly(extent.field, t.data_type())) {
    // Numbers of variable length, or several in a byte: decoded from a copy that goes away again.
    std::string bytes(extent.size, '\0');
    read_at(descriptor_, extent.offset, bytes.data(), bytes.size());
    return decode_bytes(extent.field, t.data_type(), bytes, shape);
  }
  expect_bytes(t.data_type(), shape, extent.size);
  at::Tensor tensor = at::empty(shape, scalar_type(t.data_type()));
  read_at(descriptor_, extent.offset, tensor.mutable_data_ptr(), extent.size);
  return check_values(std::move(tensor));
}

at::Tensor File::external(const proto::TensorProto& t, const mase::Shape& shape) const {
  const Outside o = where(t);
  const Descriptor file(beside(name_, o.location));
  const uint64_t expected = stored_bytes(t.data_type(), shape);
  const uint64_t length = o.length.value_or(expected);
  if (o.offset > file.size || length > file.size - o.offset)
    throw mase::Error(mase::format("its {} bytes at {} of '{}' lie beyond the end of that file ({} bytes)", length,
                                   o.offset, o.location, file.size));
  expect_bytes(t.data_type(), shape, length);
  if (!stored_plainly(kRawData, t.data_type())) {
    std::string bytes(length, '\0');
    read_at(file.number, o.offset, bytes.data(), length);
    return decode_bytes(kRawData, t.data_type(), bytes, shape);
  }
  at::Tensor tensor = at::empty(shape, scalar_type(t.data_type()));
  if (length > 0) read_at(file.number, o.offset, tensor.mutable_data_ptr(), length);
  return check_values(std::move(tensor));
}

}  // namespace models::onnx
