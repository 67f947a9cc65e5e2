// analysis.report_node_meta_param: one row per node, one column per branch of the metadata, as MASE prints
// it.
#include "report_node_meta_param.h"

#include <mase/output.h>
#include <mase/text.h>

#include <algorithm>

#include "file_name.h"
#include "grid.h"

namespace mase {

const std::vector<std::string>& EnumNames<analysis::Which>::names() {
  static const std::vector<std::string> names = {"all", "common", "hardware", "software"};
  return names;
}

namespace analysis {
namespace {

Map tensor_map(const TensorMeta& t) {
  Map map{{"shape", t.shape}, {"torch_dtype", t.torch_dtype}, {"type", t.type()}, {"precision", t.precision()}};
  if (t.format) map.set("format", t.format.value());
  if (t.point()) map.set("grid", t.point()->str());
  return map;
}

Map tensors_map(const TensorMetas& tensors) {
  Map map;
  for (const TensorMeta& t : tensors) map.set(t.name, tensor_map(t));
  return map;
}

Map common_map(const CommonMeta& c) {
  return {{"mase_type", c.mase_type}, {"args", tensors_map(c.args)}, {"results", tensors_map(c.results)}};
}

Map software_map(const Meta& meta) {
  Map map{{"args", meta.software.args}, {"results", meta.software.results}};
  if (!meta.attachments.empty()) map.set("attachments", meta.attachments);
  return map;
}

Map hardware_map(const HardwareMeta& h) {
  if (!h.filled()) return {};
  return dump(h);
}

// One line per entry of the map's first two levels: short enough to read, complete.
std::string cell(const Map& map, int depth = 0) {
  std::string text;
  for (const Entry& e : map) {
    const std::string indent(static_cast<size_t>(depth) * 2, ' ');
    const bool deeper = e.value.is_map() && !e.value.as_map().empty() && depth < 2;
    text += format("{}{}: {}\n", indent, e.key,
                   deeper                ? ""
                   : e.value.is_string() ? e.value.as_string()
                                         : e.value.json());
    if (deeper) text += cell(e.value.as_map(), depth + 1);
  }
  return text;
}

}  // namespace

void ReportNodeMetaParam::Config::schema(Schema<Config>& s) {
  s.field("which", &Config::which, "branches of the metadata to report");
  s.field("save_path", &Config::save_path, "name of the file in the step's folder");
}

void ReportNodeMetaParam::Config::check(const Value& v) const {
  if (which.empty()) throw Error("'which' is empty, so there is nothing to report", v.loc, "leave it out for all");
}

bool ReportNodeMetaParam::wants(Which branch) const {
  return std::any_of(config_.which.begin(), config_.which.end(),
                     [&](Which w) { return w == Which::all || w == branch; });
}

void ReportNodeMetaParam::run(Graph&, Context& context) {
  std::vector<std::string> header = {"Node name", "Fx Node op", "Mase type", "Mase op"};
  if (wants(Which::common)) header.push_back("Common Param");
  if (wants(Which::hardware)) header.push_back("Hardware Param");
  if (wants(Which::software)) header.push_back("Software Param");
  std::vector<std::vector<std::string>> rows = {header};
  int64_t filled = 0;
  for (const Node* node : context.selected()) {
    const Meta& meta = node->meta;
    rows.push_back({node->name, EnumNames<OpKind>::names().at(static_cast<size_t>(node->op_kind)),
                    meta.common.mase_type, node->mase_op});
    if (wants(Which::common)) rows.back().push_back(cell(common_map(meta.common)));
    if (wants(Which::hardware)) rows.back().push_back(cell(hardware_map(meta.hardware)));
    if (wants(Which::software)) rows.back().push_back(cell(software_map(meta)));
    filled += meta.hardware.filled();
  }
  const std::string text = grid(rows);
  write_file(file_in(context, config_.save_path), text);
  context.log_info("\n" + text);
  context.report("nodes", static_cast<int64_t>(rows.size()) - 1);
  context.report("nodes_with_hardware", filled);
}

}  // namespace analysis
}  // namespace mase
