// models.lenet: LeNet-5 with ReLU and max pooling, 61,706 parameters on 1x28x28.
#include "builder.h"
#include "register.h"

namespace models {

namespace {

struct Lenet final : mase::Model {
  struct Config {
    std::vector<int64_t> input{1, 28, 28};
    int64_t classes = 10;
    mase::Path weights;

    static void schema(mase::Schema<Config>& s) {
      s.field("input", &Config::input, "channels, height and width of an image").range(1, 4096);
      s.field("classes", &Config::classes, "outputs").range(1, 1000000);
      s.field("weights", &Config::weights,
              "state dict, .safetensors or .pt, with PyTorch's names; empty: fresh weights");
    }
    void check(const mase::Value& v) const {
      if (input.size() != 3) throw mase::Error("'input' is not [channels, height, width]", v.loc);
      if (input[1] < 12 || input[2] < 12) throw mase::Error("images below 12x12 leave nothing for fc1", v.loc);
    }
  };
  explicit Lenet(Config c) : config(std::move(c)) {}

  mase::Graph build(mase::Context& context) override {
    Builder b("lenet", config.input, context);
    b.then("conv1", {"nn.conv2d", {{"out_channels", 6}, {"kernel_size", 5}, {"padding", 2}}});
    b.then("relu1", {"nn.relu"});
    b.then("pool1", {"nn.max_pool2d", {{"kernel_size", 2}}});
    b.then("conv2", {"nn.conv2d", {{"out_channels", 16}, {"kernel_size", 5}}});
    b.then("relu2", {"nn.relu"});
    b.then("pool2", {"nn.max_pool2d", {{"kernel_size", 2}}});
    b.then("flatten", {"nn.flatten"});
    b.then("fc1", {"nn.linear", {{"out_features", 120}}});
    b.then("relu3", {"nn.relu"});
    b.then("fc2", {"nn.linear", {{"out_features", 84}}});
    b.then("relu4", {"nn.relu"});
    b.then("fc3", {"nn.linear", {{"out_features", config.classes}}});
    return b.finish(config.weights);
  }
  Config config;
};

}  // namespace

void register_lenet(mase::Registrar& r) {
  r.add<Lenet>("models.lenet", "LeNet-5 with ReLU and max pooling: two convolutions and three linear layers");
}

}  // namespace models
