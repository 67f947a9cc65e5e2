// quant.quantize: which format goes where. Runs once per trial of a search, so nothing is formatted unless it
// fails.
#include "quantize.h"

#include <algorithm>

#include <mase/text.h>

namespace mase::quant {
namespace {

constexpr std::string_view kDataIn = "data_in_";
constexpr std::string_view kFieldNames[] = {"format", "data_in", "data_in_0", "data_in_1",  "data_in_2",
                                            "weight", "bias",    "data_out",  "parameters", "config"};

bool is_data_in(std::string_view argument) { return argument.substr(0, kDataIn.size()) == kDataIn; }

// Steps without `where` mean every node that computes; those that only hand on are left alone.
bool computes(const Node& node) {
  return node.op_kind != OpKind::placeholder && node.op_kind != OpKind::output && node.op_kind != OpKind::get_attr &&
         node.meta.common.mase_type != "implicit_func";
}

// Indices are numbers, but rounding one gives another row.
bool is_index(const Node& node, const TensorMeta& argument) {
  return node.mase_op == "embedding" && is_data_in(argument.name);
}

NameList names_of(const std::vector<Node*>& nodes) {
  NameList names;
  for (const Node* node : nodes)
    for (const TensorMeta& a : node->meta.common.args) names.add(a.name);
  return names;
}

std::string listed(const Node& node) {
  std::string text;
  for (const TensorMeta& a : node.meta.common.args) text += (text.empty() ? "" : ", ") + a.name;
  return text.empty() ? "nothing" : text;
}

}  // namespace

void Quantize::Config::schema(Schema<Config>& s) {
  s.field("format", &Config::format, "format of weight, bias and every input, unless they are named");
  s.field("data_in", &Config::data_in, "format of every input");
  s.field("data_in_0", &Config::data_in_0, "format of the first input; goes before data_in");
  s.field("data_in_1", &Config::data_in_1, "format of the second input; goes before data_in");
  s.field("data_in_2", &Config::data_in_2, "format of the third input; goes before data_in");
  s.field("weight", &Config::weight, "format of the weight, or of the second operand of a functional matmul");
  s.field("bias", &Config::bias, "format of the bias; null: the accumulator's grid");
  s.field("data_out", &Config::data_out, "format of the results; null: the accumulator's grid, or float");
  s.field("parameters", &Config::parameters, "formats of other arguments and parameters, by name");
  s.field("config", &Config::config,
          "all of it in MASE's flat keys: {name: integer, data_in_width: 8, data_in_frac_width: 4, weight_width: ...}");
}

void Quantize::Config::check(const Value& v) const {
  const Map* map = v.is_map() ? &v.as_map() : nullptr;
  if (!map || map->empty())
    throw Error("quant.quantize names no format", v.loc, "give format, or weight, data_in, bias, data_out");
  if (const Value* flat = map->find("config"); flat && flat->is_map()) {
    if (map->size() > 1)
      throw Error("config stands beside other fields, expected it alone: it names every tensor", flat->loc);
    read_flat_config(flat->as_map(), flat->loc);
  }
  const Value* others = map->find("parameters");
  if (!others || !others->is_map()) return;
  for (const Entry& e : others->as_map())
    if (std::find(std::begin(kFieldNames), std::end(kFieldNames), e.key) != std::end(kFieldNames))
      throw Error(mase::format("'{}' stands in parameters, but is a field of its own", e.key), e.key_loc,
                  "move it out of parameters");
}

Quantize::Quantize(Config config) : config_(std::move(config)) {
  const auto add = [&](std::string name, const FormatField& field) {
    if (field.named) named_.emplace_back(std::move(name), &field);
  };
  add("data_in", config_.data_in), add("data_in_0", config_.data_in_0), add("data_in_1", config_.data_in_1);
  add("data_in_2", config_.data_in_2), add("weight", config_.weight), add("bias", config_.bias);
  for (const auto& [name, field] : config_.parameters) add(name, field);
  if (!config_.config.empty()) flat_ = read_flat_config(config_.config, {});
}

// The flat keys as if each had been named, with null for tensors that they leave out.
void Quantize::read_flat(Context& context) {
  const auto formats = context.list<Format>();
  named_.clear();
  for (const FlatEntry& entry : flat_.entries) {
    FormatField& field = entry.tensor == "data_in"  ? config_.data_in
                         : entry.tensor == "weight" ? config_.weight
                         : entry.tensor == "bias"   ? config_.bias
                                                    : config_.data_out;
    field = {true, entry.format ? fitted(entry.format, formats) : Chosen()};
    if (entry.tensor != "data_out") named_.emplace_back(entry.tensor, &field);
  }
}

const FormatField* Quantize::field_for(const std::string& argument) const {
  for (const auto& [name, field] : named_)
    if (name == argument) return field;
  const bool data_in = is_data_in(argument);
  if (data_in && config_.data_in.named) return &config_.data_in;
  const bool common = data_in || argument == "weight" || argument == "bias";
  return common && config_.format.named ? &config_.format : nullptr;
}

bool Quantize::quantize(Node& node, std::vector<const FormatField*>& used) const {
  bool any = false;
  const auto set = [&](TensorMeta& tensor, const FormatField* field) {
    tensor.format = field->chosen;
    if (std::find(used.begin(), used.end(), field) == used.end()) used.push_back(field);
    any = true;
  };
  for (TensorMeta& argument : node.meta.common.args)
    if (const FormatField* field = field_for(argument.name); field && !is_index(node, argument)) set(argument, field);
  if (config_.data_out.named)
    for (TensorMeta& result : node.meta.common.results) set(result, &config_.data_out);
  return any;
}

void Quantize::refuse(const Node& node, Context& context) const {
  std::string wanted;
  for (const auto& [name, field] : named_) wanted += (wanted.empty() ? "" : ", ") + name;
  context.fail(node, mase::format("{} has none of the tensors named ({}); it has: {}", node.mase_op,
                                  wanted.empty() ? "weight, bias, data_in" : wanted, listed(node)));
}

void Quantize::check_used(const std::vector<const FormatField*>& used, const std::vector<Node*>& nodes) const {
  for (const auto& [name, field] : named_) {
    if (std::find(used.begin(), used.end(), field) != used.end()) continue;
    const bool overridden =
        field == &config_.data_in && std::any_of(nodes.begin(), nodes.end(), [](const Node* node) {
          return node->meta.common.args.find("data_in_0") != nullptr;  // data_in_<i> were named for all of them
        });
    if (overridden) continue;
    throw Error(mase::format("no selected node has a '{}'{}", name, did_you_mean(name, names_of(nodes))),
                field->chosen.loc(), nodes.empty() ? "" : nodes.front()->name + " has: " + listed(*nodes.front()));
  }
}

void Quantize::run(Graph&, Context& context) {
  if (flat_.untouched) return;
  const bool is_flat = !flat_.entries.empty();
  if (is_flat) read_flat(context);
  std::vector<const FormatField*> used;
  used.reserve(named_.size() + 2);
  const bool chosen_nodes = context.has_selection();
  for (Node* node : context.selected()) {
    if (!chosen_nodes && !computes(*node)) continue;
    if (!quantize(*node, used) && chosen_nodes) refuse(*node, context);
  }
  if (!is_flat) check_used(used, context.selected());  // MASE's keys name a bias where there is none, too
}

}  // namespace mase::quant
