// Layers as a recipe writes them: a recursive list of operators, residual blocks and repeats.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "builder.h"
#include "mase/schema.h"

namespace models {

struct Layer;

struct Residual {
  std::vector<Layer> body, shortcut;  // an empty shortcut passes the input on
  static void schema(mase::Schema<Residual>& s);
};

// Exactly one of op, use, residual and layers.
struct Layer {
  std::string op, use;
  mase::Map with;
  std::string name;
  bool functional = false;
  std::optional<Residual> residual;
  int64_t repeat = 1;
  std::vector<Layer> layers;
  mase::Loc loc;

  static void schema(mase::Schema<Layer>& s);
  void check(const mase::Value& v) const;
};

}  // namespace models

// As any struct's, but the layer also keeps its place, for errors of its operator.
template <>
struct mase::Codec<models::Layer> {
  static TypeInfo type() {
    return {TypeInfo::Kind::record, {}, {}, []() -> const Fields& { return fields_of<models::Layer>(); }, {}};
  }
  static bool read(models::Layer& out, const Value& v, Problems& p);
  static Value write(const models::Layer& v);
};
