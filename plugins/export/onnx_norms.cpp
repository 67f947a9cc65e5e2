// Normalisations in ONNX, as they are in evaluation.
#include <limits>

#include "onnx_emit.h"

namespace mase::exporting {
namespace {

Names running(OnnxEmit& e) {
  const int64_t channels = e.shape(0).at(1);
  return {e.in(0), e.param_or("weight", 1, channels), e.param_or("bias", 0, channels), e.param("running_mean"),
          e.param("running_var")};
}

Names batch_norm(OnnxEmit& e) {
  if (!e.flag("track_running_stats")) throw NoCounterpart{"it normalises by each batch, as in training"};
  return {e.add("BatchNormalization", running(e), {{"epsilon", e.real("eps")}})};
}

Names instance_norm(OnnxEmit& e) {
  if (e.flag("track_running_stats")) return batch_norm(e);
  const int64_t channels = e.shape(0).at(1);
  return {e.add("InstanceNormalization", {e.in(0), e.param_or("weight", 1, channels), e.param_or("bias", 0, channels)},
                {{"epsilon", e.real("eps")}})};
}

// Shape of a vector of channels beside [batch, channels, ...].
Shape by_channel(OnnxEmit& e) {
  Shape shape(static_cast<size_t>(e.rank(0) - 1), 1);
  shape[0] = e.shape(0).at(1);
  return shape;
}

Names group_norm(OnnxEmit& e) {
  const int64_t groups = e.integer("num_groups");
  const Shape shape = e.shape(0);
  const std::string rows = e.reshape(e.in(0), {0, groups, -1});
  std::string y =
      e.add("InstanceNormalization", {rows, e.param_or("no weight", 1, groups), e.param_or("no bias", 0, groups)},
            {{"epsilon", e.real("eps")}});
  Shape back = shape;
  back[0] = -1;
  y = e.reshape(y, back);
  if (e.has("weight")) y = e.add("Mul", {y, e.reshape(e.param("weight"), by_channel(e))});
  if (e.has("bias")) y = e.add("Add", {y, e.reshape(e.param("bias"), by_channel(e))});
  return {y};
}

// The last axes, as many as the normalised shape has.
std::vector<int64_t> last_axes(OnnxEmit& e) {
  const size_t count = std::max<size_t>(e.list("normalized_shape").size(), 1);
  std::vector<int64_t> axes;
  for (size_t i = count; i > 0; --i) axes.push_back(-static_cast<int64_t>(i));
  return axes;
}

Names layer_norm(OnnxEmit& e) {
  const std::vector<int64_t> axes = last_axes(e);
  const std::string x = e.in(0);
  if (e.out.opset() >= 17 && e.has("weight")) {
    Names inputs = {x, e.param("weight")};
    if (e.has("bias")) inputs.push_back(e.param("bias"));
    return {e.add("LayerNormalization", inputs, {{"axis", axes[0]}, {"epsilon", e.real("eps")}})};
  }
  const std::string centred = e.add("Sub", {x, e.reduce("ReduceMean", x, axes, true)});
  const std::string variance = e.reduce("ReduceMean", e.add("Mul", {centred, centred}), axes, true);
  std::string y = e.add("Div", {centred, e.add("Sqrt", {e.add("Add", {variance, e.number(e.real("eps"))})})});
  if (e.has("weight")) y = e.add("Mul", {y, e.param("weight")});
  if (e.has("bias")) y = e.add("Add", {y, e.param("bias")});
  return {y};
}

Names rms_norm(OnnxEmit& e) {
  const std::string x = e.in(0);
  const double eps = e.is_null("eps") ? std::numeric_limits<float>::epsilon() : e.real("eps");
  const std::string square = e.reduce("ReduceMean", e.add("Mul", {x, x}), last_axes(e), true);
  const std::string y = e.add("Div", {x, e.add("Sqrt", {e.add("Add", {square, e.number(eps)})})});
  return {e.has("weight") ? e.add("Mul", {y, e.param("weight")}) : y};
}

Names local_response_norm(OnnxEmit& e) {
  return {e.add(
      "LRN", {e.in(0)},
      {{"size", e.integer("size")}, {"alpha", e.real("alpha")}, {"beta", e.real("beta")}, {"bias", e.real("k")}})};
}

}  // namespace

void add_onnx_norms(OnnxEmitters& t) {
  for (const char* name : {"batch_norm1d", "batch_norm2d", "batch_norm3d"}) t[name] = batch_norm;
  for (const char* name : {"instance_norm1d", "instance_norm2d", "instance_norm3d"}) t[name] = instance_norm;
  t["group_norm"] = group_norm, t["layer_norm"] = layer_norm, t["rms_norm"] = rms_norm;
  t["local_response_norm"] = local_response_norm;
}

}  // namespace mase::exporting
