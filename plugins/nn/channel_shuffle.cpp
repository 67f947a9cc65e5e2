// nn.channel_shuffle: takes channels from all groups in turn.
#include <ATen/ops/channel_shuffle.h>

#include "nn.h"

namespace mase::nn {
namespace {

class ChannelShuffle final : public PassThrough {
 public:
  struct Config {
    int64_t groups = 0;
    static void schema(Schema<Config>& s) {
      s.field("groups", &Config::groups, "groups of channels").min(1).required();
    }
  };
  explicit ChannelShuffle(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    expect_rank(shape, 3, 64, "[batch, channels, ...]");
    if (shape[1] % config_.groups != 0)
      throw Error("groups is " + std::to_string(config_.groups) + ", which does not divide the " +
                  std::to_string(shape[1]) + " channels");
    return {at::channel_shuffle(inputs[0], config_.groups)};
  }

 private:
  Config config_;
};

}  // namespace

void add_channel_shuffle(Registrar& r) {
  r.add<ChannelShuffle>("nn.channel_shuffle", "Takes channels from all groups in turn");
}

}  // namespace mase::nn
