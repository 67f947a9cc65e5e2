// Graph: nodes in execution order, their users, and the checks that keep both true.
#include "graph_data.h"

#include <algorithm>
#include <cctype>
#include <unordered_set>

#include "mase/text.h"

namespace mase {
namespace {

bool identifier(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

std::string as_identifier(std::string name) {
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') c = '_';
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) name.insert(0, "_");
  return name;
}

void add_user(std::vector<Node*>& users, Node* user) {
  // Users arrive in graph order, so a repeated one is the last.
  if (users.empty() || users.back() != user) users.push_back(user);
}

std::string names_of(const std::vector<Node*>& nodes) {
  std::string text;
  for (const Node* node : nodes) text += (text.empty() ? "" : ", ") + node->name;
  return text;
}

}  // namespace

const std::vector<std::string>& EnumNames<OpKind>::names() {
  static const std::vector<std::string> kNames{"placeholder", "get_attr",    "call_function",
                                               "call_module", "call_method", "output"};
  return kNames;
}

const Parameter* Node::param(std::string_view name) const {
  for (const Parameter& p : params)
    if (p.name == name) return &p;
  return nullptr;
}

Graph::Graph(std::string name) : name(std::move(name)), data_(std::make_unique<Data>()) {}
Graph::~Graph() = default;

Graph::Graph(Graph&& other) noexcept { *this = std::move(other); }

Graph& Graph::operator=(Graph&& other) noexcept {
  if (this == &other) return *this;
  name = std::move(other.name), meta = std::move(other.meta);
  data_ = std::move(other.data_), nodes_ = std::move(other.nodes_);
  other.nodes_.clear();
  for (Node* node : nodes_) node->graph_ = this;
  return *this;
}

Graph Graph::clone() const {
  Graph copy(name);
  copy.meta = meta;
  Data& to = *copy.data_;
  to.nodes.reserve(nodes_.size()), copy.nodes_.reserve(nodes_.size());
  for (const Node* node : nodes_) {
    Node& fresh = *to.nodes.emplace_back(std::make_unique<Node>(*node));
    fresh.graph_ = &copy;
    for (Argument& arg : fresh.args)
      if (arg.node) arg.node = copy.nodes_.at(arg.node->index_);  // arguments stand before their users
    for (Node*& user : fresh.users_) user = nullptr;
    copy.nodes_.push_back(&fresh);
  }
  for (const Node* node : nodes_)
    for (size_t i = 0; i < node->users_.size(); ++i)
      copy.nodes_[node->index_]->users_[i] = copy.nodes_[node->users_[i]->index_];
  to.keys = data_->keys;
  to.tensors.reserve(data_->tensors.size());
  for (const at::Tensor& tensor : data_->tensors) to.tensors.push_back(lazy_clone(tensor));
  return copy;
}

int64_t Graph::batch_size() const {
  const Value* only = meta.find("batch_size");
  return only && only->is_int() ? only->as_int() : 0;
}

std::vector<Node*> Graph::inputs() const {
  std::vector<Node*> found;
  for (Node* node : nodes_)
    if (node->op_kind == OpKind::placeholder) found.push_back(node);
  return found;
}

Node& Graph::output() const {
  for (auto it = nodes_.rbegin(); it != nodes_.rend(); ++it)
    if ((*it)->op_kind == OpKind::output) return **it;
  throw Error("graph '" + name + "' has no output node", {}, "add_output() adds one");
}

Node* Graph::find(std::string_view name) const {
  for (Node* node : nodes_)
    if (node->name == name) return node;
  for (Node* node : nodes_)
    if (node->target == name) return node;
  return nullptr;
}

Node& Graph::at(std::string_view name) const {
  if (Node* node = find(name)) return *node;
  NameList names;
  for (const Node* node : nodes_) names.add(node->name);
  throw Error("no node '" + std::string(name) + "' in graph '" + this->name + "'" + did_you_mean(name, names));
}

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

Node& Graph::place(size_t index, OpKind kind, std::string name, Chosen op, std::vector<Argument> args) {
  Data::check_args(*this, args, name, index);
  auto owned = std::make_unique<Node>();
  Node& node = *owned;
  const std::string base = as_identifier(std::move(name));
  node.name = base;
  const auto taken = [&] {
    return std::any_of(nodes_.begin(), nodes_.end(), [&](const Node* n) { return n->name == node.name; });
  };
  for (int i = 1; taken(); ++i) node.name = base + "_" + std::to_string(i);
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
  if (index + 1 == nodes_.size()) {
    for (const Argument& arg : node.args)
      if (arg.node) add_user(arg.node->users_, &node);
  } else {
    refresh();
  }
  return node;
}

void Graph::refresh() {
  for (size_t i = 0; i < nodes_.size(); ++i) nodes_[i]->index_ = i, nodes_[i]->users_.clear();
  for (Node* node : nodes_)
    for (const Argument& arg : node->args)
      if (arg.node) add_user(arg.node->users_, node);
}

void Graph::set_args(Node& node, std::vector<Argument> args) {
  Data::check_args(*this, args, node.name, Data::place_of(*this, node));
  node.args = std::move(args);
  refresh();
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
  for (Node* user : old.users_) {
    if (user == &with) continue;
    for (Argument& arg : user->args)
      if (arg.node == &old) arg.node = &with;
  }
  refresh();
}

void Graph::erase(Node& node) {
  const size_t index = Data::place_of(*this, node);
  refresh();  // a plugin may have written args by hand
  if (!node.users_.empty())
    throw Error(format("node '{}' cannot be erased: it is used by {}", node.name, names_of(node.users_)), {},
                "give its users another argument first, with replace_all_uses()");
  nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(index));
  std::erase_if(data_->nodes, [&](const auto& owned) { return owned.get() == &node; });
  refresh();
}

