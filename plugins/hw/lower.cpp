// Lowering: one instance per node, and between nodes whatever the wires need - forks, casts, repacking.
#include <algorithm>
#include <map>

#include "design.h"
#include "mase/text.h"

namespace mase::hw {
namespace {

// One reader of a stream: a node's argument, or an output of the design.
struct Reader {
  const Node* node = nullptr;
  size_t argument = 0;
};

class Lowering {
 public:
  Lowering(const Graph& graph, Components& components, const std::string& top)
      : graph_(graph), components_(components) {
    design_.top = top;
  }
  Design run() {
    for (const Node* node : graph_.nodes())
      if (!node->meta.hardware.is_implicit) add_node(*node);
    if (design_.instances.empty()) throw Error("nothing to emit: every node of the graph only reshapes its input");
    for (const Node* node : graph_.nodes()) connect_results(*node);
    add_graph_parameters();
    for (const Probe& p : input_probes_) design_.probes.push_back(p);
    order_probes();
    return std::move(design_);
  }

 private:
  const HardwareMeta& hw(const Node& node) const { return node.meta.hardware; }

  Stream stream(const Node& node, const std::string& tensor) const {
    const TensorMeta* t = node.meta.common.args.find(tensor);
    if (!t) t = &node.meta.common.results.at(tensor);
    return read_tensor_parameters(hw(node).verilog_param, upper(tensor), t->point()->is_signed);
  }

  // Declares <prefix>_<tensor> with MASE's width and lane expressions and returns its name.
  std::string declare(const std::string& owner, const std::string& tensor, const std::string& comment = {},
                      bool watched = false) {
    const std::string p = owner + "_" + upper(tensor);
    design_.signals.push_back({owner + "_" + tensor, p + "_PRECISION_0",
                               p + "_PARALLELISM_DIM_0*" + p + "_PARALLELISM_DIM_1", comment, watched});
    return owner + "_" + tensor;
  }

  static void connect(Instance& i, const std::string& port, const std::string& signal) {
    for (const char* suffix : {"", "_valid", "_ready"}) i.connections.emplace_back(port + suffix, signal + suffix);
  }

  void add_node(const Node& node) {
    const auto generator = components_.shared<Generator>(Chosen(hw(node).generator));
    const RtlModule module = generator->emit(node);
    for (const Entry& e : hw(node).verilog_param) design_.parameters.set(node.name + "_" + e.key, e.value);
    Instance inst{hw(node).module, node.name + "_inst", node.name, {}, {{"clk", "clk"}, {"rst", "rst"}}};
    for (const Entry& e : hw(node).verilog_param) inst.parameters.emplace_back(e.key, node.name + "_" + e.key);
    std::vector<Instance> sources;
    bool first = true;
    for (const RtlPort& port : module.ports) {
      connect(inst, port.name,
              declare(node.name, port.name, first ? node.name : "", !port.input || node.param(port.name) == nullptr));
      first = false;
      if (const Parameter* p = node.param(port.name)) sources.push_back(parameter_source(node, *p));
      if (!port.input) add_result_probe(node, port.name);
    }
    tie_off(node, inst);
    design_.instances.push_back(std::move(inst));
    for (Instance& s : sources) design_.instances.push_back(std::move(s));
    for (const std::string& file : hw(node).dependence_files) add_source(file);
    for (const auto& text : module.texts) design_.texts.push_back(text);
  }

  // A linear layer without bias still has the port; it is never read.
  void tie_off(const Node& node, Instance& inst) {
    const Value* has_bias = hw(node).verilog_param.find("HAS_BIAS");
    if (!has_bias || has_bias->as_int() != 0) return;
    inst.connections.emplace_back("bias", "");
    inst.connections.emplace_back("bias_valid", "1'b0");
    inst.connections.emplace_back("bias_ready", "");
  }

  void add_source(const std::string& file) {
    if (std::find(design_.sources.begin(), design_.sources.end(), file) == design_.sources.end())
      design_.sources.push_back(file);
  }
  void add_library(const std::string& module) {
    for (const std::string& file : module_sources(module)) add_source(file);
  }

  Instance parameter_source(const Node& node, const Parameter& parameter) {
    const Codes codes = parameter_codes(node, parameter, components_);
    add_parameter_source(design_, node, parameter, codes, stream(node, parameter.name));
    add_library("mase_rom_source");
    const std::string module = node.name + "_" + parameter.name + "_source";
    Instance inst{module, module + "_0", {}, {}, {{"clk", "clk"}, {"rst", "rst"}}};
    const std::string prefix = upper(parameter.name);
    for (const Entry& e : hw(node).verilog_param)
      if (e.key.rfind(prefix + "_P", 0) == 0 || e.key.rfind(prefix + "_T", 0) == 0)
        inst.parameters.emplace_back(e.key, node.name + "_" + e.key);
    const std::string signal = node.name + "_" + parameter.name;
    inst.connections.insert(
        inst.connections.end(),
        {{"data_out", signal}, {"data_out_ready", signal + "_ready"}, {"data_out_valid", signal + "_valid"}});
    return inst;
  }

