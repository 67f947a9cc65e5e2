// A pickle machine whose only powers are to make containers, numbers and texts, and (pickle_calls.cpp) to describe
// tensors.
#include "pickle.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "mase/text.h"
#include "pickle_calls.h"

namespace models {
namespace {

constexpr size_t kLongestKey = 4096;

class Unpickler : PickleCalls {
 public:
  Unpickler(std::string_view bytes, mase::Loc place, bool objects, uint64_t file_bytes)
      : PickleCalls(bytes, place, objects, file_bytes) {
    for (const Kind kind : {Kind::none, Kind::boolean, Kind::boolean}) pickle_.objects.emplace_back().kind = kind;
    pickle_.objects[kTrue].integer = 1;
  }

  Pickle read() {
    if (bytes_.substr(0, 1) != "\x80") fail("is no pickle of protocol 2 to 5");
    for (char op = take(1)[0]; op != '.'; op = take(1)[0]) {
      count_step();
      if (!constant(op) && !number(op) && !text(op) && !stack(op) && !container(op) && !memo(op) && !call(op))
        fail(
            mase::format("the pickle has the instruction 0x{:02x} at byte {}, which is not read: only tensors, "
                         "numbers, texts and containers are; nothing is executed",
                         static_cast<unsigned char>(op), at_ - 1));
    }
    pickle_.root = pop(), pickle_.length = at_;
    check_keys();
    return std::move(pickle_);
  }

 private:
  static constexpr uint32_t kNone = 0, kFalse = 1, kTrue = 2;

  bool constant(char op) {
    switch (op) {
      case '\x80':  // PROTO
        if (const uint64_t protocol = take_number(1); protocol < 2 || protocol > 5)
          fail(mase::format("the pickle has protocol {}, expected 2 to 5", protocol));
        return true;
      case '\x95':  // FRAME: its length says nothing that the instructions do not
        take(8);
        return true;
      case 'N':
        stack_.push_back(kNone);
        return true;
      case '\x88':
        stack_.push_back(kTrue);
        return true;
      case '\x89':
        stack_.push_back(kFalse);
        return true;
      default:
        return false;
    }
  }

  bool number(char op) {
    switch (op) {
      case 'J':  // BININT
        push(Kind::integer).integer = static_cast<int32_t>(take_number(4));
        return true;
      case 'K':  // BININT1
        push(Kind::integer).integer = static_cast<int64_t>(take_number(1));
        return true;
      case 'M':  // BININT2
        push(Kind::integer).integer = static_cast<int64_t>(take_number(2));
        return true;
      case '\x8a':  // LONG1
        push(Kind::integer).integer = long_number(take_number(1));
        return true;
      case 'G': {  // BINFLOAT, big endian
        uint64_t bits = 0;
        for (const char c : take(8)) bits = bits << 8 | static_cast<unsigned char>(c);
        push(Kind::real).real = std::bit_cast<double>(bits);
        return true;
      }
      default:
        return false;
    }
  }

  int64_t long_number(uint64_t n) {
    if (n > 8) fail(mase::format("the pickle has an integer of {} bytes, expected at most 8", n));
    if (n == 0) return 0;
    const int shift = static_cast<int>(64 - 8 * n);
    return static_cast<int64_t>(take_number(n) << shift) >> shift;
  }

  bool text(char op) {
    const auto add = [this](Kind kind, size_t length_bytes) {
      const std::string_view text = take(take_number(length_bytes));
      push(kind).text = text;
      return true;
    };
    switch (op) {
      case '\x8c':  // SHORT_BINUNICODE
      case 'U':     // SHORT_BINSTRING
        return add(Kind::text, 1);
      case 'X':  // BINUNICODE
      case 'T':  // BINSTRING
        return add(Kind::text, 4);
      case '\x8d':  // BINUNICODE8
        return add(Kind::text, 8);
      case 'C':  // SHORT_BINBYTES
        return add(Kind::bytes, 1);
      case 'B':  // BINBYTES
        return add(Kind::bytes, 4);
      case '\x8e':  // BINBYTES8
        return add(Kind::bytes, 8);
      default:
        return false;
    }
  }

