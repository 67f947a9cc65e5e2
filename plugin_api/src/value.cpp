// Value and Map: access with errors at the value's own place.
#include "mase/value.h"

#include <algorithm>
#include <atomic>
#include <bit>

#include "mase/text.h"

namespace mase {

namespace {

constexpr size_t kSmall = 16;  // up to here, comparing keys one by one is as fast as a hash

// The slot that holds the entry with this key, or the empty one where it would stand.
uint32_t& slot_of(std::vector<uint32_t>& slots, const std::vector<Entry>& entries, std::string_view key) {
  const size_t mask = slots.size() - 1;  // a power of two, never full
  size_t at = std::hash<std::string_view>()(key) & mask;
  while (slots[at] && entries[slots[at] - 1].key != key) at = (at + 1) & mask;
  return slots[at];
}

std::unique_ptr<std::vector<uint32_t>> slots_for(const std::vector<Entry>& entries) {
  if (entries.size() <= kSmall) return nullptr;
  auto slots = std::make_unique<std::vector<uint32_t>>(std::bit_ceil(4 * entries.size()));
  for (size_t i = 0; i < entries.size(); ++i) slot_of(*slots, entries, entries[i].key) = static_cast<uint32_t>(i + 1);
  return slots;
}

}  // namespace

Map::Map() = default;
Map::Map(const Map& other) : entries_(other.entries_), slots_(slots_for(entries_)) {}
Map::Map(Map&&) noexcept = default;
Map& Map::operator=(const Map& other) { return *this = Map(other); }
Map& Map::operator=(Map&&) noexcept = default;
Map::~Map() = default;
Map::Map(std::initializer_list<std::pair<std::string, Value>> entries) {
  entries_.reserve(entries.size());
  for (const auto& [key, value] : entries) set(key, value);
}

bool Map::empty() const { return entries_.empty(); }
size_t Map::size() const { return entries_.size(); }
const Entry* Map::begin() const { return entries_.data(); }
const Entry* Map::end() const { return entries_.data() + entries_.size(); }
Entry* Map::begin() { return entries_.data(); }
Entry* Map::end() { return entries_.data() + entries_.size(); }

const Value* Map::find(std::string_view key) const {
  if (slots_) {
    const uint32_t slot = slot_of(*slots_, entries_, key);
    return slot ? &entries_[slot - 1].value : nullptr;
  }
  for (const Entry& e : entries_)
    if (e.key == key) return &e.value;
  return nullptr;
}
Value* Map::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

const Value& Map::at(std::string_view key) const {
  if (const Value* v = find(key)) return *v;
  NameList names;
  for (const Entry& e : entries_) names.add(e.key);
  throw Error("no entry '" + std::string(key) + "'" + did_you_mean(key, names));
}

Value& Map::operator[](std::string_view key) {
  if (Value* v = find(key)) return *v;
  entries_.push_back({std::string(key), {}, {}});
  if (slots_ && 2 * size() <= slots_->size())
    slot_of(*slots_, entries_, key) = static_cast<uint32_t>(size());
  else
    slots_ = slots_for(entries_);
  return entries_.back().value;
}

void Map::set(std::string key, Value value, Loc key_loc) {
  const size_t before = size();
  (*this)[key] = std::move(value);
  if (size() > before) entries_.back().key_loc = key_loc;
}

bool Map::erase(std::string_view key) {
  if (!std::erase_if(entries_, [&](const Entry& e) { return e.key == key; })) return false;
  slots_ = slots_for(entries_);
  return true;
}

bool Map::operator==(const Map& other) const {
  if (size() != other.size()) return false;
  return std::all_of(begin(), end(), [&](const Entry& e) {
    const Value* v = other.find(e.key);
    return v && *v == e.value;
  });
}

const char* Value::type_name() const {
  static constexpr const char* kNames[] = {"null",     "a boolean", "an integer", "a number",
                                           "a string", "a list",    "a map"};
  return kNames[data_.index()];
}

namespace {
[[noreturn]] void wrong_type(const Value& v, const char* expected) {
  throw Error("found " + v.brief() + ", expected " + expected, v.loc);
}
}  // namespace

bool Value::as_bool() const {
  if (!is_bool()) wrong_type(*this, "true or false");
  return std::get<bool>(data_);
}
int64_t Value::as_int() const {
  if (!is_int()) wrong_type(*this, "an integer");
  return std::get<int64_t>(data_);
}
double Value::as_double() const {
  if (is_int()) return static_cast<double>(std::get<int64_t>(data_));
  if (type() != Type::real) wrong_type(*this, "a number");
  return std::get<double>(data_);
}
const std::string& Value::as_string() const {
  if (!is_string()) wrong_type(*this, "a string");
  return std::get<std::string>(data_);
}
const List& Value::as_list() const {
  if (!is_list()) wrong_type(*this, "a list");
  return std::get<List>(data_);
}
const Map& Value::as_map() const {
  if (!is_map()) wrong_type(*this, "a map");
  return std::get<Map>(data_);
}
List& Value::as_list() { return const_cast<List&>(std::as_const(*this).as_list()); }
Map& Value::as_map() { return const_cast<Map&>(std::as_const(*this).as_map()); }

bool Value::operator==(const Value& other) const { return data_ == other.data_; }

std::string Value::brief() const {
  if (is_string()) {
    const std::string& s = as_string();
    return s.size() > 56 ? format("'{}...'", std::string_view(s).substr(0, 53)) : format("'{}'", s);
  }
  constexpr size_t kLongest = 60;
  std::string text = json();
  return text.size() > kLongest ? format("{}...", std::string_view(text).substr(0, kLongest - 3)) : text;
}

struct Chosen::Data {
  Data(std::string name, Map with, Loc loc) : name(std::move(name)), with(std::move(with)), loc(loc) {}
  Data(const Data&) = delete;
  ~Data() { delete made_key.load(); }

