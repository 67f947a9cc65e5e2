// Values that share memory, and what becomes of them when one is written to.
#include <ATen/core/function_schema.h>
#include <ATen/ops/arange.h>

#include <algorithm>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

constexpr int kLongestPath = 64;
constexpr int64_t kMostWritten = 1 << 26;  // elements
constexpr int64_t kView = 1000;            // elements that could be written in the time that a view takes

bool is_unchanged(const AtenValue& a, const AtenValue& b) {
  const auto *x = a.get<Wire>(), *y = b.get<Wire>();
  if (!x || !y || x->state != y->state) return false;
  if (x->live()) return x->from.node == y->from.node && x->from.result == y->from.result;
  return x->known() && x->trace[0].is_same(y->trace[0]) && x->trace[1].is_same(y->trace[1]);
}

// Operators that may hand out what they are given although their schemas do not say so.
bool may_return_input(const std::string& base) {
  return base.find("dropout") != base.npos || base == "_to_copy" || base == "lift_fresh";
}

// Operators with one result, which always shares the memory of `self`.
bool is_view(const std::string& base) {
  for (const char* op :
       {"slice", "select", "narrow", "view", "unsqueeze", "squeeze", "permute", "transpose", "t", "alias", "detach"})
    if (base == op) return true;
  return false;
}

// Operators that give a view where the elements' places allow it, and a copy elsewhere.
bool may_copy(const std::string& base) {
  for (const char* op : {"contiguous", "flatten", "reshape", "reshape_as", "to"})
    if (base == op) return true;
  return false;
}

// The storages that links lead to from one, itself aside.
std::vector<size_t> reached(const std::map<size_t, std::set<size_t>>& links, size_t from) {
  std::set<size_t> seen{from};
  std::vector<size_t> all{from};
  for (size_t i = 0; i < all.size(); ++i)
    if (const auto next = links.find(all[i]); next != links.end())
      for (const size_t storage : next->second)
        if (seen.insert(storage).second) all.push_back(storage);
  all.erase(all.begin());
  return all;
}

// The same shapes with the elements' places in order, at each batch size.
Wire places_in(const Wire& whole) {
  Wire places = ImportBuilder::known(at::arange(whole.trace[0].numel()).view(whole.trace[0].sizes()));
  if (!whole.trace[0].is_same(whole.trace[1]))
    places.trace[1] = at::arange(whole.trace[1].numel()).view(whole.trace[1].sizes());
  return places;
}

}  // namespace

void AtenWalk::set(const std::string& label, AtenValue value, const AtenBase& of) {
  const auto base = of.label.empty() ? values_.end() : values_.find(of.label);
  Held held{std::move(value)};
  if (base == values_.end() || of.may_copy) {
    held.storage = ++storages_, held.is_view = true;
    if (const auto* wire = held.value.get<Wire>(); wire && wire->known()) wholes_[held.storage] = *wire;
    if (base != values_.end()) {
      held.changed_by = base->second.changed_by;
      copies_[held.storage].insert(base->second.storage), copies_[base->second.storage].insert(held.storage);
    }
  } else {
    const auto& path = base->second.path;
    const int length = path ? path->length + 1 : 1;
    held.storage = base->second.storage;
    held.is_view = base->second.is_view && of.view && length <= kLongestPath;
    if (held.is_view) held.path = std::make_shared<const Path>(Path{path, of.view, length});
  }
  shared_[held.storage].push_back(label);
  values_[label] = std::move(held);
}

void AtenWalk::replace(const std::string& label, const AtenValue& list) {
  const size_t storage = values_.at(label).storage;
  for (const std::string& other : shared_[storage])
    if (Held& held = values_.at(other); held.storage == storage && held.is_view && !held.path) held.value = list;
}

AtenBase AtenWalk::base_of(const AtenCall& call, const std::map<std::string, std::string>& labels) const {
  const c10::FunctionSchema* schema = aten_schema(call.op);
  if (!schema || labels.empty()) return {};
  const std::string base = call.base();
  for (const c10::Argument& arg : schema->arguments()) {
    const auto label = labels.find(arg.name());
    if (label == labels.end()) continue;
    const bool is_viewed = arg.alias_info() && std::any_of(schema->returns().begin(), schema->returns().end(),
                                                           [](const c10::Argument& r) { return r.alias_info(); });
    if (!is_viewed && !may_return_input(base)) continue;
    auto view = std::make_shared<AtenCall>(call);
    if (base.ends_with('_')) view->op = "alias";  // in place: the result is the argument
    return {label->second, arg.name() == "self" && is_view(view->base()) ? std::move(view) : nullptr, may_copy(base)};
  }
  return {};
}

