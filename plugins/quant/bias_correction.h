// quant.bias_correction: takes the error that quantization makes on average out of each channel by its bias (Nagel et
// al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019; the empirical form).
#pragma once
#include <mase/pass.h>

#include "batches.h"

namespace mase::quant {

// Layer by layer in graph order, so that each correction sees those before it.
class BiasCorrection final : public Pass {
 public:
  struct Config : Batches {
    static void schema(Schema<Config>& s) { Batches::fields(s); }
  };
  explicit BiasCorrection(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  std::vector<Node*> layers(Context& context) const;
  Config config_;
};

}  // namespace mase::quant
