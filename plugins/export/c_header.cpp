// export.c_header: codes in the narrowest type with what they mean, floats as hexadecimal floats.
#include "c_header.h"

#include <mase/output.h>

#include <set>

#include "c_array.h"
#include "code_rule.h"
#include "file_name.h"
#include "weights.h"

namespace mase::exporting {
namespace {

std::string list_text(const std::vector<int64_t>& items) {
  std::string text;
  for (const int64_t n : items) text += format("{}{}", text.empty() ? "" : ", ", n);
  return "[" + text + "]";
}

std::string shape_defines(const std::string& name, const at::Tensor& t) {
  const std::string head = "#define " + upper(name) + "_";
  std::string text = format("{}SIZE {}\n{}RANK {}\n", head, t.numel(), head, t.dim());
  for (int64_t i = 0; i < t.dim(); ++i) text += format("{}DIM_{} {}\n", head, i, t.size(i));
  return text;
}

std::string format_text(const Weight& w) {
  if (w.grid) return format("the accumulator's grid {}", w.grid->str());
  return w.chosen.name() + " " + Value(w.chosen.with()).json();
}

// Codes with everything that turns them into values.
std::string coded(const std::string& name, const Weight& w) {
  const Codes codes = w.codes();
  const std::string head = "#define " + upper(name) + "_";
  const CodeRule rule = rule_of(w, codes);
  std::string text = format("/* {}: shape {}, {}.\n   {} */\n", c_comment(w.key), list_text(shape_of(w.tensor)),
                            c_comment(format_text(w)), rule.text);
  text += shape_defines(name, w.tensor);
  if (codes.point)
    text += format("{}WIDTH {}\n{}FRAC_WIDTH {}\n", head, codes.point->width, head, codes.point->frac_width);
  if (!codes.blocks.block.empty() && (codes.scale.defined() || codes.exponents.defined()))
    for (size_t i = 0; i < codes.blocks.block.size(); ++i)
      text += format("{}BLOCK_{} {}\n", head, i, codes.blocks.block[i]);
  text += c_array(name, codes.elements, codes.point ? codes.point->width : 1);
  if (codes.exponents.defined() && !rule.exponents_suffix.empty())
    text += c_array(name + rule.exponents_suffix, codes.exponents);
  if (codes.scale.defined()) text += c_array(name + "_scale", codes.scale);
  return text;
}

std::string plain(const std::string& name, const Weight& w) {
  return format("/* {}: shape {}, {}. */\n", c_comment(w.key), list_text(shape_of(w.tensor)),
                c10::toString(w.tensor.scalar_type())) +
         shape_defines(name, w.tensor) + c_array(name, w.tensor);
}

// Names of different tensors stay different when dots become underscores.
std::string unique_name(const std::string& wanted, std::set<std::string>& used) {
  std::string name = wanted;
  for (int i = 2; !used.insert(upper(name)).second; ++i) name = format("{}_{}", wanted, i);
  return name;
}

}  // namespace

void CHeader::Config::schema(Schema<Config>& s) {
  s.field("file", &Config::file, "name of the file in the step's folder");
  s.field("prefix", &Config::prefix, "begins every name in the file; empty: the name of the graph");
}

void CHeader::Config::check(const Value& v) const {
  if (!prefix.empty() && (c_identifier(prefix) != prefix))
    throw Error("prefix is '" + prefix + "', expected a C identifier: letters, digits and '_'", v.loc);
}

void CHeader::run(Graph& graph, Context& context) {
  const std::string file = file_in(context, config_.file);
  const std::string prefix = config_.prefix.empty() ? c_identifier(graph.name) : config_.prefix;
  const std::string guard = upper(prefix + "_" + c_identifier(config_.file.name));
  std::string text = format("/* Parameters of {}. */\n#ifndef {}\n#define {}\n\n#include <stdint.h>\n",
                            c_comment(graph.name), guard, guard);
  std::set<std::string> used = {guard};
  int64_t with_codes = 0;
  const std::vector<Weight> weights = weights_of(graph, context.components());
  for (const Weight& w : weights) {
    const std::string name = unique_name(prefix + "_" + c_identifier(w.key), used);
    text += "\n" + (w.has_codes() ? coded(name, w) : plain(name, w));
    with_codes += w.has_codes();
  }
  write_file(file, text + "\n#endif\n");
  context.report("file", config_.file.name);
  context.report("arrays", static_cast<int64_t>(weights.size()));
  context.report("arrays_with_codes", with_codes);
  context.info("wrote {} arrays, {} of them codes, to {}", weights.size(), with_codes, file);
}

}  // namespace mase::exporting