Wire AtenWalk::part_of(const Wire& whole, const Path* path) {
  if (!path) return whole;
  AtenCall call = *path->call;
  call.args["self"] = part_of(whole, path->before.get());
  const AtenValues results = dispatch(call);
  const Wire* part = results.size() == 1 ? results[0].get<Wire>() : nullptr;
  if (!part || !part->known()) call.refuse("is no view of a constant");
  return *part;
}

// The constant of which `part` is a view, after `with` was written to it; nothing where that is not known.
std::optional<Wire> AtenWalk::written(const AtenCall& call, const Held& part, const Wire& with) {
  const auto whole = wholes_.find(part.storage);
  if (!part.is_view || !with.known() || whole == wholes_.end()) return std::nullopt;
  const Wire before = whole->second;
  written_ += before.trace[0].numel() + kView * static_cast<int64_t>(shared_[part.storage].size());
  if (written_ > kMostWritten) call.refuse("writes to parts of constants too often");
  if (!part.path) return with;
  Wire flat = before;
  for (size_t at = 0; at < 2; ++at) flat.trace[at] = before.trace[at].reshape({-1});
  Wire after = builder_.assigned(flat, {part_of(places_in(before), part.path.get())}, with);
  for (size_t at = 0; at < 2; ++at) {
    const bool is_same = at && after.trace[0].is_same(after.trace[1]);
    after.trace[at] = is_same ? after.trace[0] : after.trace[at].view(before.trace[at].sizes());
  }
  return after;
}

void AtenWalk::put(const std::string& item, const std::string& list) {
  const Held &part = values_.at(item), &whole = values_.at(list);
  if (!part.value.get<Wire>() && !part.value.get<AtenValue::List>()) return;
  lists_[part.storage].insert(whole.storage);
  items_[whole.storage].insert(part.storage);
}

void AtenWalk::refuse_fixed(const AtenCall& call, const std::string& label, size_t storage) const {
  if (fixed_.contains(storage))
    call.refuse(mase::format("changes '{}', an input or a weight, in place", label),
                "export the model in evaluation mode and without writing to its inputs and buffers");
}

// What shares memory with the value that is written to, or may: it cannot be used any more.
void AtenWalk::invalidate(const AtenCall& call, const Held& before) {
  for (const size_t copy : reached(copies_, before.storage)) {
    wholes_.erase(copy);
    for (const std::string& label : shared_[copy]) {
      refuse_fixed(call, label, copy);
      if (Held& held = values_.at(label); held.storage == copy) held.changed_by = call.node;
    }
  }
  // Lists that have the value in them, and what was taken out of them.
  for (const size_t list : reached(lists_, before.storage))
    for (const std::string& label : shared_[list]) {
      Held& held = values_.at(label);
      if (held.storage == list && (held.value.get<AtenValue::List>() || is_unchanged(held.value, before.value)))
        held.changed_by = call.node;
    }
  // What was put into the list that the value was taken out of.
  for (const size_t item : reached(items_, before.storage))
    for (const std::string& label : shared_[item]) {
      Held& held = values_.at(label);
      if (held.storage != item || !is_unchanged(held.value, before.value)) continue;
      refuse_fixed(call, label, item);
      held.changed_by = call.node;
    }
}

// What names the same value now names the new one, and views of constants the new elements; other views cannot be used
// any more.
void AtenWalk::overwrite(const AtenCall& call, const std::string& label, const Wire& with) {
  const Held held = values_.at(label);
  refuse_fixed(call, label, held.storage);
  invalidate(call, held);
  const std::optional<Wire> whole = written(call, held, with);
  if (whole)
    wholes_[held.storage] = *whole;
  else
    wholes_.erase(held.storage);
  for (const std::string& other : shared_[held.storage]) {
    Held& view = values_.at(other);
    if (view.storage != held.storage) continue;
    if (whole && view.is_view)
      view.value = part_of(*whole, view.path.get());
    else if (is_unchanged(view.value, held.value))
      view.value = with;
    else
      view.changed_by = call.node;
  }
}

}  // namespace models
