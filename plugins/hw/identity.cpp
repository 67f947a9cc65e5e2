// hw.identity, hw.flatten, hw.dropout, hw.reshape and hw.view: shape operators in the middle of a design are wires.
#include "generators.h"
#include "hw.h"
#include "mase/text.h"

namespace mase::hw {

std::string Wires::refuses(const Node& node) const {
  if (std::string why = Elementwise::refuses(node); !why.empty()) return why;
  if (casts_result(node)) return "data_out_0 has a format of its own; give it to the next operator's data_in_0 instead";
  const Stream in = stream_of(node.meta.common.args.at("data_in_0"), false);
  const Stream out = stream_of(node.meta.common.results.at("data_out_0"), false);
  if (in.size0 * in.size1 != out.size0 * out.size1) return "the result has another number of elements";
  return {};
}

RtlModule Wires::emit(const Node& node) const {
  Stream in = stream_of(node.meta.common.args.at("data_in_0"), false);
  Stream out = stream_of(node.meta.common.results.at("data_out_0"), false);
  const bool same = in.size0 == out.size0;
  RtlModule m = emit_module(node, same ? "fixed_identity" : "fixed_flatten");
  if (same) return m;
  // Rows one after another keep their order only while a beat holds part of a single row, on both sides.
  const int64_t budget = parallelism_budget(node, 0);
  int64_t par = 1;
  for (int64_t d = 1; d <= budget; ++d)
    if (in.size0 % d == 0 && out.size0 % d == 0) par = d;
  in.par0 = out.par0 = par, in.par1 = out.par1 = 1;
  m.parameters = {};
  add_tensor_parameters(m.parameters, "DATA_IN_0", in);
  add_tensor_parameters(m.parameters, "DATA_OUT_0", out);
  m.ports = {{"data_in_0", true, in.point.width, in.lanes()}, {"data_out_0", false, out.point.width, out.lanes()}};
  m.initiation_interval = static_cast<int>(in.beats());
  return m;
}

std::vector<Codes> Wires::model(const Node& node, const std::vector<Codes>& inputs, const std::vector<Codes>&) const {
  Codes codes = inputs.at(0);
  std::vector<int64_t> shape = node.meta.common.results.at(0).shape;
  shape.at(0) = codes.elements.size(0);
  codes.elements = codes.elements.reshape(shape);
  return {codes};
}

}  // namespace mase::hw
