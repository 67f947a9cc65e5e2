// Building a graph layer by layer: what all models here share.
#pragma once
#include <string>

#include "mase/execute.h"
#include "mase/model.h"

namespace models {

class Builder {
 public:
  // `sample` is the shape of one sample, without the batch dimension.
  Builder(std::string name, const mase::Shape& sample, mase::Context& context);

  // Appends an operator behind `inputs`; its parameters are drawn from a stream of its own target.
  mase::Node& add(const std::string& target, mase::Chosen op, std::vector<mase::Argument> inputs,
                  bool functional = false);
  // The same behind the node added last.
  mase::Node& then(const std::string& target, mase::Chosen op) { return add(target, std::move(op), {last_}); }

  mase::Node* last() const { return last_; }
  void rewind(mase::Node* node) { last_ = node; }  // what follows comes behind `node`
  mase::Context& context() { return context_; }
  // Adds the output and, when a file is named, takes the weights from it.
  mase::Graph finish(const mase::Path& weights = {});

 private:
  mase::Context& context_;
  mase::Random random_;
  mase::Graph graph_;
  mase::Node* last_ = nullptr;
};

}  // namespace models
