// models.mlp: fully connected layers fc1, fc2, ... with an activation between them.
#include "builder.h"
#include "mase/op.h"
#include "register.h"

namespace models {

namespace {

struct Mlp final : mase::Model {
  struct Config {
    std::vector<int64_t> layers;
    mase::Use<mase::Op> activation{mase::Chosen("nn.relu")};
    bool bias = true;
    mase::Path weights;

    static void schema(mase::Schema<Config>& s) {
      s.field("layers", &Config::layers, "features of the input, of each hidden layer and of the output: [64, 32, 10]")
          .range(1, 1000000)
          .required();
      s.field("activation", &Config::activation, "operator between the layers; null: none");
      s.field("bias", &Config::bias, "whether the layers have a bias");
      s.field("weights", &Config::weights,
              "state dict, .safetensors or .pt, with PyTorch's names; empty: fresh weights");
    }
    void check(const mase::Value& v) const {
      if (layers.size() < 2)
        throw mase::Error(mase::format("'layers' has {} entries, expected at least input and output", layers.size()),
                          v.loc);
    }
  };
  explicit Mlp(Config c) : config(std::move(c)) {}

  mase::Graph build(mase::Context& context) override {
    Builder builder("mlp", {config.layers[0]}, context);
    for (size_t i = 1; i < config.layers.size(); ++i) {
      builder.then(mase::format("fc{}", i),
                   mase::Chosen("nn.linear", {{"out_features", config.layers[i]}, {"bias", config.bias}}));
      if (i + 1 < config.layers.size() && config.activation)
        builder.then(mase::format("{}{}", config.activation.chosen.short_name(), i), config.activation.chosen);
    }
    return builder.finish(config.weights);
  }
  Config config;
};

}  // namespace

void register_mlp(mase::Registrar& r) {
  r.add<Mlp>("models.mlp", "Fully connected layers fc1, fc2, ... with an activation between them");
}

}  // namespace models