  void add_result_probe(const Node& node, const std::string& port) {
    Probe p;
    p.node = p.producer = node.name, p.stream = port, p.signal = node.name + "_" + port;
    p.shape = stream(node, port), p.producer_point = p.shape.point;
    design_.probes.push_back(p);
  }

  // The nodes that read a result, looking through implicit nodes (they are wires).
  void readers(const Node& node, std::vector<Reader>& out) const {
    for (const Node* user : node.users())
      for (size_t i = 0; i < user->args.size(); ++i) {
        if (user->args[i].node != &node) continue;
        if (user->op_kind != OpKind::output && hw(*user).is_implicit)
          readers(*user, out);
        else
          out.push_back({user, i});
      }
  }

  void connect_results(const Node& node) {
    const bool input = node.op_kind == OpKind::placeholder;
    if (!input && hw(node).is_implicit) return;
    std::vector<Reader> all;
    readers(node, all);
    if (all.empty()) return;
    if (input) return connect_input(node, all);
    const std::vector<std::string> taps = fork(node.name + "_data_out_0", all.size(), node.name);
    for (size_t i = 0; i < all.size(); ++i) connect_reader(node, taps[i], stream(node, "data_out_0"), all[i]);
  }

  // Streams that carry the same data to `count` readers; a registered fork where there are several.
  std::vector<std::string> fork(const std::string& signal, size_t count, const std::string& owner) {
    if (count == 1) return {signal};
    add_library("split_n");
    std::vector<std::string> taps;
    std::string valid, ready;
    for (size_t i = count; i-- > 0;) {  // concatenation lists the highest index first
      const std::string tap = signal + "_fork_" + std::to_string(i);
      valid += (valid.empty() ? "" : ", ") + tap + "_valid";
      ready += (ready.empty() ? "" : ", ") + tap + "_ready";
    }
    Signal shape;
    for (const Signal& s : design_.signals)
      if (s.name == signal) shape = s;
    for (size_t i = 0; i < count; ++i) {
      taps.push_back(signal + "_fork_" + std::to_string(i));
      design_.signals.push_back({taps.back(), shape.width, shape.lanes, {}, false});
      design_.assigns.emplace_back(taps.back() + "=", signal);  // data only; see print_top
    }
    design_.instances.push_back({"split_n",
                                 owner + "_fork_0",
                                 "readers of " + signal,
                                 {{"N", std::to_string(count)}},
                                 {{"clk", "clk"},
                                  {"rst", "rst"},
                                  {"data_in_valid", signal + "_valid"},
                                  {"data_in_ready", signal + "_ready"},
                                  {"data_out_valid", "{" + valid + "}"},
                                  {"data_out_ready", "{" + ready + "}"}}});
    return taps;
  }

  // An instance of a two-port stream module between two declared streams.
  void adapt(const std::string& module, const std::string& name, const std::string& from, const Stream& in,
             const std::string& to, const Stream& out, const Names& more) {
    add_library(module);
    Instance inst{module, name, {}, {}, {{"clk", "clk"}, {"rst", "rst"}}};
    Map p;
    add_tensor_parameters(p, "DATA_IN_0", in);
    add_tensor_parameters(p, "DATA_OUT_0", out);
    for (const Entry& e : p) inst.parameters.emplace_back(e.key, e.value.json());
    inst.parameters.insert(inst.parameters.end(), more.begin(), more.end());
    connect(inst, "data_in_0", from);
    connect(inst, "data_out_0", to);
    design_.instances.push_back(std::move(inst));
  }

  std::string local(const std::string& name, const Stream& s) {
    design_.signals.push_back({name, std::to_string(s.point.width), std::to_string(s.lanes()), {}, false});
    return name;
  }

  // From the producer's stream to an argument: cast, then repack, only where needed.
  void connect_reader(const Node& producer, std::string from, Stream s, const Reader& reader) {
    if (reader.node->op_kind == OpKind::output) return connect_output(producer, from, s);
    const Node& node = *reader.node;
    const std::string argument = "data_in_" + std::to_string(reader.argument);
    const Stream want = stream(node, argument);
    const std::string to = node.name + "_" + argument;
    const Chosen& format = node.meta.common.args.at(argument).format;
    if (s.point != want.point) {
      const CastRule rule = cast_rule(format, node, argument);
      Stream cast = s;
      cast.point = want.point;
      const bool last = tiles_match(cast, want);
      const std::string next = last ? to : local(to + "_cast", cast);
      adapt("fixed_stream_cast", to + "_cast_0", from, s, next, cast,
            {{"DATA_IN_0_SIGNED", s.point.is_signed ? "1" : "0"},
             {"DATA_OUT_0_SIGNED", cast.point.is_signed ? "1" : "0"},
             {"ROUNDING", std::to_string(rule.rounding)},
             {"OVERFLOW", std::to_string(rule.overflow)}});
      input_probes_.push_back({node.name, argument, to, want, producer.name, 0, s.point, rule});
      if (last) return;
      from = next, s = cast;
    }
    if (!tiles_match(s, want)) {
      if (s.size0 != want.size0 || s.par1 != want.par1) throw Error(format_mismatch(producer, node, s, want));
      adapt("fixed_repack", to + "_repack_0", from, s, to, want, {});
      return;
    }
    design_.assigns.emplace_back(to, from);
  }

