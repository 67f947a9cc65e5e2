// Selection: every key of `where` is one test; a node is selected when it passes all of them.
#include "run/select.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <functional>
#include <map>
#include <regex>

#include "mase/text.h"

namespace mase {
namespace {

using Test = std::function<bool(const Node&)>;

const std::vector<std::string>& keys() {
  static const std::vector<std::string> keys = {"op", "op_kind", "name", "regex", "index", "square", "not"};
  return keys;
}

// A scalar stands for a list of one.
std::vector<std::string> words(const Value& v) {
  std::vector<std::string> words;
  if (v.is_string()) return {v.as_string()};
  for (const Value& item : v.as_list()) words.push_back(item.as_string());
  return words;
}

std::regex pattern(const Value& v, const std::string& text) {
  constexpr size_t kLongest = 500;  // the standard library's matcher recurses
  if (text.size() > kLongest) throw Error("the regular expression is too long", v.loc);
  try {
    return std::regex(text, std::regex::ECMAScript);
  } catch (const std::regex_error& e) {
    throw Error(format("'{}' is not a regular expression: {}", text, e.what()), v.loc);
  }
}

bool is_square(const Node& node) {
  const Parameter* weight = node.param("weight");
  if (!weight || !node.graph().has_tensor(weight->key)) return false;
  const at::Tensor& w = node.graph().tensor(weight->key);
  return w.dim() >= 2 && w.size(0) == w.size(1);
}

Test any_word(const Value& v, std::function<bool(const Node&, const std::string&)> equal) {
  return [list = words(v), equal = std::move(equal)](const Node& node) {
    return std::any_of(list.begin(), list.end(), [&](const std::string& word) { return equal(node, word); });
  };
}

Test op_kind_test(const Value& v) {
  const auto& names = EnumNames<OpKind>::names();
  for (const std::string& word : words(v))
    if (std::find(names.begin(), names.end(), word) == names.end())
      throw Error(format("no op_kind '{}'{}", word, did_you_mean(word, NameList(names))), v.loc);
  return any_word(
      v, [&names](const Node& n, const std::string& w) { return names.at(static_cast<size_t>(n.op_kind)) == w; });
}

Test regex_test(const Value& v) {
  std::vector<std::regex> patterns;
  for (const std::string& word : words(v)) patterns.push_back(pattern(v, word));
  return [patterns = std::move(patterns)](const Node& n) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::regex& p) {
      return std::regex_match(n.name, p) || std::regex_match(n.target, p);
    });
  };
}

Test all_of(const Value& where);

Test not_test(const Value& v) {
  std::vector<Test> tests;
  if (v.is_list())
    for (const Value& item : v.as_list()) tests.push_back(all_of(item));
  else
    tests.push_back(all_of(v));
  return [tests = std::move(tests)](const Node& n) {
    return std::none_of(tests.begin(), tests.end(), [&](const Test& t) { return t(n); });
  };
}

Test make_test(const std::string& key, const Value& v) {
  if (key == "op")
    return any_word(v, [](const Node& n, const std::string& w) { return n.mase_op == w || n.op.name() == w; });
  if (key == "op_kind") return op_kind_test(v);
  if (key == "name")
    return any_word(v, [](const Node& n, const std::string& w) { return n.name == w || n.target == w; });
  if (key == "regex") return regex_test(v);
  if (key == "square") return [want = v.as_bool()](const Node& n) { return is_square(n) == want; };
  return not_test(v);
}

Test all_of(const Value& where) {
  std::vector<Test> tests;
  for (const Entry& e : where.as_map()) {
    if (std::find(keys().begin(), keys().end(), e.key) == keys().end())
      throw Error(format("unknown key '{}' in where{}", e.key, did_you_mean(e.key, NameList(keys()))), e.key_loc);
    if (e.key != "index") tests.push_back(make_test(e.key, e.value));
  }
  return [tests = std::move(tests)](const Node& n) {
    return std::all_of(tests.begin(), tests.end(), [&](const Test& t) { return t(n); });
  };
}

// "linear (5), relu (4)", most frequent first.
std::string what_exists(const Graph& graph) {
  std::map<std::string, int> counts;
  for (const Node* n : graph.nodes()) ++counts[n->mase_op];
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (const auto& [op, count] : sorted) text += format("{}{} ({})", text.empty() ? "" : ", ", op, count);
  return text;
}

std::string nearest(const Graph& graph, const Value& where) {
  for (const Entry& e : where.as_map()) {
    if (e.key != "op" && e.key != "name") continue;
    NameList names;
    for (const Node* n : graph.nodes()) names.add(e.key == "op" ? n->mase_op : n->name);
    for (const std::string& word : words(e.value))
      if (const std::string near = did_you_mean(word, names); !near.empty()) return near;
  }
  return {};
}

std::string name_some(const Graph& graph) {
  constexpr size_t kShown = 12;
  std::string text;
  for (size_t i = 0; i < graph.nodes().size() && i < kShown; ++i) text += (i ? ", " : "") + graph.nodes()[i]->name;
  return graph.nodes().size() > kShown ? text + ", ..." : text;
}

std::vector<Node*> at_indices(const std::vector<Node*>& nodes, const Value& index) {
  List list = index.is_list() ? index.as_list() : List{index};
  std::vector<bool> wanted(nodes.size());
  const auto count = static_cast<int64_t>(nodes.size());
  for (const Value& v : list) {
    const int64_t i = v.as_int() < 0 ? v.as_int() + count : v.as_int();
    if (i < 0 || i >= count)
      throw Error(format("index {} is out of range, {} nodes match", v.as_int(), count), v.loc ? v.loc : index.loc);
    wanted[static_cast<size_t>(i)] = true;
  }
  std::vector<Node*> chosen;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (wanted[i]) chosen.push_back(nodes[i]);
  return chosen;
}

}  // namespace

std::vector<Node*> select_nodes(const Graph& graph, const Value& where, bool may_be_empty) {
  if (where.is_null()) return graph.nodes();
  const Test test = all_of(where);
  std::vector<Node*> nodes;
  for (Node* n : graph.nodes())
    if (test(*n)) nodes.push_back(n);
  const Value* index = where.as_map().find("index");
  if (index && !(nodes.empty() && may_be_empty)) nodes = at_indices(nodes, *index);
  if (nodes.empty() && !may_be_empty)
    throw Error(format("{} selects no node{}", where.brief(), nearest(graph, where)), where.loc,
                format("the model has {}: {}; if_missing: skip allows an empty selection", what_exists(graph),
                       name_some(graph)));
  return nodes;
}

Problems check_where(const Value& where) {
  Problems problems;
  if (where.is_null()) return problems;
  for (const Entry& e : where.as_map()) {
    try {
      all_of(Value(Map{{e.key, e.value}}));
      if (e.key == "index")
        for (const Value& v : e.value.is_list() ? e.value.as_list() : List{e.value}) v.as_int();
    } catch (const Error& error) {
      problems.emplace_back(error.message(), error.loc() ? error.loc() : e.key_loc, error.hint());
    }
  }
  return problems;
}

}  // namespace mase
