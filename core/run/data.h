// OpenData: a data set that was opened once, with its splits prepared so that a batch is a cheap view.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "mase/dataset.h"

namespace mase {

class OpenData {
 public:
  // `dataset` has been opened. `name` is the component's, for messages.
  OpenData(std::shared_ptr<Dataset> dataset, std::string name);
  ~OpenData();
  const Split& split(std::string_view name);  // Error with the nearest name
  Tensors sample(int64_t count = 1);          // the inputs of the first samples of a split that has as many
  Value sizes() const;                        // {train: 1077, ...}
  const std::string& name() const { return name_; }
  // One more than the largest class index among the targets; 0 where they are no class indices, and where a split would
  // take more than `most_bytes` to be looked at.
  int64_t classes(size_t most_bytes) const;

 private:
  class Prepared;
  std::shared_ptr<Dataset> dataset_;
  std::string name_;
  std::map<std::string, std::unique_ptr<Prepared>, std::less<>> splits_;
};

}  // namespace mase
