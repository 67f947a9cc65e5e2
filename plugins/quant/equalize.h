// quant.equalize: cross-layer equalization (Nagel et al., 2019) - scales move between the channels of neighbouring
// layers until their weights have equal ranges. The float network stays the same function.
#pragma once
#include <mase/pass.h>

#include <optional>

namespace mase::quant {

// Two layers whose channels may trade scales: everything between them commutes with a positive factor.
struct LayerPair {
  Node* first = nullptr;
  Node* second = nullptr;
  int64_t columns = 1;  // of the second's weight for each channel of the first (behind a flatten)
};

std::optional<LayerPair> pair_from(Node& first);

class Equalize final : public Pass {
 public:
  struct Config {
    int64_t iterations = 20;
    double tolerance = 1e-3;
    static void schema(Schema<Config>& s);
  };
  explicit Equalize(Config config) : config_(config) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  Config config_;
};

}  // namespace mase::quant
