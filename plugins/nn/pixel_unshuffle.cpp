// nn.pixel_unshuffle: height and width become channels (space to depth).
#include <ATen/ops/pixel_unshuffle.h>

#include "nn.h"

namespace mase::nn {
namespace {

class PixelUnshuffle final : public PassThrough {
 public:
  struct Config {
    int64_t downscale_factor = 0;
    static void schema(Schema<Config>& s) {
      s.field("downscale_factor", &Config::downscale_factor, "how often height and width shrink")
          .range(1, 1 << 20)
          .required();
    }
  };
  explicit PixelUnshuffle(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    expect_rank(shape, 4, 4, "[batch, channels, height, width]");
    if (const int64_t r = config_.downscale_factor; shape[2] % r != 0 || shape[3] % r != 0)
      throw Error("found height and width of " + std::to_string(shape[2]) + " and " + std::to_string(shape[3]) +
                  ", expected multiples of downscale_factor, " + std::to_string(r));
    return {at::pixel_unshuffle(inputs[0], config_.downscale_factor)};
  }

 private:
  Config config_;
};

}  // namespace

void add_pixel_unshuffle(Registrar& r) {
  r.add<PixelUnshuffle>("nn.pixel_unshuffle", "Height and width become channels");
}

}  // namespace mase::nn
