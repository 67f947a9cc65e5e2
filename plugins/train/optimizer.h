// Update rules exactly as PyTorch's SGD, Adam and AdamW, each fused into one pass over a parameter.
#pragma once
#include <string>
#include <vector>

#include "config.h"
#include "mase/safetensors.h"

namespace train {

class Updater {
 public:
  // `parameters` are leaves: float32, contiguous, owned by the caller and updated in place.
  Updater(const Config& config, mase::NamedTensors parameters);
  // One update from the gradients; a parameter without one stays as it is.
  void step(double learning_rate);
  void clear_gradients();
  const mase::NamedTensors& parameters() const { return parameters_; }

  // What a resumed run needs, under names of its own: "exp_avg.fc1.weight".
  mase::NamedTensors state() const;
  std::vector<int64_t> counts() const { return counts_; }  // updates seen by each parameter
  void restore(const mase::NamedTensors& state, std::vector<int64_t> counts);

 private:
  const Config& config_;
  mase::NamedTensors parameters_;
  std::vector<const char*> names_;              // of the state tensors of one parameter
  std::vector<std::vector<at::Tensor>> state_;  // per parameter
  std::vector<int64_t> counts_;
};

}  // namespace train
