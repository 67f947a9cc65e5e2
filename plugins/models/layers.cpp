// The schema of layers.
#include "layers.h"

#include <algorithm>

namespace models {

void Residual::schema(mase::Schema<Residual>& s) {
  s.field("body", &Residual::body, "layers of the main path").required();
  s.field("shortcut", &Residual::shortcut, "layers of the other path; empty: the input itself is added");
}

void Layer::schema(mase::Schema<Layer>& s) {
  s.field("op", &Layer::op, "an operator by its short name: linear");
  s.field("use", &Layer::use, "an operator by its full name: nn.linear");
  s.field("with", &Layer::with, "the operator's fields");
  s.field("name", &Layer::name, "module name, instead of the place in the list");
  s.field("functional", &Layer::functional, "a call_function node instead of a module");
  s.field("residual", &Layer::residual, "a residual block: the sum of two paths");
  s.field("repeat", &Layer::repeat, "how often 'layers' are written").range(1, 1000);
  s.field("layers", &Layer::layers, "a nested list of layers");
}

void Layer::check(const mase::Value& v) const {
  const int kinds = !op.empty() + !use.empty() + residual.has_value() + !layers.empty();
  if (kinds != 1) throw mase::Error("a layer needs exactly one of 'op', 'use', 'residual' and 'layers'", v.loc);
  const bool is_op = !op.empty() || !use.empty();
  if (!is_op && (!with.empty() || functional))
    throw mase::Error("'with' and 'functional' belong to an operator", v.loc);
  if (repeat != 1 && layers.empty()) throw mase::Error("'repeat' needs 'layers'", v.loc);
  const auto valid = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
  if (!std::all_of(name.begin(), name.end(), valid))
    throw mase::Error(mase::format("name '{}' is not a module name", name), v.loc, "letters, digits, '_' and '.'");
}

}  // namespace models

bool mase::Codec<models::Layer>::read(models::Layer& out, const Value& v, Problems& p) {
  const size_t before = p.size();
  out.loc = v.loc;
  fields_of<models::Layer>().read(&out, v, "a layer", p);
  return p.size() == before;
}

mase::Value mase::Codec<models::Layer>::write(const models::Layer& v) { return fields_of<models::Layer>().write(&v); }
