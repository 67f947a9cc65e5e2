// nn.cat: inputs one behind another along an axis.
#include <ATen/ops/cat.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Cat final : public Op {
 public:
  struct Config {
    int64_t dim = 1;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "the axis; 0 is the batch, negative counts from the end");
    }
  };
  explicit Cat(Config c) : config_(std::move(c)) {}

  std::pair<int, int> arity() const override { return {1, -1}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {at::cat(inputs, config_.dim)}; }
  // The grid on which the values of all inputs lie.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    std::optional<CodeRange> all;
    for (const auto& point : formats.inputs) {
      if (!point) return std::nullopt;
      all = all ? all->joined(CodeRange(*point)) : CodeRange(*point);
    }
    return all ? std::optional(all->grid()) : std::nullopt;
  }

 private:
  Config config_;
};

}  // namespace

void add_cat(Registrar& r) { r.add<Cat>("nn.cat", "Inputs one behind another along an axis"); }

}  // namespace mase::nn
