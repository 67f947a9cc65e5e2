// The accumulator's grid for parameters that have no format of their own.
#include <cmath>

#include "derive.h"
#include "mase/execute.h"
#include "mase/text.h"

namespace mase {
namespace {

template <class T>
std::pair<double, double> range_of(const at::Tensor& tensor) {
  const at::Tensor values = tensor.contiguous();
  const T* data = values.const_data_ptr<T>();
  T low = 0, high = 0;
  for (int64_t i = 0, n = values.numel(); i < n; ++i) {
    if (!std::isfinite(data[i])) throw Error("found a value that is not finite, expected finite parameters");
    low = std::min(low, data[i]), high = std::max(high, data[i]);
  }
  return {low, high};
}

}  // namespace

FixedPoint grid_for(const at::Tensor& tensor, int frac_width) {
  const auto [low, high] = tensor.scalar_type() == at::kDouble ? range_of<double>(tensor) : range_of<float>(tensor);
  const double least = std::nearbyint(std::ldexp(low, frac_width)),
               greatest = std::nearbyint(std::ldexp(high, frac_width));
  int width = 1;
  while (width < 64 && (least < -std::ldexp(1.0, width - 1) || greatest >= std::ldexp(1.0, width - 1))) ++width;
  return {width, frac_width, true};
}

std::optional<FixedPoint> accumulator_grid(const Node& node, std::string_view parameter, Components& components) {
  if (!node.op) return std::nullopt;
  const std::shared_ptr<Op> op = components.shared<Op>(node.op);
  const TensorMetas& metas = node.meta.common.args;
  OpFormats formats;
  for (size_t i = 0; i < node.args.size(); ++i) {
    const TensorMeta* meta = argument_meta(const_cast<Node&>(node), i);
    if (!meta || !meta->point()) return std::nullopt;
    formats.inputs.push_back(meta->point()), formats.input_shapes.push_back(meta->shape);
  }
  bool found = false;
  for (const ParameterInfo& info : op->parameters()) {
    const TensorMeta* meta = metas.find(info.name);
    const bool is_free = info.accumulator && !(meta && meta->format);
    if (info.name == parameter) found = is_free;
    if (!is_free && !(meta && meta->point())) return std::nullopt;
    formats.params.push_back(is_free ? std::nullopt : meta->point());
    formats.param_shapes.push_back(meta ? meta->shape : Shape{});
  }
  const Parameter* p = node.param(parameter);
  if (!found || !p) return std::nullopt;
  const auto exact = op->result_format(formats);
  if (!exact) return std::nullopt;
  return grid_for(node.graph().tensor(p->key), exact->frac_width);
}

}  // namespace mase
