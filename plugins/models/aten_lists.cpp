// ATen: Python's lists, dictionaries and ranges.
#include <algorithm>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

AtenValue item(const AtenCall& call) {
  const auto* list = call.arg("list").get<AtenValue::List>();
  if (!list) call.refuse("takes an item of something that is no list");
  int64_t index = call.integer("idx");
  if (index < 0) index += static_cast<int64_t>(list->size());
  if (index < 0 || index >= static_cast<int64_t>(list->size()))
    call.refuse(mase::format("item {} of {} is asked for", call.integer("idx"), list->size()));
  return (*list)[static_cast<size_t>(index)];
}

AtenValue part_of_list(const AtenCall& call) {
  const auto* list = call.arg("l").get<AtenValue::List>();
  if (!list) call.refuse("takes a part of something that is no list");
  const auto size = static_cast<int64_t>(list->size());
  const int64_t step = call.integer("step");
  if (step < 1) call.refuse(mase::format("takes steps of {}", step));
  const auto limit = [&](const char* name, int64_t otherwise) {
    int64_t place = call.has(name) ? call.integer(name) : otherwise;
    if (place < 0) place += size;
    return std::clamp<int64_t>(place, 0, size);
  };
  AtenValue::List part;
  const int64_t end = limit("end", size);
  for (int64_t i = limit("start", 0); i < end; i += std::min(step, size))
    part.push_back((*list)[static_cast<size_t>(i)]);
  return part;
}

// Lists and ranges of Python.
void add_ranges(AtenTable& t) {
  t["list.t"] = t["copy.t"] = [](AtenCall& c) -> AtenValues { return {c.arg(c.args.contains("l") ? "l" : "self")}; };
  t["__range_length"] = [](AtenCall& c) -> AtenValues {
    const int64_t low = c.integer("lo"), high = c.integer("hi"), step = c.integer("step");
    if (step == 0 || std::max({std::abs(low), std::abs(high), std::abs(step)}) > INT32_MAX)
      c.refuse("has no such range");
    const int64_t distance = step > 0 ? high - low : low - high, stride = std::abs(step);
    return {Size(distance > 0 ? (distance + stride - 1) / stride : 0)};
  };
  t["__derive_index"] = [](AtenCall& c) -> AtenValues {
    return {Size(c.integer("start") + c.integer("index") * c.integer("step"))};
  };
  t["sum.int"] = t["sum.float"] = [](AtenCall& c) -> AtenValues {
    const auto* list = c.arg("self").get<AtenValue::List>();
    if (!list) c.refuse("adds up something that is no list");
    AtenValue total = c.op == "sum.float" ? AtenValue(0.0) : AtenValue(Size(0));
    for (const AtenValue& value : *list) {
      AtenCall sum{c.builder, c.node, "add", c.target, {{"a", total}, {"b", value}}};
      total = python_arithmetic(sum);
    }
    return {total};
  };
  t["slice.t"] = [](AtenCall& c) -> AtenValues { return {part_of_list(c)}; };
}

// A dictionary is a list of pairs.
void add_dictionaries(AtenTable& t) {
  t["__getitem__.Dict_str"] = [](AtenCall& c) -> AtenValues {
    if (const auto* pairs = c.arg("self").get<AtenValue::List>())
      for (const AtenValue& pair : *pairs)
        if (is_key(pair, c.text("key"))) return {(*pair.get<AtenValue::List>())[1]};
    c.refuse("asks a dictionary for a key that it does not have");
  };
  t["dict"] = [](AtenCall& c) -> AtenValues {
    return {c.args.empty() ? AtenValue(AtenValue::List()) : c.args.begin()->second};
  };
  t["__contains__.str"] = [](AtenCall& c) -> AtenValues {
    const auto* pairs = c.arg("dict").get<AtenValue::List>();
    if (!pairs) c.refuse("looks into something that is no dictionary");
    return {
        std::any_of(pairs->begin(), pairs->end(), [&](const AtenValue& pair) { return is_key(pair, c.text("key")); })};
  };
}

// What is asked of lists.
void add_list_queries(AtenTable& t) {
  t["len"] = [](AtenCall& c) -> AtenValues {
    const std::string name = c.args.empty() ? "self" : c.args.begin()->first;
    if (const auto* text = c.arg(name).get<std::string>()) return {Size(static_cast<int64_t>(text->size()))};
    if (const auto* list = c.arg(name).get<AtenValue::List>()) return {Size(static_cast<int64_t>(list->size()))};
    const Wire x = c.tensor(name);
    if (x.rank() == 0) c.refuse("asks for the length of a scalar");
    return {x.size(0)};
  };
  t["__getitem__"] = [](AtenCall& c) -> AtenValues { return {item(c)}; };
  // Of a list of truth values or numbers.
  for (const char* name : {"all.bool", "all.int", "all.float", "any.bool", "any.int", "any.float", "any.str"})
    t[name] = [](AtenCall& c) -> AtenValues {
      const bool is_all = c.base() == "all";
      bool result = is_all;
      if (const auto* list = c.arg("self").get<AtenValue::List>())
        for (const AtenValue& value : *list) {
          AtenCall part{c.builder, c.node, c.op, c.target, {{"item", value}}};
          const auto* text = value.get<std::string>();
          const bool item = text ? !text->empty() : part.number("item") != 0;
          result = is_all ? result && item : result || item;
        }
      return {result};
    };
  t["__contains__"] = [](AtenCall& c) -> AtenValues {
    const auto* list = c.arg("l").get<AtenValue::List>();
    if (!list) c.refuse("looks into something that is no list");
    bool found = false;
    for (const AtenValue& value : *list) {
      AtenCall part{c.builder, c.node, "eq", c.target, {{"a", value}, {"b", c.arg("item")}}};
      found |= *python_arithmetic(part).get<bool>();
    }
    return {found};
  };
}

}  // namespace

bool is_key(const AtenValue& pair, const std::string& key) {
  const auto* both = pair.get<AtenValue::List>();
  const auto* text = both && both->size() == 2 ? (*both)[0].get<std::string>() : nullptr;
  return text && *text == key;
}

void add_aten_lists(AtenTable& t) { add_ranges(t), add_list_queries(t), add_dictionaries(t); }

}  // namespace models