  // Made when first asked for and kept: a search asks for each one many times a trial, from any thread.
  const std::string& key() const {
    const std::string* key = made_key.load(std::memory_order_acquire);
    if (key) return *key;
    auto fresh = std::make_unique<const std::string>(name + Value(with).json());
    if (made_key.compare_exchange_strong(key, fresh.get(), std::memory_order_acq_rel)) return *fresh.release();
    return *key;
  }

  std::string name;
  Map with;
  Loc loc;

 private:
  mutable std::atomic<const std::string*> made_key{nullptr};
};

Chosen::Chosen(std::string name, Map with, Loc loc)
    : data_(std::make_shared<const Data>(std::move(name), std::move(with), loc)) {}

namespace {
const std::string kNoName;
const Map kNoFields;
}  // namespace

const std::string& Chosen::name() const { return data_ ? data_->name : kNoName; }
std::string_view Chosen::short_name() const {
  const std::string_view full = name();
  return full.substr(full.rfind('.') + 1);
}
const Map& Chosen::with() const { return data_ ? data_->with : kNoFields; }
Loc Chosen::loc() const { return data_ ? data_->loc : Loc{}; }
std::string Chosen::key() const { return data_ ? data_->key() : std::string(); }
bool Chosen::operator==(const Chosen& other) const {
  return data_ == other.data_ || (data_ && other.data_ && name() == other.name() && with() == other.with());
}

Value Chosen::value() const {
  if (!data_) return {};
  Map map{{"use", name()}};
  if (!with().empty()) map.set("with", with());
  Value v(std::move(map));
  v.loc = data_->loc;
  return v;
}

Chosen Chosen::from(const Value& v) {
  if (v.is_null()) return {};
  if (v.is_string()) return Chosen(v.as_string(), {}, v.loc);
  if (!v.is_map() || !v.as_map().find("use"))
    throw Error("found " + v.brief() + ", expected a component: its name or {use: name, with: {...}}", v.loc);
  for (const Entry& e : v.as_map())
    if (e.key != "use" && e.key != "with")
      throw Error("unknown key '" + e.key + "' beside 'use'" +
                      did_you_mean(e.key, NameList(std::vector<std::string>{"use", "with"})),
                  e.key_loc ? e.key_loc : v.loc, "a component's fields stand under 'with'");
  const Value& use = v.as_map().at("use");
  const Value* with = v.as_map().find("with");
  if (with && !with->is_null() && !with->is_map())
    throw Error("'with' is " + with->brief() + ", expected a map", with->loc);
  return Chosen(use.as_string(), with && with->is_map() ? with->as_map() : Map{}, use.loc ? use.loc : v.loc);
}

}  // namespace mase
