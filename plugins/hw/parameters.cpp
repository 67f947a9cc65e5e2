// MASE's parameter names, tile sizes and the files that modules need.
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "hw.h"
#include "mase/text.h"

namespace mase::hw {

int64_t divisor_within(int64_t size, int64_t budget) {
  for (int64_t d = std::min(size, budget); d > 1; --d)
    if (size % d == 0) return d;
  return 1;
}

int64_t parallelism_budget(const Node& node, size_t dim) {
  const auto& list = node.meta.hardware.max_parallelism;
  constexpr int64_t kDefault = 4;  // MASE's
  if (dim >= list.size()) return list.empty() ? kDefault : 1;
  return std::max<int64_t>(1, list[list.size() - 1 - dim]);
}

Stream stream_of(const TensorMeta& tensor, bool parameter) {
  Stream s;
  if (tensor.point()) s.point = *tensor.point();
  const auto& shape = tensor.shape;
  if (shape.empty()) return s;
  s.size0 = shape.back();
  for (size_t i = parameter ? 0 : 1; i + 1 < shape.size(); ++i) s.size1 *= shape[i];
  return s;
}

std::string upper(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

void add_tensor_parameters(Map& p, const std::string& prefix, const Stream& s) {
  p.set(prefix + "_PRECISION_0", s.point.width);
  p.set(prefix + "_PRECISION_1", s.point.frac_width);
  p.set(prefix + "_TENSOR_SIZE_DIM_0", s.size0);
  p.set(prefix + "_PARALLELISM_DIM_0", s.par0);
  p.set(prefix + "_TENSOR_SIZE_DIM_1", s.size1);
  p.set(prefix + "_PARALLELISM_DIM_1", s.par1);
}

Stream read_tensor_parameters(const Map& p, const std::string& prefix, bool is_signed) {
  Stream s;
  s.point.width = static_cast<int>(p.at(prefix + "_PRECISION_0").as_int());
  s.point.frac_width = static_cast<int>(p.at(prefix + "_PRECISION_1").as_int());
  s.point.is_signed = is_signed;
  s.size0 = p.at(prefix + "_TENSOR_SIZE_DIM_0").as_int();
  s.par0 = p.at(prefix + "_PARALLELISM_DIM_0").as_int();
  s.size1 = p.at(prefix + "_TENSOR_SIZE_DIM_1").as_int();
  s.par1 = p.at(prefix + "_PARALLELISM_DIM_1").as_int();
  return s;
}

std::string missing_grid(const Node& node, std::string_view name) {
  const TensorMeta* t = node.meta.common.args.find(name);
  if (!t) t = node.meta.common.results.find(name);
  if (!t) return format("'{}' has no metadata; the graph's shapes were not inferred", name);
  if (t->point()) return {};
  if (t->format)
    return format("'{}' is {}, which is not a fixed-point grid; quant.quantize gives it one, like quant.integer", name,
                  t->format.name());
  return format("'{}' is floating point; give it a fixed-point format first (quant.quantize)", name);
}

namespace {
template <size_t N>
int mode(const Chosen& format, const char* field, const std::array<const char*, N>& names, const Node& node,
         std::string_view argument) {
  const Value* v = format.with().find(field);
  if (!v) return 0;
  for (size_t i = 0; i < N; ++i)
    if (v->as_string() == names[i]) return static_cast<int>(i);
  std::string known;
  for (const char* n : names) known += known.empty() ? n : std::string(", ") + n;
  throw Error(mase::format("node '{}', {}: no module has the {} mode '{}'", node.name, argument, field, v->as_string()),
              v->loc, mase::format("modules have {}", known));
}
}  // namespace

CastRule cast_rule(const Chosen& format, const Node& node, std::string_view argument) {
  CastRule rule;
  rule.rounding = static_cast<CastRule::Rounding>(
      mode<3>(format, "rounding", {"nearest_even", "floor", "toward_zero"}, node, argument));
  rule.overflow = static_cast<CastRule::Overflow>(
      mode<3>(format, "overflow", {"saturate", "saturate_symmetric", "wrap"}, node, argument));
  return rule;
}

bool casts_result(const Node& node) { return static_cast<bool>(node.meta.common.results.at(0).format); }

void add_cast_parameters(Map& p, const Node& node) {
  if (!casts_result(node)) return;
  const CastRule rule = cast_rule(node.meta.common.results.at(0).format, node, "data_out_0");
  p.set("ROUNDING", static_cast<int>(rule.rounding));
  p.set("OVERFLOW", static_cast<int>(rule.overflow));
}

void add_sign_parameters(Map& p, const std::vector<std::pair<std::string, FixedPoint>>& tensors) {
  for (const auto& [prefix, point] : tensors)
    if (!point.is_signed) p.set(prefix + "_SIGNED", 0);
}

std::string library_folder() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void*>(&library_folder), &info) || !info.dli_fname)
    throw Error("the hw plugin cannot find its own file");
  const std::filesystem::path file = std::filesystem::absolute(info.dli_fname);
  return (file.parent_path() / file.stem()).string();
}

std::vector<std::string> module_sources(const std::string& module) {
  const std::string file = library_folder() + "/components/dependencies.json";
  std::ifstream in(file);
  if (!in) throw Error("cannot read the component library's " + file, {}, "the installation is incomplete");
  std::stringstream text;
  text << in.rdbuf();
  const Value all = Value::parse_json(text.str(), file);
  const Value* list = all.as_map().find(module);
  if (!list) throw Error("no component module '" + module + "' in " + file);
  std::vector<std::string> sources;
  for (const Value& v : list->as_list()) sources.push_back(v.as_string());
  return sources;
}

namespace {
bool reshapes(const Node& node) {
  static const std::set<std::string> kShapeOps{"flatten", "view", "reshape", "identity", "dropout"};
  return kShapeOps.count(node.mase_op) > 0;
}
bool leads_back_to_input(const Node& node) {
  if (node.op_kind == OpKind::placeholder) return true;
  return reshapes(node) && node.args.size() == 1 && node.args[0].node && leads_back_to_input(*node.args[0].node);
}
bool leads_to_output(const Node& node) {
  if (node.op_kind == OpKind::output) return true;
  return reshapes(node) && !node.users().empty() &&
         std::all_of(node.users().begin(), node.users().end(), [](const Node* u) { return leads_to_output(*u); });
}
}  // namespace

bool implicit(const Node& node) { return leads_back_to_input(node) || leads_to_output(node); }

}  // namespace mase::hw
