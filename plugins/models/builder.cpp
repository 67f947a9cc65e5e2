// Building a graph layer by layer.
#include "builder.h"

#include "weights.h"

namespace models {

Builder::Builder(std::string name, const mase::Shape& sample, mase::Context& context)
    : context_(context), random_(context.random("initialize")), graph_(std::move(name)) {
  last_ = &mase::add_placeholder(graph_, "x", sample);
}

mase::Node& Builder::add(const std::string& target, mase::Chosen op, std::vector<mase::Argument> inputs,
                         bool functional) {
  last_ = &mase::add_module(graph_, context_.components(), target, std::move(op), std::move(inputs),
                            random_.fork(target), functional);
  return *last_;
}

mase::Graph Builder::finish(const mase::Path& weights) {
  mase::add_output(graph_, {last_});
  if (!weights.name.empty()) load_weights(graph_, weights, context_);
  return std::move(graph_);
}

}  // namespace models
