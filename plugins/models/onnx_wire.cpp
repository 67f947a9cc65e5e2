// The walk over an ONNX file's wire format.
#include "onnx_wire.h"

#include <charconv>

#include "limits.h"
#include "mase/error.h"
#include "mase/text.h"

namespace models::onnx {

namespace {

// The messages that lead to tensors; everything else is copied as it is.
enum class Message { model, graph, function, node, attribute, tensor, sparse_tensor, other };

constexpr int kNested = 64;                       // graphs inside attributes inside graphs ..., as messages
constexpr size_t kNodes = size_t{1} << 15;        // far above any model
constexpr uint64_t kOfNode = 4096;                // bytes that a node may take with its names and weights' descriptions
constexpr size_t kMessages = size_t{1} << 20;     // attributes and tensors, too
constexpr size_t kNodeNames = 10'000;             // inputs and outputs of one node
constexpr size_t kStructure = size_t{256} << 20;  // bytes
constexpr uint64_t kBig = 4096;                   // contents from this size on stay in the file
constexpr int kTensorDoc = 12;                    // TensorProto.doc_string

// What a field of `message` holds; nullopt-like `other` is copied.
Message inside(Message message, int field) {
  switch (message) {
    case Message::model:
      return field == 7 ? Message::graph : field == 25 ? Message::function : Message::other;
    case Message::graph:
      return field == 1    ? Message::node
             : field == 5  ? Message::tensor
             : field == 15 ? Message::sparse_tensor
                           : Message::other;
    case Message::function:
      return field == 7 ? Message::node : field == 11 ? Message::attribute : Message::other;
    case Message::node:
      return field == 5 ? Message::attribute : Message::other;
    case Message::attribute:
      if (field == 6 || field == 11) return Message::graph;
      if (field == 22 || field == 23) return Message::sparse_tensor;
      return field == 5 || field == 10 ? Message::tensor : Message::other;
    case Message::sparse_tensor:
      return field == 1 || field == 2 ? Message::tensor : Message::other;
    default:
      return Message::other;
  }
}

// Documentation, metadata and inferred shapes: nothing here reads them, and exporters write much of them.
bool unread(Message message, int field) {
  switch (message) {
    case Message::model:
      return field == 6 || field == 14 || field == 20;
    case Message::graph:
      return field == 10 || field == 13 || field == 14 || field == 16;
    case Message::function:
      return field == 8 || field == 12 || field == 14;
    case Message::node:
      return field == 6 || field == 9 || field == 10;
    case Message::attribute:
      return field == 13;
    case Message::tensor:
      return field == kTensorDoc || field == 16;
    default:
      return false;
  }
}

// float_data, int32_data, int64_data, raw_data, double_data, uint64_data
bool holds_contents(int field) {
  return field == 4 || field == 5 || field == 7 || field == 9 || field == 10 || field == 11;
}

// About how many bytes a field takes when protobuf has read it and the reader has looked at it, contents that stay in
// the file aside. A message of two bytes takes some hundred, an integer of one takes eight, in lists that grow.
uint64_t memory_of(Message message, int field, Message inner, std::string_view content) {
  const uint64_t size = content.size();
  if (inner == Message::tensor) return 1200;  // with the tensor that is made of it
  if (inner != Message::other) return 300;
  const bool integers = (message == Message::attribute && field == 8) ||
                        (message == Message::tensor && (field == 1 || field == 5 || field == 7 || field == 11));
  if (integers) return 16 + 16 * size;
  const bool messages = (message == Message::model && field == 8) || (message == Message::function && field == 9) ||
                        (message == Message::graph && (field == 11 || field == 12)) ||
                        (message == Message::attribute && (field == 14 || field == 15)) ||
                        (message == Message::tensor && (field == 3 || field == 13));
  const bool contents = message == Message::tensor && holds_contents(field);
  return messages ? 128 + 32 * size : 64 + (contents ? 3 : 6) * size;  // copied from message to message
}

void write_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void write_bytes(std::string& out, int field, std::string_view bytes) {
  write_varint(out, static_cast<uint64_t>(field) << 3 | 2);
  write_varint(out, bytes.size());
  out.append(bytes);
}

[[noreturn]] void cut_off() {
  throw mase::Error("no valid ONNX file: it ends, or a length leads, in the middle of something", {},
                    "it is cut off or damaged");
}

std::string_view take(std::string_view& bytes, uint64_t size) {
  if (size > bytes.size()) cut_off();
  const std::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return taken;
}

class Walk {
 public:
  explicit Walk(std::string_view file) : file_(file), memory_left_(memory_for(file.size())) {}

