// yaml-cpp's events to Values: keys once, one document, no tags, bounded size, every place its own.
#include "yaml_builder.h"

#include <algorithm>

#include "mase/text.h"
#include "yaml.h"

namespace mase {
namespace {

constexpr size_t kMostNodes = 200000;  // aliases counted as often as they are used
constexpr size_t kDeepest = 100;
constexpr size_t kMostKeys = 10000;  // of one map

bool starts_with_null(std::string_view text) {
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (text.substr(0, word.size()) != word) continue;
    const size_t next = text.find_first_not_of(" \t", word.size());
    return next == std::string_view::npos || text[next] != ':';  // `null:` is the next key
  }
  return false;
}

// The dash of an empty list entry: the last thing before `at` but comments.
std::optional<size_t> dash_before(const Source& source, size_t at) {
  while (at > 0) {
    const size_t start = source.line_start(at);
    std::string_view line = source.text().substr(start, at - start);
    if (const size_t comment = line.find(" #"); comment != std::string_view::npos) line = line.substr(0, comment);
    if (line.substr(0, 1) == "#") line = {};
    const size_t last = line.find_last_not_of(" \t\r\n");
    if (last != std::string_view::npos) return line[last] == '-' ? std::optional(start + last) : std::nullopt;
    if (start == 0) break;
    at = start - 1;
  }
  return std::nullopt;
}

size_t depth_of(const Value& v) {
  size_t deepest = 0;
  if (v.is_list())
    for (const Value& item : v.as_list()) deepest = std::max(deepest, depth_of(item));
  if (v.is_map())
    for (const Entry& e : v.as_map()) deepest = std::max(deepest, depth_of(e.value));
  return deepest + (v.is_list() || v.is_map());
}

}  // namespace

void YamlBuilder::problem(std::string message, const Loc& loc, std::string hint) {
  problems_.emplace_back(std::move(message), loc, std::move(hint));
}

size_t YamlBuilder::position(const YAML::Mark& mark) const { return mark.pos < 0 ? 0 : static_cast<size_t>(mark.pos); }

void YamlBuilder::count(size_t nodes, const Loc& loc) {
  nodes_ += nodes;
  if (nodes_ <= kMostNodes) return;
  problem(format("more than {} values, aliases counted as often as they are used", kMostNodes), loc,
          "data belongs in files that the recipe names");
  throw YamlStop{};
}

void YamlBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (seen_) {
    problem("a second document; a recipe is one document", source_.at(position(mark)),
            "remove the '---' or '...' before it");
    throw YamlStop{};
  }
  seen_ = true;
}

bool YamlBuilder::expects_key() const {
  return !frames_.empty() && frames_.back().value.is_map() && !frames_.back().have_key;
}

// yaml-cpp takes a tab before a value on its own line for a space.
void YamlBuilder::check_tab(const YAML::Mark& mark) {
  if (!frames_.empty() && frames_.back().flow) return;
  const size_t start = source_.line_start(position(mark));
  const std::string_view line = source_.text().substr(start);
  const size_t lead = std::min(line.find_first_not_of(" \t"), line.size());
  const size_t tab = line.substr(0, lead).find('\t');
  if (tab != std::string_view::npos && start + lead == position(mark))
    problem("a tab in the indentation", source_.at(start + tab), "indent with spaces");
}

void YamlBuilder::refuse_tag(const std::string& tag, const YAML::Mark& mark, bool quoted) {
  if (tag.empty() || tag == "?" || (tag == "!" && (quoted || source_.byte(position(mark)) != '!'))) return;
  size_t at = position(mark);  // an anchor may stand before the tag
  const std::string_view rest = source_.text().substr(std::min(at, source_.text().size()), 200);
  if (const size_t bang = rest.find('!'); rest.substr(0, 1) == "&" && bang != std::string_view::npos) at += bang;
  const std::string_view written = source_.text().substr(at);
  const size_t end = std::min(written.find_first_of(" \t\r\n,[]{}"), size_t{40});
  problem(format("the tag '{}'; recipes have no tags", std::string(written.substr(0, end))), source_.at(at),
          "write a string in quotes, a number without");
}

// The closing quote must be there: yaml-cpp takes the end of the file for one.
void YamlBuilder::check_quote(size_t at) {
  const std::string_view text = source_.text();
  while (at < text.size() && text[at] == '&')
    at = std::min(text.find_first_not_of(" \t\r\n", text.find_first_of(" \t\r\n", at)), text.size());
  const char quote = at < text.size() ? text[at] : '\0';
  if (quote != '"' && quote != '\'') return;  // a block scalar
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != '\'') return;
      ++i;
    }
  }
  problem("this quote is never closed", source_.at(at));
}

void YamlBuilder::bad_key(const YAML::Mark& mark, const char* what) {
  Frame& f = frames_.back();
  f.key_loc = source_.at(position(mark));
  f.have_key = f.skip = true;
  if (what) problem(format("{} as a key; keys are words", what), f.key_loc);
}

