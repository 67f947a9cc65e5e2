// ATen: normalization layers.
#include <ATen/ops/all.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

using Params = std::map<std::string, Wire>;

// Weight and bias, the missing one of the two as ones or zeros.
Params affine(const AtenCall& c, int64_t features, bool& has_any) {
  Params params;
  has_any = c.has("weight") || c.has("bias");
  if (!has_any) return params;
  const auto usual = [&](double value) {
    return ImportBuilder::known(at::full({features}, value, at::TensorOptions().dtype(at::kFloat)));
  };
  params["weight"] = c.has("weight") ? c.tensor("weight") : usual(1);
  params["bias"] = c.has("bias") ? c.tensor("bias") : usual(0);
  return params;
}

// Statistics of what the network was trained on, and the counter that PyTorch keeps beside them.
void add_statistics(const AtenCall& c, Params& params) {
  params["running_mean"] = c.tensor("running_mean"), params["running_var"] = c.tensor("running_var");
  params["num_batches_tracked"] = ImportBuilder::known(at::zeros({}, at::TensorOptions().dtype(at::kLong)));
}

// One row for each sample, all of them the same: that row.
std::optional<Wire> row_of(const Wire& rows, int64_t samples) {
  if (!rows.known() || rows.trace[0].numel() % samples != 0) return std::nullopt;
  const at::Tensor table = rows.trace[0].reshape({samples, -1}), row = table.select(0, 0);
  if (!table.eq(row).all().item<bool>()) return std::nullopt;
  return ImportBuilder::known(row.contiguous(), rows.key);
}

// A batch of one with the channels of all samples side by side: instance_norm of each sample, as
// decompositions write it.
std::optional<Wire> stacked_norm(AtenCall& c, const Wire& x) {
  const Size batch = c.builder.batch();
  if (x.rank() < 3 || x.size(0) != Size(1) || x.size(1).fixed() || batch.fixed()) return std::nullopt;
  const int64_t channels = (x.size(1).at[1] - x.size(1).at[0]) / (batch.at[1] - batch.at[0]);
  if (x.size(1) != Size(channels * batch.at[0], channels * batch.at[1])) return std::nullopt;
  Params params;
  for (const char* name : {"weight", "bias", "running_mean", "running_var"}) {
    if (!c.has(name)) continue;
    const auto row = row_of(c.tensor(name), batch.at[0]);
    if (!row) return std::nullopt;
    params[name] = *row;
  }
  if (params.contains("weight") != params.contains("bias")) return std::nullopt;
  const bool has_affine = params.contains("weight");
  Sizes sizes = x.sizes();
  sizes[0] = batch, sizes[1] = Size(channels);
  mase::Map with{{"num_features", channels}, {"eps", c.number("eps")}};
  if (has_affine) with.set("affine", true);
  if (params.contains("running_mean")) {
    with.set("track_running_stats", true);
    params["num_batches_tracked"] = ImportBuilder::known(at::zeros({}, at::TensorOptions().dtype(at::kLong)));
  }
  const std::string op = mase::format("nn.instance_norm{}d", x.rank() - 2);
  const Wire y = c.builder
                     .apply(c.node, mase::Chosen(op, with), {c.builder.reshape(c.node + "_samples", x, sizes)}, params,
                            SIZE_MAX, c.target)
                     .front();
  return c.builder.reshape(c.node + "_batch", y, x.sizes());
}

// Statistics of a batch of one are those of a sample: how decompositions write instance_norm.
AtenValues sample_norm(AtenCall& c, const Wire& x) {
  if (x.size(0).at[0] != 1 || x.rank() < 3)  // the file's only sample, too
    c.refuse("takes mean and variance from the batch", "call model.eval() before exporting the model");
  const std::string op = mase::format("instance_norm{}d", x.rank() - 2);
  Wire y = c.emit(op, {x}, {{"num_features", 0}, {"eps", c.number("eps")}});
  Sizes shape(static_cast<size_t>(x.rank()), Size(1));
  shape[1] = Size(-1);
  const auto along_channels = [&](const char* name) {
    return c.builder.reshape(mase::format("{}_{}", c.node, name), c.tensor(name), shape);
  };
  if (c.has("weight")) y = c.builder.binary(c.node + "_scaled", "mul", y, along_channels("weight"));
  if (c.has("bias")) y = c.builder.binary(c.node + "_moved", "add", y, along_channels("bias"));
  return {y};
}

