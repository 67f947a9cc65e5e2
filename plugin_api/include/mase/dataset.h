// Dataset: samples in their native shape (images stay images), in disjoint splits.
#pragma once
#include "mase/component.h"
#include "mase/context.h"
#include "mase/tensor.h"

namespace mase {

struct Batch {
  Tensors inputs;   // each [count, ...], float32
  Tensors targets;  // class indices int64 [count], or float32 values
};

class Dataset : public Component {
 public:
  static constexpr const char* kKind = "dataset";
  // Reads or makes the data; called once, before any other member. Errors name the file.
  virtual void open(Context& context) = 0;
  virtual std::vector<std::string> splits() const { return {"train", "validation", "test"}; }
  virtual int64_t size(std::string_view split) const = 0;
  virtual Batch batch(std::string_view split, int64_t first, int64_t count) const = 0;
};

}  // namespace mase
