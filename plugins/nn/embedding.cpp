// nn.embedding: the weight's row for each index.
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>

#include "indices.h"

namespace mase::nn {
namespace {

class Embedding final : public Op {
 public:
  struct Config {
    int64_t num_embeddings = 0;
    int64_t embedding_dim = 0;
    std::optional<int64_t> padding_idx;
    static void schema(Schema<Config>& s) {
      s.field("num_embeddings", &Config::num_embeddings, "rows of the weight: indices go from 0 to one less")
          .min(1)
          .required();
      s.field("embedding_dim", &Config::embedding_dim, "size of the result's last axis").min(1).required();
      s.field("padding_idx", &Config::padding_idx,
              "row that starts at zero and is not trained; negative counts from the end");
    }
    void check(const Value& v) const {
      if (padding_idx && (*padding_idx >= num_embeddings || *padding_idx < -num_embeddings))
        throw Error("padding_idx is " + std::to_string(*padding_idx) + ", beyond the " +
                        std::to_string(num_embeddings) + " rows",
                    v.loc);
    }
  };
  explicit Embedding(Config c) : config_(c) {}

  std::vector<ParameterInfo> parameters() const override { return {{"weight"}}; }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext&) const override {
    return {at::embedding(params[0], indices(inputs[0], config_.num_embeddings, FromEnd::refused), padding_row(), false,
                          false)};
  }
  // Normal with mean 0 and variance 1.
  Tensors initialize(const std::vector<Shape>&, Random& random) const override {
    at::Tensor weight =
        at::empty({config_.num_embeddings, config_.embedding_dim}, at::TensorOptions().dtype(at::kFloat));
    float* data = weight.mutable_data_ptr<float>();
    for (int64_t i = 0; i < weight.numel(); ++i) data[i] = static_cast<float>(random.normal());
    const int64_t row = padding_row();
    for (int64_t i = 0; row >= 0 && i < config_.embedding_dim; ++i) data[row * config_.embedding_dim + i] = 0;
    return {weight};
  }
  // The result's values are the weight's.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return formats.params.empty() ? std::nullopt : formats.params[0];
  }

 private:
  int64_t padding_row() const {
    const int64_t row = config_.padding_idx.value_or(-1);
    return config_.padding_idx && row < 0 ? row + config_.num_embeddings : row;
  }
  Config config_;
};

}  // namespace

void add_embedding(Registrar& r) { r.add<Embedding>("nn.embedding", "The weight's row for each index of the input"); }

}  // namespace mase::nn