  std::string message(std::string_view bytes, Message kind, int depth) {
    if (depth > kNested) throw mase::Error("graphs are nested too deep", {}, "ONNX files nest a few levels");
    if (++messages_ > kMessages)
      throw mase::Error(mase::format("more than {} nodes, attributes and tensors", kMessages));
    if (kind == Message::node && ++nodes_ > kNodes) throw mase::Error(mase::format("more than {} nodes", kNodes));
    if (kind == Message::node) memory_left_ += kOfNode;
    std::string out;
    Extent extent;
    size_t names = 0;
    while (!bytes.empty()) {
      const int number = field(bytes, kind, depth, out, extent);
      if (kind == Message::node && (number == 1 || number == 2) && ++names > kNodeNames)
        throw mase::Error(mase::format("a node has more than {} inputs and outputs", kNodeNames));
    }
    if (extent.field != 0)
      write_bytes(out, kTensorDoc, mase::format("{} {} {}", extent.field, extent.offset, extent.size));
    if (out.size() > kStructure) throw mase::Error("more than 256 MB without the contents of tensors");
    return out;
  }

 private:
  void account(uint64_t bytes) {
    if (bytes > memory_left_)
      throw mase::Error("its nodes, names and numbers would take much more memory than the file has bytes", {},
                        "the file may have been made to do harm");
    memory_left_ -= bytes;
  }

  // Returns the field's number.
  int field(std::string_view& bytes, Message kind, int depth, std::string& out, Extent& extent) {
    const std::string_view before = bytes;
    const uint64_t tag = read_varint(bytes);
    const int number = tag >> 3 > 0x1fffffff ? 0 : static_cast<int>(tag >> 3);
    if (number == 0) throw mase::Error("no valid ONNX file: a field has the number 0");
    std::string_view content;
    switch (tag & 7) {
      case 0:
        read_varint(bytes);
        break;
      case 1:
        take(bytes, 8);
        break;
      case 2:
        content = take(bytes, read_varint(bytes));
        break;
      case 5:
        take(bytes, 4);
        break;
      default:
        throw mase::Error(mase::format("no valid ONNX file: field {} has the unknown wire type {}", number, tag & 7));
    }
    if (unread(kind, number)) return number;
    const Message next = (tag & 7) == 2 ? inside(kind, number) : Message::other;
    if ((tag & 7) == 2 && kind == Message::tensor && holds_contents(number) && content.size() >= kBig) {
      if (extent.field != 0) throw mase::Error("a tensor has its contents in more than one piece");
      extent = {number, static_cast<uint64_t>(content.data() - file_.data()), content.size()};
      return number;
    }
    account(memory_of(kind, number, next, content));
    if (next != Message::other)
      write_bytes(out, number, message(content, next, depth + 1));
    else
      out.append(before.substr(0, before.size() - bytes.size()));
    return number;
  }

  std::string_view file_;
  uint64_t memory_left_;
  size_t messages_ = 0, nodes_ = 0;
};

}  // namespace

uint64_t read_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) return bytes.remove_prefix(i + 1), value;
  }
  cut_off();
}

std::string structure_of(std::string_view file) { return Walk(file).message(file, Message::model, 0); }

Extent read_extent(std::string_view doc_string) {
  Extent extent;
  const char* at = doc_string.data();
  const char* const end = at + doc_string.size();
  const auto number = [&](auto& out) {
    if (at < end && *at == ' ') ++at;
    at = std::from_chars(at, end, out).ptr;
  };
  number(extent.field), number(extent.offset), number(extent.size);
  return extent;
}

}  // namespace models::onnx
