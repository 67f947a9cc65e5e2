// What a pickle may call: descriptions of tensors come of it, and nothing is executed.
#include "pickle_calls.h"

#include "mase/text.h"
#include "pickle_names.h"

namespace models {

bool PickleCalls::call(char op) {
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
bool PickleCalls::build() {
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

bool PickleCalls::make_object() {
  const uint32_t arguments = pop(), type = pop();
  if (object(type).kind != Kind::object || object(arguments).kind != Kind::tuple || !object(arguments).items.empty())
    fail(mase::format(
        "instruction 0x81 at byte {} makes an object of what is no class of the file; nothing is executed", at_));
  push(Kind::object).text = object(type).text;
  return true;
}

bool PickleCalls::add_global(std::string_view module, std::string_view name) {
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

void PickleCalls::reduce(std::string_view function, const std::vector<uint32_t>& arguments) {
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
void PickleCalls::add_storage(const PickleObject& id) {
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

}  // namespace models
