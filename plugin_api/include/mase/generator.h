// Generator: the hardware of one operator - its module, and beside it the integers that exactly this module computes.
#pragma once
#include "mase/component.h"
#include "mase/format.h"
#include "mase/graph.h"

namespace mase {

struct RtlPort {
  std::string name;  // data_in_0; its handshake is <name>_valid, <name>_ready
  bool input = true;
  int width = 0;      // bits per element
  int64_t lanes = 0;  // elements per beat
};

struct RtlModule {
  std::string module;
  Map parameters;                                          // ordered, MASE's names: DATA_IN_0_PRECISION_0: 8
  std::vector<std::string> sources;                        // files of the component library, by path below components/
  std::vector<std::pair<std::string, std::string>> texts;  // generated files: name, content
  std::vector<RtlPort> ports;
  int initiation_interval = 1;  // cycles between input tensors at full rate
  int latency = 0;              // cycles from the first input beat to the first output beat
};

struct RtlCost {
  double lut = 0, ff = 0, dsp = 0, bram = 0;
};

class Generator : public Component {
 public:
  static constexpr const char* kKind = "generator";
  virtual std::string mase_op() const = 0;  // the operator it implements
  // "" when it can build this node, or the reason why not. Grids are in node.meta.common (point()).
  virtual std::string refuses(const Node& node) const = 0;
  bool accepts(const Node& node) const { return node.mase_op == mase_op() && refuses(node).empty(); }
  virtual RtlModule emit(const Node& node) const = 0;
  // The integer reference of exactly this module: codes of inputs and parameters to codes of results.
  virtual std::vector<Codes> model(const Node& node, const std::vector<Codes>& inputs,
                                   const std::vector<Codes>& params) const = 0;
  virtual RtlCost cost(const Node& node) const { return {}; }
};

}  // namespace mase
