// Running a graph over a split: what accuracy and loss share.
#pragma once
#include <functional>
#include <string>

#include "mase/context.h"
#include "mase/dataset.h"
#include "mase/execute.h"

namespace eval {

// Which samples, and in what arithmetic.
struct Evaluation {
  std::string split;
  int64_t batch_size = 1024;
  int64_t samples = 0;
  mase::Arithmetic arithmetic = mase::Arithmetic::float32;

  template <class C>
  static void fields(mase::Schema<C>& s) {
    s.field("split", &C::split, "train, validation or test; empty: test, or validation inside a search")
        .one_of({"", "train", "validation", "test"});
    s.field("batch_size", &C::batch_size, "samples per batch").range(1, 10000000);
    s.field("samples", &C::samples, "only the first so many samples; 0: all").min(0);
    s.field("arithmetic", &C::arithmetic,
            "float: LibTorch in float32; double: the same in float64; integer: on codes, as the hardware "
            "computes");
  }
};

// Calls `each` with the first output and target of every batch; returns how many samples there were.
int64_t evaluate(mase::Graph& graph, mase::Context& context, const Evaluation& evaluation,
                 const std::function<void(const at::Tensor& output, const at::Tensor& target)>& each);

}  // namespace eval
