// The order of an ONNX graph's nodes, and what makes it impossible.
#include "onnx_order.h"

#include <map>
#include <queue>
#include <set>

#include "mase/text.h"

namespace models::onnx {

namespace {

using Nodes = google::protobuf::RepeatedPtrField<proto::NodeProto>;
using Makers = std::map<std::string, int>;

std::string called(const proto::NodeProto& node) {
  std::string name = node.name();
  for (const auto& output : node.output())
    if (name.empty()) name = output;
  return name.empty() ? node.op_type() : name;
}

// What a node uses: its inputs, and what graphs inside of it take from around them.
void used_by(const proto::NodeProto& node, std::set<std::string>& names, int depth = 0) {
  if (depth > 32) throw mase::Error("graphs are nested too deep");
  for (const auto& input : node.input())
    if (!input.empty()) names.insert(input);
  const auto inside = [&](const proto::GraphProto& graph) {
    std::set<std::string> own, used;
    for (const auto& t : graph.initializer()) own.insert(t.name());
    for (const auto& i : graph.input()) own.insert(i.name());
    for (const auto& n : graph.node()) {
      used_by(n, used, depth + 1);
      own.insert(n.output().begin(), n.output().end());
    }
    for (const auto& o : graph.output()) used.insert(o.name());
    for (const std::string& name : used)
      if (!own.contains(name)) names.insert(name);
  };
  for (const auto& a : node.attribute()) {
    if (a.has_g()) inside(a.g());
    for (const auto& g : a.graphs()) inside(g);
  }
}

Makers makers_of(const Nodes& nodes, const std::function<bool(const std::string&)>& is_known) {
  Makers makers;
  for (int i = 0; i < nodes.size(); ++i)
    for (const auto& output : nodes[i].output()) {
      if (output.empty()) continue;
      if (is_known(output))
        throw mase::Error(
            mase::format("node '{}' makes '{}', which is an input or a tensor of the graph", called(nodes[i]), output));
      const auto [other, is_new] = makers.emplace(output, i);
      if (!is_new)
        throw mase::Error(
            mase::format("nodes '{}' and '{}' both make '{}'", called(nodes[other->second]), called(nodes[i]), output));
    }
  return makers;
}

[[noreturn]] void dangling(const proto::NodeProto& node, const std::string& name, const Makers& makers) {
  mase::NameList names;
  for (const auto& [key, maker] : makers) names.add(key);
  throw mase::Error(
      mase::format("node '{}' uses '{}', which nothing makes{}", called(node), name, mase::did_you_mean(name, names)));
}

[[noreturn]] void cycle(const Nodes& nodes, const std::vector<int>& missing) {
  std::string text;
  int shown = 0;
  for (int i = 0; i < nodes.size() && shown < 5; ++i)
    if (missing[static_cast<size_t>(i)] > 0) text += mase::format("{}'{}'", shown++ ? ", " : "", called(nodes[i]));
  throw mase::Error(mase::format("the graph has a cycle: {} need each other's results", text));
}

}  // namespace

std::vector<const proto::NodeProto*> in_order(const Nodes& nodes,
                                              const std::function<bool(const std::string&)>& is_known) {
  const Makers makers = makers_of(nodes, is_known);
  const auto count = static_cast<size_t>(nodes.size());
  std::vector<std::vector<int>> users(count);
  std::vector<int> missing(count, 0);
  for (int i = 0; i < nodes.size(); ++i) {
    std::set<std::string> names;
    used_by(nodes[i], names);
    for (const std::string& name : names) {
      if (is_known(name)) continue;
      const auto maker = makers.find(name);
      if (maker == makers.end()) dangling(nodes[i], name, makers);
      users[static_cast<size_t>(maker->second)].push_back(i), ++missing[static_cast<size_t>(i)];
    }
  }
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;  // the first of the file first
  for (int i = 0; i < nodes.size(); ++i)
    if (missing[static_cast<size_t>(i)] == 0) ready.push(i);
  std::vector<const proto::NodeProto*> order;
  while (!ready.empty()) {
    const int next = ready.top();
    ready.pop(), order.push_back(&nodes[next]);
    for (const int user : users[static_cast<size_t>(next)])
      if (--missing[static_cast<size_t>(user)] == 0) ready.push(user);
  }
  if (order.size() != count) cycle(nodes, missing);
  return order;
}

}  // namespace models::onnx
