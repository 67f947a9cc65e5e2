// nn.chunk: parts of equal size along an axis, the last one smaller if need be; one result each.
#include <ATen/ops/chunk.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Chunk final : public PassThrough {
 public:
  struct Config {
    int64_t chunks = 0;
    int64_t dim = 0;
    static void schema(Schema<Config>& s) {
      s.field("chunks", &Config::chunks, "how many parts; fewer, as in PyTorch, where the axis is used up before")
          .min(1)
          .required();
      s.field("dim", &Config::dim, "the axis; 0 is the batch, negative counts from the end");
    }
  };
  explicit Chunk(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return at::chunk(inputs[0], config_.chunks, axis_at(config_.dim, shape_of(inputs[0]), "dim"));
  }

 private:
  Config config_;
};

}  // namespace

void add_chunk(Registrar& r) { r.add<Chunk>("nn.chunk", "Parts of equal size along an axis, one result each"); }

}  // namespace mase::nn
