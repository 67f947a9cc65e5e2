// hw.linear: fixed_linear, one weight tile per cycle, exact accumulation, one cast at the end.
#include <ATen/ops/matmul.h>

#include <cmath>

#include "generators.h"
#include "hw.h"
#include "mase/text.h"

namespace mase::hw {
namespace {

struct LinearStreams {
  Stream in, weight, bias, out;
  bool has_bias = false;
};

LinearStreams streams(const Node& node) {
  const auto& common = node.meta.common;
  LinearStreams s;
  s.in = stream_of(common.args.at("data_in_0"), false);
  s.weight = stream_of(common.args.at("weight"), true);
  s.out = stream_of(common.results.at("data_out_0"), false);
  s.has_bias = node.param("bias") != nullptr;
  s.in.par0 = s.weight.par0 = divisor_within(s.in.size0, parallelism_budget(node, 0));
  s.weight.par1 = s.out.par0 = divisor_within(s.weight.size1, parallelism_budget(node, 1));
  s.in.par1 = s.out.par1 = divisor_within(s.in.size1, parallelism_budget(node, 1));
  if (s.has_bias) {
    s.bias = stream_of(common.args.at("bias"), true);
    s.bias.par0 = s.weight.par1;
  }
  return s;
}

// Products and sums on the finest grid that occurs: the products', or the bias' where that is finer.
FixedPoint exact_grid(const FixedPoint& product, const std::optional<FixedPoint>& bias) {
  constexpr int kCodeBits = 63;
  return {kCodeBits, std::max(product.frac_width, bias ? bias->frac_width : product.frac_width), true};
}

at::Tensor as_double(const at::Tensor& codes) { return codes.to(at::kDouble); }

}  // namespace

std::string Linear::refuses(const Node& node) const {
  for (const char* name : {"data_in_0", "weight", "data_out_0"})
    if (std::string why = missing_grid(node, name); !why.empty()) return why;
  if (node.param("bias"))
    if (std::string why = missing_grid(node, "bias"); !why.empty()) return why;
  return {};
}

RtlModule Linear::emit(const Node& node) const {
  const LinearStreams s = streams(node);
  RtlModule m;
  m.module = "fixed_linear";
  m.sources = module_sources(m.module);
  add_tensor_parameters(m.parameters, "DATA_IN_0", s.in);
  add_tensor_parameters(m.parameters, "WEIGHT", s.weight);
  if (s.has_bias) add_tensor_parameters(m.parameters, "BIAS", s.bias);
  add_tensor_parameters(m.parameters, "DATA_OUT_0", s.out);
  if (!s.has_bias) m.parameters.set("HAS_BIAS", 0);
  // A memory source streams the matrix again for every row of tiles, so the module need not keep it.
  if (s.in.size1 > s.in.par1) m.parameters.set("WEIGHT_REPLAY", 0);
  add_sign_parameters(m.parameters,
                      {{"DATA_IN_0", s.in.point}, {"WEIGHT", s.weight.point}, {"DATA_OUT_0", s.out.point}});
  if (s.has_bias) add_sign_parameters(m.parameters, {{"BIAS", s.bias.point}});
  add_cast_parameters(m.parameters, node);
  m.ports = {{"data_in_0", true, s.in.point.width, s.in.lanes()},
             {"weight", true, s.weight.point.width, s.weight.lanes()}};
  if (s.has_bias) m.ports.push_back({"bias", true, s.bias.point.width, s.bias.lanes()});
  m.ports.push_back({"data_out_0", false, s.out.point.width, s.out.lanes()});
  m.initiation_interval = static_cast<int>(s.weight.beats() * (s.in.size1 / s.in.par1));
  const int buffer = s.out.size0 > s.out.par0 ? 2 : 0;  // inputs are kept for the next block of outputs
  m.latency = static_cast<int>(s.in.size0 / s.in.par0) + 2 + buffer;
  return m;
}

std::vector<Codes> Linear::model(const Node& node, const std::vector<Codes>& inputs,
                                 const std::vector<Codes>& params) const {
  const FixedPoint in = *inputs.at(0).point, weight = *params.at(0).point;
  const FixedPoint product{0, in.frac_width + weight.frac_width, true};
  const bool has_bias = params.size() > 1;
  const FixedPoint grid = exact_grid(product, has_bias ? params[1].point : std::nullopt);
  // Sums of at most 2^53 are exact in double, and LibTorch has no fast integer product; larger ones go through int64.
  const double largest = std::max(std::abs(in.low()), in.high()) * std::exp2(in.frac_width) *
                         std::max(std::abs(weight.low()), weight.high()) * std::exp2(weight.frac_width) *
                         static_cast<double>(params[0].elements.size(-1));
  const at::Tensor wt = params[0].elements.t();
  at::Tensor sum = largest < 0x1p53 ? at::matmul(as_double(inputs[0].elements), as_double(wt)).to(at::kLong)
                                    : at::matmul(inputs[0].elements, wt);
  if (const int up = grid.frac_width - product.frac_width; up > 0) sum = sum.mul(int64_t{1} << up);
  if (has_bias) {
    const int up = grid.frac_width - params[1].point->frac_width;
    sum = sum.add(up > 0 ? params[1].elements.mul(int64_t{1} << up) : params[1].elements);
  }
  const std::optional<FixedPoint>& result = node.meta.common.results.at(0).point();
  const FixedPoint exact = casts_result(node) || !result ? grid : *result;
  return {finish(node, sum, exact)};
}

}  // namespace mase::hw