  // A reshape between two nodes changes the dimensions but not the order of single-row beats.
  static bool tiles_match(const Stream& a, const Stream& b) {
    return a.par0 == b.par0 && a.par1 == b.par1 && a.beats() == b.beats();
  }

  static std::string format_mismatch(const Node& producer, const Node& node, const Stream& s, const Stream& want) {
    return mase::format(
        "'{}' sends tiles of {} x {} and '{}' wants {} x {}: no module repacks them; give both nodes the "
        "same max_parallelism (hw.map)",
        producer.name, s.par1, s.par0, node.name, want.par1, want.par0);
  }

  void connect_output(const Node& producer, const std::string& from, const Stream& s) {
    TopPort port;
    port.name = "data_out_" + std::to_string(design_.outputs.size());
    port.prefix = upper(port.name), port.shape = s, port.node = producer.name;
    design_.outputs.push_back(port);
    design_.assigns.emplace_back(port.name, from);
  }

  // A graph input arrives on the grid of its readers' formats, which must agree.
  void connect_input(const Node& node, const std::vector<Reader>& all) {
    TopPort port;
    port.name = "data_in_" + std::to_string(design_.inputs.size());
    port.prefix = upper(port.name), port.node = node.name;
    for (const Reader& r : all) {
      if (r.node->op_kind == OpKind::output)
        throw Error("the input '" + node.name + "' goes straight to the output; there is nothing to build");
      const std::string argument = "data_in_" + std::to_string(r.argument);
      const Stream want = stream(*r.node, argument);
      if (port.consumer.empty()) port.consumer = r.node->name, port.argument = argument, port.shape = want;
      if (!(want.point == port.shape.point) || !(graph_.at(port.consumer).meta.common.args.at(port.argument).format ==
                                                 r.node->meta.common.args.at(argument).format))
        throw Error(mase::format("the input '{}' is read by '{}' as {} and by '{}' as {}", node.name, port.consumer,
                                 port.shape.point.str(), r.node->name, want.point.str()),
                    {}, "give both the same data_in format: one stream carries one format");
    }
    const std::string p = port.prefix;
    Signal whole{port.name, p + "_PRECISION_0", p + "_PARALLELISM_DIM_0*" + p + "_PARALLELISM_DIM_1", {}, false};
    std::vector<std::string> taps{port.name};
    if (all.size() > 1) {
      design_.signals.push_back(whole);  // looked up by fork(); dropped again, it is a port
      taps = fork(port.name, all.size(), port.name);
      std::erase_if(design_.signals, [&](const Signal& s) { return s.name == port.name; });
    }
    for (size_t i = 0; i < all.size(); ++i) {
      const std::string argument = "data_in_" + std::to_string(all[i].argument);
      const Stream want = stream(*all[i].node, argument);
      const std::string to = all[i].node->name + "_" + argument;
      if (tiles_match(port.shape, want))
        design_.assigns.emplace_back(to, taps[i]);
      else
        adapt("fixed_repack", to + "_repack_0", taps[i], port.shape, to, want, {});
    }
    design_.inputs.push_back(port);
  }

  void add_graph_parameters() {
    for (const auto* ports : {&design_.inputs, &design_.outputs})
      for (const TopPort& port : *ports) add_tensor_parameters(design_.parameters, port.prefix, port.shape);
  }

  // Graph order, arguments before results, so that the first bad probe is the first bad node.
  void order_probes() {
    std::map<std::string, size_t> order;
    for (const Node* node : graph_.nodes()) order[node->name] = node->index();
    std::stable_sort(design_.probes.begin(), design_.probes.end(), [&](const Probe& a, const Probe& b) {
      if (a.node != b.node) return order[a.node] < order[b.node];
      return a.stream < b.stream;
    });
  }

  const Graph& graph_;
  Components& components_;
  Design design_;
  std::vector<Probe> input_probes_;
};

}  // namespace

Design lower(const Graph& graph, Components& components, const std::string& top) {
  return Lowering(graph, components, top).run();
}

}  // namespace mase::hw
