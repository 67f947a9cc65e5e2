// Reading nodes from JSON: every member is checked before it is believed.
#include <algorithm>
#include <climits>

#include "derive.h"
#include "graph_json.h"

namespace mase {
namespace {

Chosen read_chosen(const Item& item) {
  Chosen chosen;
  const Value value = from_stored(item.value());
  try {
    chosen = Chosen::from(value);
  } catch (const Error& e) {
    item.fail(e.message());
  }
  if (!chosen || chosen.name().empty()) item.expected("a component: {use: name, with: {...}}");
  return chosen;
}

FixedPoint read_point(const Item& item) {
  item.only({"width", "frac_width", "is_signed"});
  FixedPoint point;
  point.width = static_cast<int>(item.at("width").integer(0, INT_MAX));
  point.frac_width = static_cast<int>(item.at("frac_width").integer(INT_MIN, INT_MAX));
  point.is_signed = item.at("is_signed").boolean();
  return point;
}

void read_tensor(TensorMetas& tensors, const Item& item) {
  item.only({"name", "shape", "torch_dtype", "format", "type", "precision", "point"});
  const std::string& name = item.at("name").text();
  if (tensors.find(name)) item.fail("a second tensor is called '" + name + "'");
  TensorMeta& t = tensors.add(name);
  t.shape = item.at("shape").integers(0, INT64_MAX);
  int64_t elements = 1;
  for (const int64_t n : t.shape)
    if (__builtin_mul_overflow(elements, std::max<int64_t>(n, 1), &elements))
      item.at("shape").fail("more elements than 63 bits count");
  t.torch_dtype = item.at("torch_dtype").text();
  if (item.has("format")) t.format = read_chosen(item.at("format"));
  std::optional<FixedPoint> point;
  if (item.has("point")) point = read_point(item.at("point"));
  Derive::set(t, item.at("type").text(), item.at("precision").integers(INT64_MIN, INT64_MAX), point);
}

Map read_map(const Item& item) {
  item.map();
  return from_stored(item.value()).as_map();
}

void read_meta(Meta& meta, const Item& item) {
  item.only({"common", "software", "hardware", "attachments"});
  const Item common = item.at("common");
  common.only({"mase_type", "args", "results"});
  meta.common.mase_type = common.at("mase_type").text();
  for (const Item& t : common.at("args").items()) read_tensor(meta.common.args, t);
  for (const Item& t : common.at("results").items()) read_tensor(meta.common.results, t);
  if (item.has("software")) {
    const Item software = item.at("software");
    software.only({"args", "results"});
    meta.software.args = read_map(software.at("args"));
    meta.software.results = read_map(software.at("results"));
  }
  if (item.has("hardware")) {
    const Problems problems = parse(meta.hardware, from_stored(item.at("hardware").value()), "hardware");
    if (!problems.empty()) item.at("hardware").fail(problems.front().message());
  }
  if (item.has("attachments")) meta.attachments = read_map(item.at("attachments"));
}

Argument read_argument(const Graph& graph, const Item& item) {
  if (item.has("constant")) {
    item.only({"constant"});
    return Argument(from_stored(item.at("constant").value()));
  }
  item.only({"node", "result"});
  const std::string& name = item.at("node").text();
  for (Node* node : graph.nodes())
    if (node->name == name) return Argument(node, static_cast<int>(item.at("result").integer(0, INT_MAX)));
  item.at("node").fail("no node '" + name + "' stands before this one");
}

OpKind read_kind(const Item& item) {
  const auto& names = EnumNames<OpKind>::names();
  const auto found = std::find(names.begin(), names.end(), item.text());
  if (found == names.end())
    item.fail("unknown op_kind '" + item.text() + "'" + did_you_mean(item.text(), NameList(names)));
  return static_cast<OpKind>(found - names.begin());
}

}  // namespace

void node_from_json(Graph& graph, const Item& item) {
  item.only({"name", "op_kind", "target", "mase_op", "op", "args", "params", "meta"});
  const std::string& name = item.at("name").text();
  std::vector<Argument> args;
  for (const Item& arg : item.at("args").items()) args.push_back(read_argument(graph, arg));
  const OpKind kind = read_kind(item.at("op_kind"));
  if (!graph.nodes().empty() && graph.nodes().back()->op_kind == OpKind::output)
    item.fail("node '" + name + "' stands behind the output");
  Chosen op;
  if (item.has("op")) op = read_chosen(item.at("op"));
  Node& node = graph.add(kind, name, std::move(op), std::move(args));
  if (node.name != name) item.at("name").fail("'" + name + "' is used twice or is no identifier");
  node.target = item.at("target").text();
  node.mase_op = item.at("mase_op").text();
  for (const Item& p : item.at("params").items()) {
    p.only({"name", "key"});
    const std::string& parameter = p.at("name").text();
    if (node.param(parameter)) p.fail("a second parameter is called '" + parameter + "'");
    node.params.push_back({parameter, p.at("key").text()});
  }
  read_meta(node.meta, item.at("meta"));
}

}  // namespace mase
