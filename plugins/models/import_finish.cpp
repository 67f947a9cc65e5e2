// ImportBuilder: the outputs of the graph, and everything before them that they need.
#include <algorithm>

#include "import.h"
#include "mase/text.h"

namespace models {

namespace {

// What a message lists in full: nobody reads the thousandth name.
constexpr size_t kMostNames = 20, kMostNodes = 8, kMostKinds = 100;

std::string joined(const std::vector<std::string>& names, size_t most = kMostNames) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), most); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > most ? mase::format("{} and {} more", text, names.size() - most) : text;
}

}  // namespace

void ImportBuilder::output(const std::string& output, const Wire& wire) {
  outputs_.emplace_back(output, wire);
  name(output, wire);
}

void ImportBuilder::check_unknown(const std::string& what) const {
  if (unknown_.empty()) return;
  std::vector<std::string> kinds;
  size_t count = 0;
  for (const auto& [kind, nodes] : unknown_) {
    const auto& [op, why] = kind;
    count += nodes.size();
    std::vector<std::string> names;
    for (const std::string& node : nodes) names.push_back(mase::format("'{}'", node));
    kinds.push_back(mase::format("{} ({} {}{}{})", op, nodes.size() == 1 ? "node" : "nodes", joined(names, kMostNodes),
                                 why.empty() ? "" : ": ", why));
  }
  throw mase::Error(mase::format("'{}': {} of its {} operators cannot be read: {}", fields_.file.name, count, what,
                                 joined(kinds, kMostKinds)),
                    fields_.file.loc, "docs/models.md tells how a plugin adds an operator");
}

// The results that the recipe asks for, or every output that does not need an input that was left out.
std::vector<std::pair<std::string, Wire>> ImportBuilder::wanted_outputs(const std::string& what) const {
  std::vector<std::pair<std::string, Wire>> wanted;
  for (const std::string& name : fields_.outputs) {
    const auto found = named_.find(name);
    if (found == named_.end()) {
      mase::NameList names;
      for (const auto& [key, wire] : named_) names.add(key);
      std::vector<std::string> outputs;
      for (const auto& output : outputs_) outputs.push_back(output.first);
      throw mase::Error(
          mase::format("'{}' has no output or node '{}'{}", fields_.file.name, name, mase::did_you_mean(name, names)),
          fields_.file.loc, mase::format("outputs of the file: {}", joined(outputs)));
    }
    if (found->second.absent())
      throw mase::Error(mase::format("'{}': output '{}' needs an input that is left out: {}", fields_.file.name, name,
                                     joined(left_out_)),
                        fields_.file.loc, "name it in `inputs`, or give it a value in `constants`");
    wanted.push_back(*found);
  }
  const auto& needed = wanted.empty() ? outputs_ : wanted;
  if (std::any_of(needed.begin(), needed.end(),
                  [](const auto& output) { return output.second.state == Wire::State::unknown; }))
    check_unknown(what);
  if (wanted.empty())
    std::copy_if(outputs_.begin(), outputs_.end(), std::back_inserter(wanted),
                 [](const auto& output) { return output.second.usable(); });
  if (wanted.empty())
    throw mase::Error(mase::format("'{}' has no output that does without the inputs left out: {}", fields_.file.name,
                                   joined(left_out_)),
                      fields_.file.loc, "name more of them in `inputs`, or give them values in `constants`");
  return wanted;
}

mase::Graph ImportBuilder::finish(const std::string& what) {
  if (is_lost_) check_unknown(what);
  const auto wanted = wanted_outputs(what);
  std::vector<mase::Argument> results;
  mase::List names;
  for (const auto& [name, wire] : wanted) {
    results.push_back(wire.known() && wire.rank() == 0 ? constant(name, wire.trace[0].reshape({1}), wire.key)
                                                       : argument(name, wire));
    names.push_back(name);
  }
  graph_.meta.set("outputs", names);
  if (!any_batch_ && like_) graph_.meta.set("batch_size", batch_[0]);
  mase::add_output(graph_, std::move(results));
  drop_unused();
  for (const mase::Node* node : graph_.inputs())
    if (hidden_.contains(node))
      throw mase::Error(mase::format("'{}': input '{}' is left out, but needed", fields_.file.name, node->target),
                        fields_.file.loc, "name it in `inputs`, or give it a value in `constants`");
  for (const mase::Node* node : graph_.nodes())
    if (doubtful_.contains(node))
      throw OneBatchOnly{mase::format("node '{}' takes a 0, which may be the number of the only sample", node->name)};
  simplify(graph_, sizes_);
  drop_unused();
  return std::move(graph_);
}

void ImportBuilder::drop_unused() {
  graph_.eliminate_dead_code();
  for (mase::Node* input : graph_.inputs())
    if (input->users().empty() && hidden_.contains(input)) graph_.erase(*input);
  std::set<std::string> used;
  for (const mase::Node* node : graph_.nodes())
    for (const mase::Parameter& p : node->params) used.insert(p.key);
  for (const std::string& key : graph_.tensor_keys())
    if (!used.contains(key)) graph_.erase_tensor(key);
  // A parameter has its own name again where nothing else has it any more.
  for (const auto& [key, other] : stored_as_) {
    if (graph_.has_tensor(key) || !graph_.has_tensor(other)) continue;
    graph_.set_tensor(key, graph_.tensor(other));
    for (mase::Node* node : graph_.nodes())
      for (mase::Parameter& p : node->params)
        if (p.key == other) p.key = key;
    graph_.erase_tensor(other);
  }
}

}  // namespace models