  bool stack(char op) {
    switch (op) {
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case '0':  // POP
        pop();
        return true;
      case '1':  // POP_MARK
        pop_to_mark();
        return true;
      case '2':  // DUP
        stack_.push_back(pop());
        stack_.push_back(stack_.back());
        return true;
      default:
        return false;
    }
  }

  bool container(char op) {
    switch (op) {
      case '}':
        push(Kind::dict);
        return true;
      case ']':
        push(Kind::list);
        return true;
      case ')':
        push(Kind::tuple);
        return true;
      case 't':
        return add_tuple(pop_to_mark());
      case '\x85':
      case '\x86':
      case '\x87': {
        std::vector<uint32_t> items(static_cast<size_t>(op - '\x84'));
        for (size_t i = items.size(); i-- > 0;) items[i] = pop();
        return add_tuple(std::move(items));
      }
      case 'a':
        return append({pop()});
      case 'e':
        return append(pop_to_mark());
      case 's': {
        const uint32_t value = pop(), key = pop();
        return set_items({key, value});
      }
      case 'u':
        return set_items(pop_to_mark());
      default:
        return false;
    }
  }

  bool add_tuple(std::vector<uint32_t> items) {
    push(Kind::tuple).items = std::move(items);
    return true;
  }
  bool append(const std::vector<uint32_t>& items) {
    std::vector<uint32_t>& list = top(Kind::list, "list").items;
    list.insert(list.end(), items.begin(), items.end());
    return true;
  }
  bool set_items(const std::vector<uint32_t>& items) {
    if (items.size() % 2) fail(mase::format("the pickle has a key without a value, at byte {}", at_));
    std::vector<uint32_t>& entries = top(Kind::dict, "dict").items;
    entries.insert(entries.end(), items.begin(), items.end());
    return true;
  }

  bool memo(char op) {
    switch (op) {
      case 'q':  // BINPUT
        return put(take_number(1));
      case 'r':  // LONG_BINPUT
        return put(take_number(4));
      case '\x94':  // MEMOIZE
        return put(memo_.size());
      case 'h':  // BINGET
        return get(take_number(1));
      case 'j':  // LONG_BINGET
        return get(take_number(4));
      default:
        return false;
    }
  }

  bool put(uint64_t index) {
    const uint32_t value = pop();
    stack_.push_back(value);
    if (memo_.size() >= most_objects_) fail(mase::format("the pickle remembers more than {} objects", most_objects_));
    memo_[index] = value;
    return true;
  }
  bool get(uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail(mase::format("the pickle refers to an object {} that it never had", index));
    stack_.push_back(found->second);
    return true;
  }

  // Python would keep the last of two entries; no writer makes two, so the file is not what it seems.
  void check_keys() const {
    std::unordered_set<std::string_view> keys;
    for (const PickleObject& dict : pickle_.objects) {
      if (dict.kind != PickleObject::Kind::dict) continue;
      keys.clear();
      for (size_t i = 0; i < dict.items.size(); i += 2)
        if (const PickleObject& key = pickle_[dict.items[i]]; key.kind == Kind::text) {
          if (key.text.size() > kLongestKey)
            fail(mase::format("a dict of the pickle has a key of {} bytes, expected at most {}", key.text.size(),
                              kLongestKey));
          if (!keys.insert(key.text).second)
            fail("a dict of the pickle has the key '" + shown_text(key.text) + "' twice");
        }
    }
  }

  std::unordered_map<uint64_t, uint32_t> memo_;
};

}  // namespace

const PickleObject* Pickle::find(const PickleObject& dict, std::string_view key) const {
  if (dict.kind != PickleObject::Kind::dict) return nullptr;
  for (size_t i = 0; i + 1 < dict.items.size(); i += 2)
    if (objects[dict.items[i]].kind == PickleObject::Kind::text && objects[dict.items[i]].text == key)
      return &objects[dict.items[i + 1]];
  return nullptr;
}

Pickle read_pickle(std::string_view bytes, mase::Loc place, bool objects, uint64_t file_bytes) {
  return Unpickler(bytes, place, objects, std::max<uint64_t>(file_bytes, bytes.size())).read();
}

}  // namespace models
