// What tracing, folding and writing an operator share.
#pragma once
#include "import.h"

namespace models {

// One operator on its way into the graph.
struct ImportBuilder::Call {
  std::string name, target;
  mase::Chosen chosen;
  Wires inputs;
  std::map<std::string, Wire> params;
  std::shared_ptr<mase::Op> op;
};

// Meta tensors of an operator's results, by its rule; nothing where it has none. LibTorch lacks shapes without values
// for these operators.
bool is_checked_by_rule(const mase::Chosen& op);  // the rule refuses all that the operator refuses
std::optional<mase::Tensors> results_by_rule(const mase::Chosen& op, const mase::Tensors& inputs,
                                             const mase::Tensors& params);

at::Tensor only_shape(const at::Tensor& t);  // a meta tensor

// The part of `t` that is repeated along axes of stride 0, with these as ones; undefined where nothing is.
at::Tensor repeated_part(const at::Tensor& t);

}  // namespace models
