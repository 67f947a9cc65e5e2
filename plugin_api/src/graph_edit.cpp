// Graph: adding, changing and erasing nodes. Places and users follow each change.
#include <algorithm>
#include <cctype>
#include <iterator>

#include "graph_data.h"
#include "mase/text.h"

namespace mase {
namespace {

std::string as_identifier(std::string name) {
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') c = '_';
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) name.insert(0, "_");
  return name;
}

bool stands_before(const Node* a, const Node* b) { return a->index() < b->index(); }

// Users stand in graph order, each once.
void add_user(std::vector<Node*>& users, Node* user) {
  if (users.empty() || stands_before(users.back(), user)) return users.push_back(user);
  const auto place = std::lower_bound(users.begin(), users.end(), user, stands_before);
  if (*place != user) users.insert(place, user);
}

bool uses(const Node& node, const Node& used) {
  return std::any_of(node.args.begin(), node.args.end(), [&](const Argument& arg) { return arg.node == &used; });
}

}  // namespace

Node& Graph::add(OpKind kind, std::string name, Chosen op, std::vector<Argument> args) {
  size_t index = nodes_.size();
  if (kind != OpKind::output && index && nodes_.back()->op_kind == OpKind::output) --index;
  return place(index, kind, std::move(name), std::move(op), std::move(args));
}

Node& Graph::insert_before(Node& node, OpKind kind, std::string name, Chosen op, std::vector<Argument> args) {
  return place(data_->place_of(*this, node), kind, std::move(name), std::move(op), std::move(args));
}

Node& Graph::insert_after(Node& node, OpKind kind, std::string name, Chosen op, std::vector<Argument> args) {
  return place(data_->place_of(*this, node) + 1, kind, std::move(name), std::move(op), std::move(args));
}

void Graph::Data::check_args(const Graph& graph, const std::vector<Argument>& args, const std::string& name,
                             size_t index) {
  for (size_t i = 0; i < args.size(); ++i) {
    const Node* node = args[i].node;
    if (!node) continue;
    if (node->graph_ != &graph) throw Error(format("argument {} of node '{}' is a node of another graph", i, name));
    if (node->index_ >= index)
      throw Error(format("argument {} of node '{}' is '{}', which does not stand before it", i, name, node->name));
  }
}

size_t Graph::Data::place_of(const Graph& graph, const Node& node) {
  if (node.index_ >= graph.nodes_.size() || graph.nodes_[node.index_] != &node)
    throw Error("node '" + node.name + "' is not in graph '" + graph.name + "'");
  return node.index_;
}

std::string Graph::Data::unused_name(const Graph& graph, const std::string& base) {
  const auto taken = [&](const std::string& name) {
    return std::any_of(graph.nodes_.begin(), graph.nodes_.end(), [&](const Node* n) { return n->name == name; });
  };
  if (!taken(base)) return base;
  for (int& i = ++suffixes[base];; ++i)
    if (std::string name = base + "_" + std::to_string(i); !taken(name)) return name;
}

Node& Graph::place(size_t index, OpKind kind, std::string name, Chosen op, std::vector<Argument> args) {
  Data::check_args(*this, args, name, index);
  auto owned = std::make_unique<Node>();
  Node& node = *owned;
  node.name = data_->unused_name(*this, as_identifier(std::move(name)));
  node.op_kind = kind, node.target = node.name;
  node.op = std::move(op), node.args = std::move(args);
  node.mase_op = node.op                       ? std::string(node.op.short_name())
                 : kind == OpKind::placeholder ? "placeholder"
                 : kind == OpKind::output      ? "output"
                 : kind == OpKind::get_attr    ? "constant"
                                               : "";
  node.graph_ = this, node.index_ = index;
  data_->nodes.push_back(std::move(owned));
  nodes_.insert(nodes_.begin() + static_cast<std::ptrdiff_t>(index), &node);
  Data::number(*this, index);
  Data::add_uses(node);
  return node;
}

void Graph::Data::number(Graph& graph, size_t first) {
  for (size_t i = first; i < graph.nodes_.size(); ++i) graph.nodes_[i]->index_ = i;
}

void Graph::Data::add_uses(Node& node) {
  for (const Argument& arg : node.args)
    if (arg.node) add_user(arg.node->users_, &node);
}

void Graph::Data::drop_uses(Node& node) {
  for (const Argument& arg : node.args)
    if (arg.node) std::erase(arg.node->users_, &node);
}

void Graph::set_args(Node& node, std::vector<Argument> args) {
  Data::check_args(*this, args, node.name, Data::place_of(*this, node));
  Data::drop_uses(node);
  node.args = std::move(args);
  Data::add_uses(node);
}

void Graph::set_argument(Node& node, size_t index, Argument argument) {
  if (index >= node.args.size())
    throw Error(format("node '{}' has {} arguments, there is no argument {}", node.name, node.args.size(), index));
  std::vector<Argument> args = node.args;
  args[index] = std::move(argument);
  set_args(node, std::move(args));
}

void Graph::replace_all_uses(Node& old, Node& with) {
  Data::place_of(*this, old), Data::place_of(*this, with);
  if (&old == &with) return;
  for (Node* user : old.users_)
    if (user != &with && user->index_ <= with.index_)
      throw Error(format("'{}' cannot replace '{}' in '{}', which stands before it", with.name, old.name, user->name));
  const bool keeps_its_use = uses(with, old);
  for (Node* user : old.users_) {
    if (user == &with) continue;
    for (Argument& arg : user->args)
      if (arg.node == &old) arg.node = &with;
    add_user(with.users_, user);
  }
  old.users_.assign(keeps_its_use ? 1 : 0, &with);
}

void Graph::erase(Node& node) {
  const size_t index = Data::place_of(*this, node);
  std::vector<Node*> users;
  for (Node* other : nodes_) {  // a plugin may have written args by hand
    if (uses(*other, node)) users.push_back(other);
    std::erase(other->users_, &node);
  }
  if (!users.empty()) {
    node.users_ = users, Data::add_uses(node);
    throw Error(format("node '{}' cannot be erased: it is used by {}", node.name, names_of(users)), {},
                "give its users another argument first, with replace_all_uses()");
  }
  nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(index));
  Data::number(*this, index);
  std::erase_if(data_->nodes, [&](const auto& owned) { return owned.get() == &node; });
  data_->suffixes.clear();
}

bool Graph::eliminate_dead_code() {
  std::vector<bool> live(nodes_.size());
  for (size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = *nodes_[i];
    if (node.op_kind == OpKind::placeholder || node.op_kind == OpKind::output) live[i] = true;
    if (!live[i]) continue;
    for (const Argument& arg : node.args)
      if (arg.node && arg.node->index_ < i) live[arg.node->index_] = true;
  }
  if (std::find(live.begin(), live.end(), false) == live.end()) return false;
  const auto is_dead = [&](const Node* node) { return !live[node->index_]; };
  for (Node* node : nodes_) std::erase_if(node->users_, is_dead);
  std::erase_if(nodes_, is_dead);
  std::erase_if(data_->nodes, [&](const auto& owned) { return is_dead(owned.get()); });
  Data::number(*this, 0);
  data_->suffixes.clear();
  return true;
}

}  // namespace mase
