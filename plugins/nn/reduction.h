// Operators that make one value of all elements along some axes.
#pragma once
#include "axes.h"

namespace mase::nn {

struct ReductionConfig {
  std::vector<int64_t> dim;
  bool keepdim = false;
  template <class C>
  static void fields(Schema<C>& s) {
    s.field("dim", &C::dim, "the axes that go, 0 being the batch; negative ones count from the end, none means all");
    s.field("keepdim", &C::keepdim, "whether the axes stay, with one element each");
  }
  static void schema(Schema<ReductionConfig>& s) { fields(s); }
};

class ReductionBase : public Op {
 public:
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>&) const override {
    return {0, sample_size(inputs.at(0))};
  }
};

// Elements that become one, where that does not depend on the size of the batch.
std::optional<int64_t> reduced_count(const OpFormats& formats, const std::vector<int64_t>& dim);

}  // namespace mase::nn
