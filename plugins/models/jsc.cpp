// models.jsc_tiny, jsc_toy, jsc_s: MASE's jet taggers on 16 features, built as `seq_blocks`.
#include "builder.h"
#include "register.h"

namespace models {

namespace {

struct Config {
  mase::Path weights;
  static void schema(mase::Schema<Config>& s) {
    s.field("weights", &Config::weights, "state dict, .safetensors or .pt, with PyTorch's names; empty: fresh weights");
  }
};

// BatchNorm1d and ReLU on the inputs, then Linear (BatchNorm1d) ReLU per layer - the logits too, as in MASE.
mase::Graph build_jsc(const char* name, const std::vector<int64_t>& widths, bool norm_after, const Config& config,
                      mase::Context& context) {
  Builder builder(name, {widths[0]}, context);
  int index = 0;
  const auto next = [&](const char* op, mase::Map with = {}) {
    builder.then(mase::format("seq_blocks.{}", index++), mase::Chosen(op, std::move(with)));
  };
  next("nn.batch_norm1d"), next("nn.relu");
  for (size_t i = 1; i < widths.size(); ++i) {
    next("nn.linear", {{"out_features", widths[i]}});
    if (norm_after) next("nn.batch_norm1d");
    next("nn.relu");
  }
  return builder.finish(config.weights);
}

struct JscTiny final : mase::Model {
  using Config = models::Config;
  explicit JscTiny(Config c) : config(std::move(c)) {}
  mase::Graph build(mase::Context& context) override { return build_jsc("jsc_tiny", {16, 5}, false, config, context); }
  Config config;
};

struct JscToy final : mase::Model {
  using Config = models::Config;
  explicit JscToy(Config c) : config(std::move(c)) {}
  mase::Graph build(mase::Context& context) override {
    return build_jsc("jsc_toy", {16, 8, 8, 5}, true, config, context);
  }
  Config config;
};

struct JscS final : mase::Model {
  using Config = models::Config;
  explicit JscS(Config c) : config(std::move(c)) {}
  mase::Graph build(mase::Context& context) override {
    return build_jsc("jsc_s", {16, 64, 32, 32, 32, 5}, true, config, context);
  }
  Config config;
};

}  // namespace

void register_jsc(mase::Registrar& r) {
  r.add<JscTiny>("models.jsc_tiny", "MASE's jsc-tiny jet tagger: 16-5, 117 parameters");
  r.add<JscToy>("models.jsc_toy", "MASE's jsc-toy jet tagger: 16-8-8-5 with batch normalisation");
  r.add<JscS>("models.jsc_s", "MASE's jsc-s jet tagger: 16-64-32-32-32-5 with batch normalisation");
}

}  // namespace models
