// hw.relu: fixed_relu, combinational, any input and output format.
#include <ATen/ops/clamp_min.h>

#include "generators.h"
#include "hw.h"

namespace mase::hw {

std::string Elementwise::refuses(const Node& node) const {
  for (const char* name : {"data_in_0", "data_out_0"})
    if (std::string why = missing_grid(node, name); !why.empty()) return why;
  return {};
}

RtlModule Elementwise::emit_module(const Node& node, const char* module) const {
  Stream in = stream_of(node.meta.common.args.at("data_in_0"), false);
  Stream out = stream_of(node.meta.common.results.at("data_out_0"), false);
  in.par0 = out.par0 = divisor_within(in.size0, parallelism_budget(node, 0));
  in.par1 = out.par1 = divisor_within(in.size1, parallelism_budget(node, 1));
  RtlModule m;
  m.module = module;
  m.sources = module_sources(m.module);
  add_tensor_parameters(m.parameters, "DATA_IN_0", in);
  add_own_parameters(m.parameters, node);
  add_tensor_parameters(m.parameters, "DATA_OUT_0", out);
  if (has_cast()) {
    add_sign_parameters(m.parameters, {{"DATA_IN_0", in.point}, {"DATA_OUT_0", out.point}});
    add_cast_parameters(m.parameters, node);
  }
  m.ports = {{"data_in_0", true, in.point.width, in.lanes()}, {"data_out_0", false, out.point.width, out.lanes()}};
  m.initiation_interval = static_cast<int>(in.beats());
  return m;
}

RtlModule Relu::emit(const Node& node) const { return emit_module(node, "fixed_relu"); }

void Relu::add_own_parameters(Map& p, const Node& node) const {
  // MASE names it for the functional form only; hardware has nothing to do in place.
  if (node.op_kind == OpKind::call_function) p.set("INPLACE", 0);
}

std::vector<Codes> Relu::model(const Node& node, const std::vector<Codes>& inputs, const std::vector<Codes>&) const {
  return {finish(node, at::clamp_min(inputs.at(0).elements, 0), *inputs[0].point)};
}

}  // namespace mase::hw
