// nn.triu: zeroes what lies below a diagonal of the last two axes.
#include <ATen/ops/triu.h>

#include <algorithm>

#include "nn.h"

namespace mase::nn {
namespace {

class Triu final : public PassThrough {
 public:
  struct Config {
    int64_t diagonal = 0;
    static void schema(Schema<Config>& s) {
      s.field("diagonal", &Config::diagonal, "the diagonal that stays; positive ones lie above the main one");
    }
  };
  explicit Triu(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_rank(shape_of(inputs[0]), 2, 64, "[..., rows, columns]");
    // Beyond the corners nothing changes, and LibTorch's sums of places would wrap.
    const int64_t rows = inputs[0].size(-2), columns = inputs[0].size(-1);
    return {at::triu(inputs[0], std::clamp(config_.diagonal, -rows - 1, columns + 1))};
  }

 private:
  Config config_;
};

}  // namespace

void add_triu(Registrar& r) { r.add<Triu>("nn.triu", "Zeroes what lies below a diagonal of the last two axes"); }

}  // namespace mase::nn
