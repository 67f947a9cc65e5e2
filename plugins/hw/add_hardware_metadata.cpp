// hw.add_hardware_metadata: which module implements each node, its parameters, files and interface.
#include "add_hardware_metadata.h"

#include "hw.h"
#include "mase/text.h"

namespace mase::hw {
namespace {

// Tries the generators of the operator in name order and remembers why each declined.
std::string find_generator(const Node& node, Components& components, std::string& reasons) {
  for (const ComponentInfo* info : components.list(Generator::kKind)) {
    const auto generator = components.shared<Generator>(Chosen(info->name));
    if (generator->mase_op() != node.mase_op) continue;
    const std::string why = generator->refuses(node);
    if (why.empty()) return info->name;
    reasons += (reasons.empty() ? "" : "; ") + info->name + ": " + why;
  }
  return {};
}

std::string known_operators(Components& components) {
  std::string text;
  for (const ComponentInfo* info : components.list(Generator::kKind))
    text += (text.empty() ? "" : ", ") + components.shared<Generator>(Chosen(info->name))->mase_op();
  return text;
}

void fill(Node& node, Components& components, const std::vector<int64_t>& budget) {
  HardwareMeta& hw = node.meta.hardware;
  const Value* own = hw.map.find("max_parallelism");
  hw.max_parallelism = own ? std::vector<int64_t>{} : budget;
  if (own)
    for (const Value& v : own->as_list()) hw.max_parallelism.push_back(v.as_int());
  hw.is_implicit = implicit(node);
  if (hw.is_implicit) {
    hw.device_id = 0;
    return;
  }
  std::string reasons;
  hw.generator = find_generator(node, components, reasons);
  if (hw.generator.empty())
    throw Error(
        reasons.empty() ? format("node '{}': no generator implements the operator '{}'", node.name, node.mase_op)
                        : format("node '{}' ({}) cannot become hardware: {}", node.name, node.mase_op, reasons),
        {}, reasons.empty() ? "there are generators for " + known_operators(components) + "; a plugin adds one" : "");
  const RtlModule module = components.shared<Generator>(Chosen(hw.generator))->emit(node);
  hw.toolchain = "INTERNAL_RTL";
  hw.module = module.module;
  hw.dependence_files = module.sources;
  hw.verilog_param = module.parameters;
  if (const Value* name = hw.map.find("module")) {
    hw.toolchain = "EXTERNAL_RTL";
    hw.module = name->as_string();
    hw.dependence_files.clear();
    for (const Value& v : hw.map.at("sources").as_list()) hw.dependence_files.push_back(v.as_string());
  }
  hw.interface = {};
  for (const Parameter& p : node.params) hw.interface.set(p.name, Map{{"storage", "BRAM"}, {"transpose", false}});
  // MASE lists the constants of a call here too.
  if (hw.verilog_param.find("INPLACE")) hw.interface.set("inplace", Map{});
}

}  // namespace

void add_hardware_metadata(Graph& graph, Components& components, const std::vector<int64_t>& max_parallelism) {
  List sources;
  for (Node* node : graph.nodes()) {
    fill(*node, components, max_parallelism);
    for (const std::string& file : node->meta.hardware.dependence_files)
      if (std::find(sources.begin(), sources.end(), Value(file)) == sources.end()) sources.push_back(file);
  }
  graph.meta["verilog_sources"] = sources;
}

void AddHardwareMetadata::run(Graph& graph, Context& context) {
  add_hardware_metadata(graph, context.components(), config.max_parallelism);
  for (const Node* node : graph.nodes()) {
    const HardwareMeta& hw = node->meta.hardware;
    if (hw.is_implicit) continue;
    const Value* par = hw.verilog_param.find("DATA_IN_0_PARALLELISM_DIM_0");
    context.info("{}: {} ({}), {} inputs per beat", node->name, hw.module, hw.toolchain, par ? par->as_int() : 0);
  }
}

}  // namespace mase::hw