AtenValues batch_norm(AtenCall& c) {
  const Wire x = c.tensor("input");
  if (x.rank() < 2 || x.rank() > 5) c.refuse("expected an input [batch, channels, ...]");
  if (const auto y = stacked_norm(c, x)) return {*y};
  const bool trains = (c.has("training") && c.flag("training")) || (c.has("train") && c.flag("train")) ||
                      !c.has("running_mean") || !c.has("running_var");
  if (trains) return sample_norm(c, x);
  const int64_t features = x.size(1).at[0];
  bool has_affine = false;
  Params params = affine(c, features, has_affine);
  add_statistics(c, params);
  mase::Map with{{"num_features", features}, {"eps", c.number("eps")}};
  if (!has_affine) with.set("affine", false);
  const char* const op = x.rank() == 4 ? "nn.batch_norm2d" : x.rank() == 5 ? "nn.batch_norm3d" : "nn.batch_norm1d";
  return {c.builder.apply(c.node, mase::Chosen(op, with), {x}, params, SIZE_MAX, c.target).front()};
}

AtenValues layer_norm(AtenCall& c) {
  const Wire x = c.tensor("input");
  const std::vector<int64_t> shape = c.integers("normalized_shape");
  Params params;
  mase::Map with{{"normalized_shape", mase::Value(shape)}, {"eps", c.number("eps")}};
  if (c.has("weight") || c.has("bias")) {
    params["weight"] = c.has("weight") ? c.tensor("weight")
                                       : ImportBuilder::known(at::ones(shape, at::TensorOptions().dtype(at::kFloat)));
    if (c.has("bias"))
      params["bias"] = c.tensor("bias");
    else
      with.set("bias", false);
  } else {
    with.set("elementwise_affine", false);
  }
  return {c.builder.apply(c.node, mase::Chosen("nn.layer_norm", with), {x}, params, SIZE_MAX, c.target).front()};
}

AtenValues rms_norm(AtenCall& c) {
  mase::Map with{{"normalized_shape", mase::Value(c.integers("normalized_shape"))}};
  if (c.has("eps")) with.set("eps", c.number("eps"));
  Params params;
  if (c.has("weight"))
    params["weight"] = c.tensor("weight");
  else
    with.set("elementwise_affine", false);
  return {c.builder.apply(c.node, mase::Chosen("nn.rms_norm", with), {c.tensor("input")}, params, SIZE_MAX, c.target)
              .front()};
}

AtenValues group_norm(AtenCall& c) {
  const Wire x = c.tensor("input");
  if (x.rank() < 2) c.refuse("expected an input [batch, channels, ...]");
  const int64_t channels = x.size(1).at[0];
  bool has_affine = false;
  Params params = affine(c, channels, has_affine);
  mase::Map with{{"num_groups", c.integer(c.args.contains("num_groups") ? "num_groups" : "group")},
                 {"num_channels", channels},
                 {"eps", c.number("eps")}};
  if (!has_affine) with.set("affine", false);
  return {c.builder.apply(c.node, mase::Chosen("nn.group_norm", with), {x}, params, SIZE_MAX, c.target).front()};
}

AtenValues instance_norm(AtenCall& c) {
  const Wire x = c.tensor("input");
  if (x.rank() < 3 || x.rank() > 5) c.refuse("expected an input [batch, channels, ...]");
  const int64_t channels = x.size(1).at[0];
  bool has_affine = false;
  Params params = affine(c, channels, has_affine);
  mase::Map with{{"num_features", channels}, {"eps", c.number("eps")}};
  if (has_affine) with.set("affine", true);
  if (!c.flag("use_input_stats")) {
    with.set("track_running_stats", true);
    add_statistics(c, params);
  }
  const std::string op = mase::format("nn.instance_norm{}d", x.rank() - 2);
  return {c.builder.apply(c.node, mase::Chosen(op, with), {x}, params, SIZE_MAX, c.target).front()};
}

}  // namespace

void add_aten_norms(AtenTable& t) {
  for (const char* name :
       {"batch_norm", "_native_batch_norm_legit_no_training", "native_batch_norm", "cudnn_batch_norm",
        "_native_batch_norm_legit", "_batch_norm_with_update", "_batch_norm_no_update"})
    t[name] = batch_norm;
  t["layer_norm"] = t["native_layer_norm"] = layer_norm;
  t["rms_norm"] = t["_fused_rms_norm"] = rms_norm;
  t["group_norm"] = t["native_group_norm"] = group_norm, t["instance_norm"] = instance_norm;
}

}  // namespace models
