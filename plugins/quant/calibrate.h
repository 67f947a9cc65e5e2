// quant.calibrate: chooses the fields of formats that stand in the graph already, from what their tensors hold.
#pragma once
#include <mase/format.h>
#include <mase/pass.h>

#include "batches.h"

namespace mase {

namespace quant {
enum class Method { min_max, percentile, mse, entropy };
enum class Granularity { tensor, channel };
}  // namespace quant

template <>
struct EnumNames<quant::Method> {
  static const std::vector<std::string>& names();
};
template <>
struct EnumNames<quant::Granularity> {
  static const std::vector<std::string>& names();
};

namespace quant {

// Weights and biases are looked at as they are, everything else as the graph computes it without formats.
class Calibrate final : public Pass {
 public:
  struct Config : Batches {
    Method method = Method::min_max;
    double percentile = 99.9;
    Granularity per = Granularity::tensor;
    std::vector<std::string> tensors;
    static void schema(Schema<Config>& s);
  };
  explicit Calibrate(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  struct Use;
  bool wanted(const TensorMeta& tensor, bool is_result) const;
  std::vector<Use> uses(Context& context) const;
  void read_values(Graph& graph, std::vector<Use>& uses, Context& context) const;
  Value choose(const Use& use, const Format& format, Context& context) const;
  bool calibrate(Use& use, Context& context, Map& chosen, std::string& csv) const;

  Config config_;
};

}  // namespace quant
}  // namespace mase
