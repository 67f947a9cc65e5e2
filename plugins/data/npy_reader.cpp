// NumPy's .npy files (versions 1 to 3, C or Fortran order).
#include "npy_reader.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "file.h"

namespace data {

namespace {

struct Header {
  std::string descr;
  bool fortran = false;
  mase::Shape shape;
};

// The literal of a Python dict with exactly the three keys that NumPy writes.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Header read() {
    Header h;
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr")
        h.descr = string();
      else if (key == "fortran_order")
        h.fortran = boolean();
      else if (key == "shape")
        h.shape = tuple();
      else
        bad_file(file_, "unknown key '" + key + "' in the header");
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (h.descr.empty()) bad_file(file_, "no 'descr' in the header");
    return h;
  }

 private:
  void blanks() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) text_.remove_prefix(1);
  }
  bool accept(char c) {
    blanks();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      bad_file(file_, mase::format("expected '{}' in the header before '{}'", c, text_.substr(0, 20)),
               text_.starts_with('[') ? "structured arrays are not supported" : "");
  }
  std::string string() {
    blanks();
    if (text_.starts_with('[')) bad_file(file_, "a structured array, expected one of plain numbers");
    expect('\'');
    const size_t end = text_.find('\'');
    if (end == text_.npos) bad_file(file_, "an unfinished string in the header");
    std::string out(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return out;
  }
  bool boolean() {
    blanks();
    const bool yes = text_.starts_with("True");
    if (!yes && !text_.starts_with("False")) bad_file(file_, "'fortran_order' is neither True nor False");
    text_.remove_prefix(yes ? 4 : 5);
    return yes;
  }
  mase::Shape tuple() {
    mase::Shape shape;
    expect('(');
    while (!accept(')')) {
      blanks();
      int64_t n = 0;
      const auto [end, ec] = std::from_chars(text_.data(), text_.data() + text_.size(), n);
      if (ec != std::errc() || n < 0) bad_file(file_, "the shape in the header is not a tuple of sizes");
      text_.remove_prefix(static_cast<size_t>(end - text_.data()));
      shape.push_back(n);
      if (shape.size() > 32) bad_file(file_, "more than 32 dimensions");
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  const std::string& file_;
};

at::ScalarType scalar_type(const std::string& descr, const std::string& file) {
  static const std::pair<const char*, at::ScalarType> known[] = {
      {"<f2", at::kHalf}, {"<f4", at::kFloat}, {"<f8", at::kDouble}, {"|i1", at::kChar}, {"<i2", at::kShort},
      {"<i4", at::kInt},  {"<i8", at::kLong},  {"|u1", at::kByte},   {"|b1", at::kBool}};
  for (const auto& [name, type] : known)
    if (descr == name) return type;
  bad_file(file,
           mase::format("numbers of type '{}', expected f2, f4, f8, i1, i2, i4, i8, u1 or b1, little-endian", descr));
}

std::string_view header_text(std::string_view bytes, const std::string& file, size_t& data_at) {
  if (!bytes.starts_with(std::string_view("\x93NUMPY", 6)) || bytes.size() < 12) bad_file(file, "not a .npy file");
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(bytes[i])); };
  const size_t major = byte(6);
  if (major < 1 || major > 3) bad_file(file, mase::format(".npy version {}, expected 1, 2 or 3", major));
  const size_t start = major == 1 ? 10 : 12;
  size_t length = byte(8) | byte(9) << 8;
  if (major > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > bytes.size() - start) bad_file(file, "the header is longer than the file");
  data_at = start + length;
  return bytes.substr(start, length);
}

}  // namespace

at::Tensor parse_npy(std::string_view bytes, const std::string& file) {
  size_t data_at = 0;
  const Header h = HeaderReader(header_text(bytes, file, data_at), file).read();
  const at::ScalarType type = scalar_type(h.descr, file);
  const size_t here = bytes.size() - data_at;
  size_t claimed = c10::elementSize(type);
  for (int64_t n : h.shape)
    if (__builtin_mul_overflow(claimed, static_cast<size_t>(n), &claimed) || claimed > here)
      bad_file(file, mase::format("cut off: the header claims more values than the {} bytes behind it hold", here));
  if (claimed != here)
    bad_file(file, mase::format("{} bytes behind the values that the header claims", here - claimed));
  if (h.shape.empty()) bad_file(file, "a single number, expected an array of samples");

  mase::Shape stored(h.shape);
  if (h.fortran) std::reverse(stored.begin(), stored.end());
  at::Tensor out = at::empty(stored, at::TensorOptions().dtype(type));
  if (claimed) std::memcpy(out.mutable_data_ptr(), bytes.data() + data_at, claimed);
  if (!h.fortran) return out;
  std::vector<int64_t> order(stored.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(order.size() - 1 - i);
  return out.permute(order).contiguous();
}

}  // namespace data
