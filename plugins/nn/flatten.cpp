// nn.flatten: several axes become one.
#include <ATen/ops/flatten.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Flatten final : public PassThrough {
 public:
  struct Config {
    int64_t start_dim = 1;
    int64_t end_dim = -1;
    static void schema(Schema<Config>& s) {
      s.field("start_dim", &Config::start_dim, "the first axis; 0 is the batch");
      s.field("end_dim", &Config::end_dim, "the last axis; negative counts from the end");
    }
  };
  explicit Flatten(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::flatten(inputs[0], config_.start_dim, config_.end_dim)};
  }

 private:
  Config config_;
};

}  // namespace

void add_flatten(Registrar& r) { r.add<Flatten>("nn.flatten", "Several axes become one"); }

}  // namespace mase::nn
