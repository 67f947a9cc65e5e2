// A node of an ONNX graph: its inputs and attributes.
#include "mase/text.h"
#include "onnx_reader.h"

namespace models::onnx {

const Value* Scope::find(const std::string& name) const {
  for (const Scope* scope = this; scope; scope = scope->outer)
    if (const auto found = scope->values.find(name); found != scope->values.end()) return &found->second;
  return nullptr;
}

Node::Node(Reader& reader, Scope& scope, const proto::NodeProto& node) : reader_(reader), scope_(scope), node_(node) {
  name_ = node.name();
  for (const auto& output : node.output())
    if (name_.empty()) name_ = output;
  if (name_.empty()) name_ = node.op_type();
  name_ = scope.prefix + name_;
}

ImportBuilder& Node::build() const { return reader_.build(); }

std::string Node::domain() const { return node_.domain() == "ai.onnx" ? std::string() : node_.domain(); }

std::string Node::full_op() const {
  return domain().empty() ? node_.op_type() : mase::format("{}::{}", domain(), node_.op_type());
}

int64_t Node::opset() const {
  const auto found = scope_.opsets.find(domain());
  return found == scope_.opsets.end() ? 1 : found->second;
}

const Value& Node::value(int i) const {
  if (!has(i)) throw Unsupported{mase::format("input {} is missing", i)};
  return *scope_.find(node_.input(i));  // the walk has looked for it
}

Wire Node::in(int i) const { return reader_.resolve(value(i)); }

bool Node::all_known() const {
  for (int i = 0; i < node_.input_size(); ++i)
    if (has(i) && !value(i).wire.known()) return false;
  return true;
}

const proto::AttributeProto* Node::attribute(const std::string& name) const {
  for (const auto& a : node_.attribute()) {
    if (a.name() != name) continue;
    if (a.ref_attr_name().empty()) return &a;
    const auto found = scope_.attributes.find(a.ref_attr_name());
    return found == scope_.attributes.end() ? nullptr : found->second;
  }
  return nullptr;
}

int64_t Node::integer(const std::string& name, int64_t otherwise) const {
  const auto* a = attribute(name);
  return a ? a->i() : otherwise;
}

double Node::real(const std::string& name, double otherwise) const {
  const auto* a = attribute(name);
  return a ? static_cast<double>(a->f()) : otherwise;
}

std::string Node::text(const std::string& name, const std::string& otherwise) const {
  const auto* a = attribute(name);
  return a ? a->s() : otherwise;
}

std::optional<std::vector<int64_t>> Node::integers(const std::string& name) const {
  const auto* a = attribute(name);
  if (!a) return std::nullopt;
  return std::vector<int64_t>(a->ints().begin(), a->ints().end());
}

Sizes Node::sizes(int i, const char* what) const {
  const auto found = ImportBuilder::integers(in(i));
  if (!found) throw Unsupported{mase::format("its {} is computed, or no list of integers", what)};
  return *found;
}

std::vector<int64_t> Node::fixed(int i, const char* what) const {
  std::vector<int64_t> list;
  for (const Size& n : sizes(i, what)) {
    if (!n.fixed()) throw OneBatchOnly{mase::format("node '{}': its {} grows with the batch", name_, what)};
    list.push_back(n.at[0]);
  }
  return list;
}

std::optional<std::vector<int64_t>> Node::integers(const std::string& attribute, int input) const {
  if (has(input)) return fixed(input, attribute.c_str());
  return integers(attribute);
}

double Node::number(int i, const char* what) const {
  const Wire wire = in(i);
  if (!wire.known() || wire.trace[0].numel() != 1)
    throw Unsupported{mase::format("its {} is computed, or not one number", what)};
  return wire.trace[0].to(at::kDouble).item<double>();
}

int64_t Node::axis(int64_t axis, int64_t rank) const {
  const int64_t counted = axis < 0 ? axis + rank : axis;
  if (counted < 0 || counted >= rank)
    build().fail(name_, mase::format("{}: there is no axis {} among {}", op(), axis, rank));
  return counted;
}

}  // namespace models::onnx