namespace {

[[noreturn]] void broken(const Graph& graph, const std::string& what, std::string hint = {}) {
  throw Error("graph '" + graph.name + "' is broken: " + what, {}, std::move(hint));
}

void check_names(const Graph& graph) {
  std::unordered_set<std::string_view> names;
  names.reserve(graph.nodes().size());
  for (const Node* node : graph.nodes()) {
    if (!identifier(node->name)) broken(graph, "node name '" + node->name + "' is not an identifier");
    if (!names.insert(node->name).second) broken(graph, "two nodes are called '" + node->name + "'");
  }
}

void check_node(const Graph& graph, const Node& node, const std::unordered_set<const Node*>& known) {
  for (size_t i = 0; i < node.args.size(); ++i) {
    const Argument& arg = node.args[i];
    if (!arg.node) continue;
    if (!known.count(arg.node)) broken(graph, format("argument {} of '{}' is no node of this graph", i, node.name));
    if (arg.node->index() >= node.index())
      broken(graph, format("order: '{}' uses '{}', which stands behind it", node.name, arg.node->name));
    const auto& results = arg.node->meta.common.results;
    if (arg.result < 0 || (!results.empty() && arg.result >= static_cast<int>(results.size())))
      broken(graph, format("argument {} of '{}' is result {} of '{}', which has {}", i, node.name, arg.result,
                           arg.node->name, results.size()));
  }
  for (const Parameter& p : node.params)
    if (!graph.has_tensor(p.key)) broken(graph, format("tensor '{}' of node '{}' is missing", p.key, node.name));
}

}  // namespace

void Graph::check() const {
  check_names(*this);
  const std::unordered_set<const Node*> known(nodes_.begin(), nodes_.end());
  std::vector<std::vector<Node*>> users(nodes_.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = *nodes_[i];
    if (node.index_ != i || node.graph_ != this) broken(*this, "node '" + node.name + "' has lost its place");
    check_node(*this, node, known);
    if (node.op_kind == OpKind::output && i + 1 != nodes_.size())
      broken(*this, format("order: '{}' stands behind the output '{}'", nodes_[i + 1]->name, node.name));
    for (const Argument& arg : node.args)
      if (arg.node) add_user(users[arg.node->index_], &node);
  }
  for (const Node* node : nodes_)
    if (users[node->index_] != node->users_)
      broken(*this,
             format("users of '{}' are [{}], expected [{}]", node->name, names_of(node->users_),
                    names_of(users[node->index_])),
             "change arguments with set_args() or set_argument()");
}

}  // namespace mase
