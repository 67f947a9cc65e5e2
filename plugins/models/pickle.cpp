// A pickle machine whose only powers are to make containers, numbers and texts, and to describe tensors.
#include "pickle.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "mase/text.h"
#include "pickle_names.h"
#include "pickle_stack.h"

namespace models {
namespace {

// Of 300,000 tensors and more; what a pickle takes in time is bounded by this.
constexpr size_t kMostSteps = 8'000'000, kLongestKey = 4096;

class Unpickler : PickleStack {
 public:
  Unpickler(std::string_view bytes, mase::Loc place, bool objects) : PickleStack(bytes, place), objects_(objects) {
    for (const Kind kind : {Kind::none, Kind::boolean, Kind::boolean}) pickle_.objects.emplace_back().kind = kind;
    pickle_.objects[kTrue].integer = 1;
  }

  Pickle read() {
    if (bytes_.substr(0, 1) != "\x80") fail("is no pickle of protocol 2 to 5");
    for (char op = take(1)[0]; op != '.'; op = take(1)[0]) {
      if (++steps_ > kMostSteps) fail(mase::format("the pickle has more than {} steps", kMostSteps));
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
    if (memo_.size() >= kMostObjects) fail(mase::format("the pickle remembers more than {} objects", kMostObjects));
    memo_[index] = value;
    return true;
  }
  bool get(uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail(mase::format("the pickle refers to an object {} that it never had", index));
    stack_.push_back(found->second);
    return true;
  }

  bool call(char op) {
    switch (op) {
      case 'c': {  // GLOBAL
        const std::string_view module = take_line(), name = take_line();
        return add_global(module, name);
      }
      case '\x93': {  // STACK_GLOBAL
        const uint32_t name = pop(), module = pop();
        if (object(name).kind != Kind::text || object(module).kind != Kind::text)
          fail("the pickle asks for something whose name is no text");
        return add_global(object(module).text, object(name).text);
      }
      case 'R': {  // REDUCE
        const uint32_t arguments = pop(), function = pop();
        if (objects_ && object(function).kind == Kind::object) {  // one of an enumeration, with its value
          push(Kind::object).text = object(function).text;
          return true;
        }
        if (object(function).kind != Kind::global || object(arguments).kind != Kind::tuple)
          fail(mase::format("the pickle calls what is no function, at byte {}; nothing is executed", at_));
        reduce(object(function).text, object(arguments).items);
        return true;
      }
      case 'b':  // BUILD
        return build();
      case '\x81':  // NEWOBJ
        return make_object();
      case 'Q':  // BINPERSID
        add_storage(object(pop()));
        return true;
      default:
        return false;
    }
  }

  // PyTorch hangs its version numbers on a state dict this way.
  bool build() {
    const uint32_t state_place = pop();
    if (objects_ && !stack_.empty() && object(stack_.back()).kind == Kind::object) {
      object(stack_.back()).items = {state_place};
      return true;
    }
    top(Kind::dict, "dict");
    if (object(state_place).kind != Kind::dict)
      fail("the pickle sets the state of an object, which is not read; nothing is executed");
    return true;
  }

  bool make_object() {
    const uint32_t arguments = pop(), type = pop();
    if (object(type).kind != Kind::object || object(arguments).kind != Kind::tuple || !object(arguments).items.empty())
      fail(mase::format(
          "instruction 0x81 at byte {} makes an object of what is no class of the file; nothing is executed", at_));
    push(Kind::object).text = object(type).text;
    return true;
  }

  bool add_global(std::string_view module, std::string_view name) {
    // GLOBAL has both in one piece, with a line break between them.
    if (objects_ && module.starts_with("__torch__") && module.data() + module.size() + 1 == name.data()) {
      push(Kind::object).text = std::string_view(module.data(), module.size() + 1 + name.size());
      return true;
    }
    PickleObject found = pickle_name(module, name);
    if (found.kind == Kind::none)
      fail(
          mase::format("the pickle asks for {}.{}, but only tensors, numbers, texts and containers are read; nothing "
                       "is executed",
                       shown_text(module), shown_text(name)));
    push(found.kind) = std::move(found);
    return true;
  }

  void reduce(std::string_view function, const std::vector<uint32_t>& arguments) {
    const auto kind = [&](size_t i) { return i < arguments.size() ? object(arguments[i]).kind : Kind::none; };
    const auto wrong = [&] { fail(mase::format("the pickle gives {} other arguments than it takes", function)); };
    if (function == "collections.OrderedDict") {
      if (!arguments.empty()) wrong();
      push(Kind::dict);
    } else if (function == "torch.Size") {
      if (arguments.size() != 1 || kind(0) != Kind::tuple) wrong();
      stack_.push_back(arguments[0]);
    } else if (function == "torch.device") {
      if (kind(0) != Kind::text) wrong();
      stack_.push_back(arguments[0]);
    } else if (function == "torch._utils._rebuild_parameter") {
      if (kind(0) != Kind::tensor) wrong();
      stack_.push_back(arguments[0]);
    } else if (function.starts_with("torch.jit._pickle.")) {  // typed lists, and notes about a value's type
      if (arguments.empty()) wrong();
      stack_.push_back(arguments[0]);
    } else if (function.starts_with("torch._utils._rebuild_tensor")) {
      if (kind(0) != Kind::storage || kind(1) != Kind::integer || kind(2) != Kind::tuple || kind(3) != Kind::tuple)
        wrong();
      const bool has_type = function.ends_with("_v3");
      if (has_type && kind(6) != Kind::dtype) wrong();
      PickleObject& tensor = push(Kind::tensor);
      tensor.type = object(arguments[has_type ? 6 : 0]).type;
      tensor.integer = object(arguments[1]).integer;
      tensor.items = {arguments[0], arguments[2], arguments[3]};
    } else {
      fail(mase::format("the pickle calls {}; nothing is executed", function));
    }
  }

  // ('storage', class, key, device, elements), and None where a sixth is
  void add_storage(const PickleObject& id) {
    const auto& items = id.items;
    const auto is = [&](size_t i, Kind kind) { return i < items.size() && object(items[i]).kind == kind; };
    if (id.kind != Kind::tuple || !is(0, Kind::text) || object(items[0]).text != "storage" || !is(1, Kind::global) ||
        object(items[1]).text != "storage" || !is(2, Kind::text) || !is(4, Kind::integer) ||
        (items.size() > 5 && !is(5, Kind::none)))
      fail("the pickle refers to something outside that is no storage of a tensor");
    const std::string_view key = object(items[2]).text;
    const int64_t elements = object(items[4]).integer;
    const at::ScalarType type = object(items[1]).type;
    PickleObject& storage = push(Kind::storage);
    storage.text = key, storage.integer = elements, storage.type = type;
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

  bool objects_;
  size_t steps_ = 0;
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

Pickle read_pickle(std::string_view bytes, mase::Loc place, bool objects) {
  return Unpickler(bytes, place, objects).read();
}

}  // namespace models
