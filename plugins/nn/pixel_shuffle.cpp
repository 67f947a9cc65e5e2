// nn.pixel_shuffle: channels become height and width (depth to space).
#include <ATen/ops/pixel_shuffle.h>

#include "nn.h"

namespace mase::nn {
namespace {

class PixelShuffle final : public PassThrough {
 public:
  struct Config {
    int64_t upscale_factor = 0;
    static void schema(Schema<Config>& s) {
      s.field("upscale_factor", &Config::upscale_factor, "how often height and width grow")
          .range(1, 1 << 20)
          .required();
    }
  };
  explicit PixelShuffle(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    expect_rank(shape, 4, 4, "[batch, channels, height, width]");
    if (const int64_t r = config_.upscale_factor; shape[1] % (r * r) != 0)
      throw Error("found " + std::to_string(shape[1]) + " channels, expected a multiple of " + std::to_string(r * r) +
                  ", the square of upscale_factor");
    return {at::pixel_shuffle(inputs[0], config_.upscale_factor)};
  }

 private:
  Config config_;
};

}  // namespace

void add_pixel_shuffle(Registrar& r) { r.add<PixelShuffle>("nn.pixel_shuffle", "Channels become height and width"); }

}  // namespace mase::nn
