// JSON in and out of Values: writing by hand keeps the order and the shortest round-trip numbers,
// reading goes through nlohmann's SAX interface, which counts places for us.
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "json_entries.h"
#include "mase/value.h"

namespace mase {
namespace {

void write_string(std::string& out, std::string_view s) {
  // Invalid UTF-8 becomes U+FFFD instead of an exception.
  out += nlohmann::json(s).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write_number(std::string& out, double v) {
  if (!std::isfinite(v)) {
    out += std::isnan(v) ? "\"nan\"" : v > 0 ? "\"inf\"" : "\"-inf\"";
    return;
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, v).ptr;
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  out += text;
  if (text.find_first_of(".e") == text.npos) out += ".0";  // stays a real when read again
}

void newline(std::string& out, int indent, int depth) {
  if (indent < 0) return;
  out += '\n';
  out.append(static_cast<size_t>(indent) * static_cast<size_t>(depth), ' ');
}

void write(std::string& out, const Value& v, int indent, int depth);

void write_list(std::string& out, const List& list, int indent, int depth) {
  out += '[';
  bool first = true;
  for (const Value& item : list) {
    if (!first) out += indent < 0 ? "," : ", ";
    first = false;
    // A list of scalars stays on one line: shapes and precisions are read by people.
    write(out, item, item.is_map() || item.is_list() ? indent : -1, depth + 1);
  }
  out += ']';
}

void write_map(std::string& out, const Map& map, int indent, int depth) {
  out += '{';
  bool first = true;
  for (const Entry& e : map) {
    if (!first) out += ',';
    first = false;
    newline(out, indent, depth + 1);
    write_string(out, e.key);
    out += indent < 0 ? ":" : ": ";
    write(out, e.value, indent, depth + 1);
  }
  if (!map.empty()) newline(out, indent, depth);
  out += '}';
}

void write(std::string& out, const Value& v, int indent, int depth) {
  switch (v.type()) {
    case Value::Type::null:
      out += "null";
      return;
    case Value::Type::boolean:
      out += v.as_bool() ? "true" : "false";
      return;
    case Value::Type::integer:
      out += std::to_string(v.as_int());
      return;
    case Value::Type::real:
      write_number(out, v.as_double());
      return;
    case Value::Type::string:
      write_string(out, v.as_string());
      return;
    case Value::Type::list:
      write_list(out, v.as_list(), indent, depth);
      return;
    case Value::Type::map:
      write_map(out, v.as_map(), indent, depth);
      return;
  }
}

// Builds a Value and stops at a depth that no honest file reaches, before any stack is in danger.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(std::string_view file, size_t most_values = SIZE_MAX) : file_(file), most_values_(most_values) {}
  bool null() override { return put(Value()); }
  bool boolean(bool v) override { return put(v); }
  bool number_integer(number_integer_t v) override { return put(v); }
  bool number_unsigned(number_unsigned_t v) override {
    if (v > static_cast<uint64_t>(INT64_MAX)) return put(static_cast<double>(v));
    return put(static_cast<int64_t>(v));
  }
  bool number_float(number_float_t v, const string_t&) override { return put(v); }
  bool string(string_t& v) override { return put(Value(std::move(v))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Value(Map{})); }
  bool key(string_t& k) override {
    if (stack_.back()->as_map().find(k)) throw Error("duplicate key '" + k + "'", Loc{file_, 0, 0});
    key_ = k;
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Value(List{})); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::json::exception& e) override {
    std::string what = e.what();
    if (const size_t colon = what.find("parse error"); colon != what.npos) what = what.substr(colon);
    throw Error("not valid JSON at byte " + std::to_string(at) + ": " + what, Loc{file_, 0, 0});
  }
  bool put(Value v) {
    place(std::move(v));
    return true;
  }
  bool is_open() const { return !stack_.empty(); }  // within a list or a map
  Value result;

 private:
  static constexpr size_t kDeepest = 200;
  Value* place(Value v) {
    if (stack_.empty()) {
      values_ = 0;
      result = std::move(v);
      return &result;
    }
    if (++values_ > most_values_)
      throw Error("an entry of more than " + std::to_string(most_values_) + " values", Loc{file_, 0, 0});
    if (stack_.back()->is_list()) return &stack_.back()->as_list().emplace_back(std::move(v));
    Value& slot = stack_.back()->as_map()[key_];
    slot = std::move(v);
    return &slot;
  }
  bool open(Value v) {
    if (stack_.size() >= kDeepest) throw Error("JSON nested deeper than " + std::to_string(kDeepest), Loc{file_, 0, 0});
    stack_.push_back(place(std::move(v)));
    return true;
  }
  bool close() {
    stack_.pop_back();
    return true;
  }
  std::string_view file_;
  size_t most_values_, values_ = 0;
  std::string key_;
  std::vector<Value*> stack_;  // only ends grow while an inner value is open, so addresses hold
};

// A Builder for each value of the outermost map in turn.
class EntryReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  using Take = std::function<void(const std::string& key, const Value& value)>;
  EntryReader(std::string_view file, const Take& take) : file_(file), builder_(file, kMostValues), take_(take) {}
  bool null() override { return put(Value()); }
  bool boolean(bool v) override { return put(v); }
  bool number_integer(number_integer_t v) override { return builder_.number_integer(v) && done(); }
  bool number_unsigned(number_unsigned_t v) override { return builder_.number_unsigned(v) && done(); }
  bool number_float(number_float_t v, const string_t& text) override {
    return builder_.number_float(v, text) && done();
  }
  bool string(string_t& v) override { return builder_.string(v) && done(); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t n) override {
    if (is_map_ || builder_.is_open()) return builder_.start_object(n);
    return is_map_ = true;
  }
  bool key(string_t& k) override {
    if (builder_.is_open()) return builder_.key(k);
    if (!keys_.insert(k).second) throw Error("duplicate key '" + k + "'", Loc{file_, 0, 0});
    key_ = k;
    return true;
  }
  bool end_object() override { return !builder_.is_open() || (builder_.end_object() && done()); }
  bool start_array(std::size_t n) override { return builder_.start_array(n); }
  bool end_array() override { return builder_.end_array() && done(); }
  bool parse_error(std::size_t at, const std::string& token, const nlohmann::json::exception& e) override {
    return builder_.parse_error(at, token, e);
  }
  // What stands in place of the outermost map.
  const Value& other() const { return builder_.result; }
  bool is_map() const { return is_map_; }

 private:
  bool put(Value v) { return builder_.put(std::move(v)) && done(); }
  bool done() {
    if (is_map_ && !builder_.is_open()) take_(key_, builder_.result);
    return true;
  }
  static constexpr size_t kMostValues = 100'000;  // of one entry
  std::string_view file_;
  Builder builder_;
  const Take& take_;
  std::string key_;
  std::unordered_set<std::string> keys_;
  bool is_map_ = false;
};

}  // namespace

std::string Value::json(int indent) const {
  std::string out;
  write(out, *this, indent, 0);
  return out;
}

Value Value::parse_json(std::string_view text, std::string_view file) {
  Builder builder(Loc::intern(file));
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder.result);
}

void parse_json_entries(std::string_view text, std::string_view file,
                        const std::function<void(const std::string& key, const Value& value)>& take) {
  EntryReader reader(Loc::intern(file), take);
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  if (!reader.is_map())
    throw Error("the header is " + reader.other().brief() + ", expected a map", Loc{Loc::intern(file)});
}

}  // namespace mase
