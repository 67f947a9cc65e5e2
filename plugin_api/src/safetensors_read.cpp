// Reading safetensors files: nothing that the header claims is believed before it has been compared with the file.
#include <algorithm>
#include <cstring>

#include "json_entries.h"
#include "mase/safetensors.h"
#include "mase/text.h"
#include "mase/value.h"
#include "safetensors_dtypes.h"

namespace mase {
namespace {

constexpr size_t kLongestHeader = 16'000'000;  // of 100,000 tensors and more
constexpr size_t kMostAxes = 64;               // LibTorch's
constexpr size_t kAnyTensors = 50'000;         // that a small file may have; a large one has one for each kilobyte

struct Stored {
  std::string key;
  const StoredType* type = nullptr;
  Shape shape;
  uint64_t begin = 0, end = 0;
};

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file), place_{Loc::intern(file)} {}

  NamedTensors read() {
    const std::string_view header = find_header();
    parse_json_entries(header, place_.file, [this](const std::string& key, const Value& value) {
      if (key == "__metadata__") return;
      if (const size_t most = kAnyTensors + file_.bytes().size() / 1024; tensors_.size() >= most)
        fail(format("more than {} tensors, which a file of {} bytes cannot have", most, file_.bytes().size()));
      tensors_.push_back(describe(key, value));
    });
    check_layout();
    NamedTensors result;
    for (const Stored& stored : tensors_) result.emplace_back(stored.key, map(stored));
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error(what, place_); }

  std::string_view find_header() {
    const std::string_view bytes = file_.bytes();
    uint64_t length = 0;
    if (bytes.size() < sizeof length)
      fail(format("the file has {} bytes, a safetensors file has at least 8", bytes.size()));
    std::memcpy(&length, bytes.data(), sizeof length);
    if (length > bytes.size() - sizeof length)
      fail(format("the header length is {}, but only {} bytes follow it", length, bytes.size() - sizeof length));
    if (length > kLongestHeader) fail(format("the header length is {}, expected at most {}", length, kLongestHeader));
    data_ = bytes.substr(sizeof length + length);
    return bytes.substr(sizeof length, length);
  }

  Stored describe(const std::string& key, const Value& v) const {
    const std::string tensor = "tensor '" + key + "'";
    if (key.empty()) fail("a tensor has an empty name");
    if (!v.is_map()) fail(tensor + " is " + v.brief() + ", expected a map");
    const auto field = [&](const char* name) -> const Value& {
      const Value* found = v.as_map().find(name);
      if (!found) fail(tensor + " has no '" + name + "'");
      return *found;
    };
    for (const Entry& e : v.as_map())
      if (e.key != "dtype" && e.key != "shape" && e.key != "data_offsets")
        fail(tensor + " has an unknown entry '" + e.key + "'");
    Stored stored;
    stored.key = key;
    const Value& dtype = field("dtype");
    stored.type = dtype.is_string() ? stored_type(dtype.as_string()) : nullptr;
    if (!stored.type)
      fail(tensor + " has dtype " + dtype.brief() +
           ", expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL");
    const List offsets = numbers(field("data_offsets"), tensor, "data_offsets");
    if (offsets.size() != 2) fail(format("{} has {} data_offsets, expected 2", tensor, offsets.size()));
    stored.begin = static_cast<uint64_t>(offsets[0].as_int()), stored.end = static_cast<uint64_t>(offsets[1].as_int());
    for (const Value& n : numbers(field("shape"), tensor, "shape")) stored.shape.push_back(n.as_int());
    check_size(stored, tensor);
    return stored;
  }

  List numbers(const Value& v, const std::string& tensor, const char* what) const {
    if (!v.is_list()) fail(tensor + ": " + what + " is " + v.brief() + ", expected a list");
    for (const Value& n : v.as_list())
      if (!n.is_int() || n.as_int() < 0)
        fail(tensor + ": " + what + " holds " + n.brief() + ", expected an integer of at least 0");
    return v.as_list();
  }

  void check_size(const Stored& s, const std::string& tensor) const {
    if (s.shape.size() > kMostAxes)
      fail(format("{} has {} axes, expected at most {}", tensor, s.shape.size(), kMostAxes));
    // Zeros count as one here: LibTorch's strides of an empty tensor overflow too.
    int64_t reach = static_cast<int64_t>(c10::elementSize(s.type->type)), bytes = reach;
    for (const int64_t n : s.shape) {
      if (__builtin_mul_overflow(reach, std::max<int64_t>(n, 1), &reach))
        fail(tensor + ": its shape has more elements than 63 bits count");
      bytes *= n;  // at most `reach`
    }
    if (s.begin > s.end || s.end > data_.size())
      fail(
          format("{} lies at bytes {} to {}, but the file has {} bytes of data", tensor, s.begin, s.end, data_.size()));
    if (s.end - s.begin != static_cast<uint64_t>(bytes))
      fail(format("{} has {} bytes, but its shape and dtype need {}", tensor, s.end - s.begin, bytes));
  }

  // Together the tensors cover the data exactly.
  void check_layout() const {
    std::vector<const Stored*> order;
    for (const Stored& s : tensors_) order.push_back(&s);
    std::sort(order.begin(), order.end(), [](const Stored* a, const Stored* b) {
      return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
    });
    uint64_t end = 0;
    for (const Stored* s : order) {
      if (s->begin < end) fail(format("tensor '{}' overlaps the one before it at byte {}", s->key, s->begin));
      if (s->begin > end) fail(format("bytes {} to {} of the data belong to no tensor", end, s->begin));
      end = s->end;
    }
    if (end != data_.size()) fail(format("{} bytes follow the last tensor", data_.size() - end));
  }

  at::Tensor map(const Stored& s) const {
    const uint64_t data_begin = file_.bytes().size() - data_.size();
    try {
      return file_.map(data_begin + s.begin, s.type->type, s.shape);
    } catch (const Error& e) {
      fail("tensor '" + s.key + "': " + e.message());
    }
  }

  TensorFile file_;
  Loc place_;
  std::string_view data_;
  std::vector<Stored> tensors_;
};

}  // namespace

NamedTensors read_safetensors(const std::string& file) { return Reader(file).read(); }

}  // namespace mase