void YamlBuilder::key(const std::string& text, const YAML::Mark& mark, bool quoted) {
  Frame& f = frames_.back();
  f.key = text;
  f.key_loc = source_.at(position(mark));
  f.have_key = true;
  f.skip = false;
  if (!quoted && text == "<<") {
    problem("'<<' is no merge key in YAML 1.2", f.key_loc, "write the entries out, or give them a name under params");
    f.skip = true;
    return;
  }
  const auto [it, fresh] = f.keys.emplace(text, f.key_loc);
  if (!fresh) {
    problem(format("the key '{}' is already given in line {}", text, it->second.line), f.key_loc);
    f.skip = true;
  } else if (f.keys.size() > kMostKeys) {
    problem(format("a map of more than {} keys", kMostKeys), f.key_loc);
    throw YamlStop{};
  }
}

void YamlBuilder::add(Value value, size_t nodes, YAML::anchor_t anchor) {
  if (anchor) anchors_[anchor] = {value, nodes, depth_of(value), true};
  if (frames_.empty()) {
    root_ = std::move(value);
    return;
  }
  Frame& f = frames_.back();
  f.nodes += nodes;
  if (f.value.is_list()) {
    f.value.as_list().push_back(std::move(value));
  } else {
    if (!f.skip) f.value.as_map().set(f.key, std::move(value), f.key_loc);
    f.have_key = f.skip = false;
  }
}

// An empty value's mark is that of whatever comes next: then the key's place is used, or the dash's.
Loc YamlBuilder::null_place(const YAML::Mark& mark, YAML::anchor_t anchor) const {
  const size_t at = std::min(position(mark), source_.text().size());
  const Loc here = source_.at(at);
  if (anchor || starts_with_null(source_.text().substr(at, 16)) || frames_.empty()) return here;
  const Frame& f = frames_.back();
  if (f.value.is_map()) return f.key_loc;
  if (f.flow) return here;
  if (const auto dash = dash_before(source_, at)) return source_.at(*dash);
  const List& items = f.value.as_list();
  return items.empty() ? f.value.loc : items.back().loc;
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (expects_key()) {
    const char first = source_.byte(position(mark));
    return bad_key(mark, first == 'n' || first == 'N' || first == '~' ? "null" : "nothing");
  }
  if (source_.byte(position(mark)) == '!') refuse_tag("!", mark, false);
  Value value;
  value.loc = null_place(mark, anchor);
  count(1, value.loc);
  add(std::move(value), 1, anchor);
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Loc here = source_.at(position(mark));
  if (expects_key()) return bad_key(mark, "an alias");
  const auto it = anchors_.find(anchor);
  if (it == anchors_.end() || !it->second.complete) {
    problem("this alias stands inside what it stands for", here);
    throw YamlStop{};
  }
  count(it->second.nodes, here);
  if (it->second.depth + frames_.size() > kDeepest) {
    problem(format("more than {} levels deep", kDeepest), here);
    throw YamlStop{};
  }
  Value value = it->second.value;
  value.loc = here;
  add(std::move(value), it->second.nodes, 0);
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& text) {
  const bool quoted = tag == "!";
  refuse_tag(tag, mark, quoted && source_.byte(position(mark)) != '!');
  if (quoted) check_quote(position(mark));
  if (expects_key()) {
    if (anchor) anchors_[anchor] = {text, 1, 0, true};
    return key(text, mark, quoted);
  }
  check_tab(mark);
  Value value = text;
  if (!quoted && !plain_scalar(text, value))
    problem(format("the number {} does not fit", text.size() > 40 ? text.substr(0, 37) + "..." : text),
            source_.at(position(mark)), "integers have 64 bits; put quotes around a string");
  value.loc = source_.at(position(mark));
  count(1, value.loc);
  add(std::move(value), 1, anchor);
}

void YamlBuilder::open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, bool flow, Value value) {
  refuse_tag(tag, mark, false);
  const bool as_key = expects_key();
  if (as_key) bad_key(mark, nullptr);  // told at its end: a bracket left open also looks like a key
  if (!as_key) check_tab(mark);
  Frame frame;
  frame.value = std::move(value);
  frame.value.loc = source_.at(position(mark));
  frame.is_key = as_key;
  frame.flow = flow || (!frames_.empty() && frames_.back().flow);
  frame.anchor = anchor;
  count(1, frame.value.loc);
  if (anchor) anchors_[anchor] = {};
  if (frames_.size() >= kDeepest) {
    problem(format("more than {} levels deep", kDeepest), frame.value.loc);
    throw YamlStop{};
  }
  frames_.push_back(std::move(frame));
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value style) {
  open(mark, tag, anchor, style == YAML::EmitterStyle::Flow, List{});
}

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style) {
  open(mark, tag, anchor, style == YAML::EmitterStyle::Flow, Map{});
}

void YamlBuilder::close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (frame.is_key) {  // the parent already has its stand-in for this key
    const bool inside = std::any_of(frames_.begin(), frames_.end(), [](const Frame& f) { return f.is_key; });
    if (!inside)
      problem(format("{} as a key; keys are words", frame.value.is_map() ? "a map" : "a list"), frame.value.loc);
    return;
  }
  add(std::move(frame.value), frame.nodes, frame.anchor);
}

}  // namespace mase
