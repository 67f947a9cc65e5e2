// Graph: nodes in execution order, and the checks of that order and of users.
#include "graph_data.h"

#include <algorithm>
#include <cctype>
#include <unordered_set>

#include "mase/text.h"

namespace mase {

std::string names_of(const std::vector<Node*>& nodes) {
  std::string text;
  for (const Node* node : nodes) text += (text.empty() ? "" : ", ") + node->name;
  return text;
}

namespace {

bool identifier(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
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
      if (auto* known = arg.node ? &users[arg.node->index_] : nullptr;
          known && (known->empty() || known->back() != &node))
        known->push_back(&node);
  }
  for (const Node* node : nodes_)
    if (users[node->index_] != node->users_)
      broken(*this,
             format("users of '{}' are [{}], expected [{}]", node->name, names_of(node->users_),
                    names_of(users[node->index_])),
             "change arguments with set_args() or set_argument()");
}

}  // namespace mase
