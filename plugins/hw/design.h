// A design: what a graph is lowered to before it is printed - instances, signals and the streams worth watching.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "hw.h"

namespace mase::hw {

using Names = std::vector<std::pair<std::string, std::string>>;

struct Instance {
  std::string module, name, comment;
  Names parameters;   // parameter, expression
  Names connections;  // port, signal
};

// One stream of the design: <name>, <name>_valid, <name>_ready.
struct Signal {
  std::string name, width, lanes;  // expressions over the top's parameters
  std::string comment;             // starts a group
  bool watched = false;            // simulation compares it
};

// A stream that simulation compares word by word with the integer model.
struct Probe {
  std::string node;    // of the graph
  std::string stream;  // data_out_0, or data_in_0 behind a cast
  std::string signal;  // in the top module
  Stream shape;
  std::string producer;  // node whose result these words are, before the cast
  int result = 0;
  FixedPoint producer_point;
  CastRule rule;
};

struct TopPort {
  std::string name;    // data_in_0
  std::string prefix;  // DATA_IN_0
  Stream shape;
  std::string node;  // graph node: the placeholder, or the producer of the output
  int result = 0;
  std::string consumer, argument;  // inputs: whose format encodes it
};

struct Design {
  std::string top = "top";
  Map parameters;  // <node>_<PARAM>, then the graph's own
  std::vector<TopPort> inputs, outputs;
  std::vector<Signal> signals;
  std::vector<Instance> instances;
  Names assigns;                                           // left, right; whole streams are expanded
  std::vector<Probe> probes;                               // in graph order
  std::vector<std::pair<std::string, std::string>> texts;  // generated files: name, content
  std::vector<std::string> sources;                        // library files, or absolute paths of a user's own
};

// Lowers a copy of the graph's structure. Needs hardware metadata on every node.
Design lower(const Graph& graph, Components& components, const std::string& top);

std::string print_top(const Design& design);  // top.sv
void add_parameter_source(Design& design, const Node& node, const Parameter& parameter, const Codes& codes,
                          const Stream& s);

// The codes of a node's parameter on its own grid, as the hardware stores them.
Codes parameter_codes(const Node& node, const Parameter& parameter, Components& components);

// Words of a tensor [samples, ...] in the order in which beats carry them: tile by tile, row-major inside.
std::vector<int64_t> beat_words(const at::Tensor& codes, const Stream& s);

Value to_value(const Design& design);  // design.json: ports and probes
Design from_value(const Value& value);

}  // namespace mase::hw
