// Model: builds the graph that a recipe starts from - an architecture or an imported file.
#pragma once
#include "mase/component.h"
#include "mase/context.h"
#include "mase/graph.h"

namespace mase {

class Model : public Component {
 public:
  static constexpr const char* kKind = "model";
  virtual Graph build(Context& context) = 0;
};

}  // namespace mase
