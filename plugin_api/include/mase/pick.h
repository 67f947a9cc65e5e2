// Pick: which row of a sweep, or which trial of a search, the recipe goes on with.
#pragma once
#include "mase/component.h"
#include "mase/context.h"

namespace mase {

struct Row {
  int64_t number = 0;
  std::string label;
  Map params;   // what was varied, by name
  Map metrics;  // what was reported, by metric name
};

class Pick : public Component {
 public:
  static constexpr const char* kKind = "pick";
  virtual size_t choose(const std::vector<Row>& rows, Context& context) = 0;  // index into rows
};

}  // namespace mase
