// hw.simulate: golden words, two passes of the bench (full speed, then random pauses), comparison, accuracy.
#include "simulate.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <filesystem>

#include "bench.h"
#include "files.h"
#include "golden.h"
#include "mase/text.h"

namespace fs = std::filesystem;

namespace mase::hw {
namespace {

struct Difference {
  int64_t count = 0;
  std::string where;  // the first one: node, stream, sample, expected, got
};

std::string describe(const Probe& p, size_t word, int64_t per_sample, int64_t expected,
                     const std::vector<int64_t>& got) {
  const std::string stream = p.stream.rfind("data_in", 0) == 0 ? p.stream + " (behind the cast)" : p.stream;
  const std::string value = word < got.size() ? std::to_string(got[word]) : "nothing";
  return format("node '{}', {}: sample {}, word {}: expected {}, got {}", p.node, stream,
                static_cast<int64_t>(word) / per_sample, static_cast<int64_t>(word) % per_sample, expected, value);
}

int64_t count_differences(const std::vector<int64_t>& expected, const std::vector<int64_t>& got, size_t& first) {
  int64_t count = static_cast<int64_t>(std::max(expected.size(), got.size()) - std::min(expected.size(), got.size()));
  first = std::min(expected.size(), got.size());
  for (size_t i = std::min(expected.size(), got.size()); i-- > 0;)
    if (expected[i] != got[i]) ++count, first = i;
  return count;
}

// Streams in graph order: the first that differs is the culprit, what follows only inherits.
Difference compare(const Design& design, const Golden& golden, const BenchResult& result) {
  Difference d;
  for (size_t i = 0; i < design.probes.size(); ++i) {
    size_t first = 0;
    const int64_t count = count_differences(golden.streams[i], result.streams[i], first);
    const Stream& s = design.probes[i].shape;
    // Beyond the last expected word there is nothing to show.
    const int64_t expected = first < golden.streams[i].size() ? golden.streams[i][first] : 0;
    if (count && d.where.empty())
      d.where = describe(design.probes[i], first, s.size0 * s.size1, expected, result.streams[i]);
    d.count += count;
  }
  for (size_t i = 0; i < design.outputs.size(); ++i) {
    size_t first = 0;
    const int64_t count = count_differences(golden.outputs[i], result.outputs[i], first);
    if (count && d.where.empty()) d.where = format("output {}: word {}", design.outputs[i].name, first);
    d.count += count;
  }
  return d;
}

bool constant(const Golden& g) {
  for (const at::Tensor& codes : g.output_codes)
    if (g.samples > 1 && !codes.slice(0, 1).eq(codes.slice(0, 0, 1)).all().item<bool>()) return false;
  return g.samples > 1;
}

// Accuracy of the hardware's own words, when the targets are classes.
std::optional<double> accuracy(const Design& design, const Golden& g, const std::vector<int64_t>& words) {
  if (!g.targets.defined() || g.targets.scalar_type() != at::kLong || g.targets.dim() != 1) return std::nullopt;
  const Stream& s = design.outputs.at(0).shape;
  const int64_t classes = s.size0 * s.size1;
  if (classes < 2 || s.par1 != 1 || static_cast<int64_t>(words.size()) != classes * g.samples) return std::nullopt;
  // Single-row beats arrive in element order, so words are the logits as they stand.
  const at::Tensor logits = at::from_blob(const_cast<int64_t*>(words.data()), {g.samples, classes}, at::kLong);
  return at::argmax(logits, 1).eq(g.targets).to(at::kDouble).mean().item<double>();
}

void write_vectors(const Design& design, const Golden& g, const fs::path& folder) {
  fs::create_directories(folder);
  const auto write = [&](const TopPort& p, const std::vector<int64_t>& words) {
    const std::string base = (folder / p.name).string();
    write_npy(base + ".npy", words, static_cast<int64_t>(words.size()) / p.shape.lanes(), p.shape.lanes());
    write_mem(base + ".mem", words, p.shape.point.width);
    write_text(base + ".bin", std::string(reinterpret_cast<const char*>(words.data()), words.size() * sizeof(int64_t)));
  };
  for (size_t i = 0; i < design.inputs.size(); ++i) write(design.inputs[i], g.inputs[i]);
  for (size_t i = 0; i < design.outputs.size(); ++i) write(design.outputs[i], g.outputs[i]);
}

// No honest design stays silent longer than a few tensors take to pass.
int64_t idle_limit(const Graph& graph, Components& components) {
  int64_t cycles = 1000;
  for (const Node* node : graph.nodes()) {
    if (node->meta.hardware.is_implicit || node->meta.hardware.generator.empty()) continue;
    const RtlModule m = components.shared<Generator>(Chosen(node->meta.hardware.generator))->emit(*node);
    const Value* latency = node->meta.hardware.map.find("latency");
    cycles += 20 * (m.initiation_interval + (latency ? latency->as_int() : m.latency));
  }
  return cycles;
}

Design read_design(const fs::path& hardware) {
  const std::string file = (hardware / "design.json").string();
  if (!fs::exists(file))
    throw Error("no emitted design in '" + hardware.string() + "'", {}, "a step hw.emit writes it");
  return from_value(Value::parse_json(read_text(file), file));
}

}  // namespace

std::vector<MetricInfo> Simulate::metrics() const {
  using D = MetricInfo::Direction;
  return {{"words", "1", D::none, false, "output words compared"},
          {"mismatches", "1", D::minimize, false,
           "words of outputs and watched streams that differ from the integer model"},
          {"samples", "1", D::none, false, "samples simulated"},
          {"cycles_per_inference", "cycles", D::minimize, false, "cycles between two results at full speed"},
          {"latency_cycles", "cycles", D::minimize, false, "cycles from the first input beat to the first output beat"},
          {"accuracy", "1", D::maximize, false, "of the hardware's own words"}};
}

namespace {

// What both passes of the bench say.
struct Verdict {
  BenchResult fast;  // at full speed
  Difference difference;
  std::string problem, pass = "at full speed";
  int64_t words = 0;
};

Verdict run_bench(const Design& design, const Golden& golden, const SimulationBench& bench,
                  const Simulate::Config& config, const std::string& waves, uint64_t seed, int64_t limit) {
  Verdict v;
  for (const auto& w : golden.outputs) v.words += static_cast<int64_t>(w.size());
  v.fast = bench.run(0, seed, limit, waves);
  v.difference = compare(design, golden, v.fast);
  v.problem = v.fast.problem;
  if (v.difference.count || !v.problem.empty() || config.stall == 0) return v;
  const BenchResult stalled = bench.run(config.stall, seed, limit * 8, "");
  v.difference = compare(design, golden, stalled);
  v.problem = stalled.problem, v.pass = "with random pauses";
  v.words *= 2;
  return v;
}

void report(Context& context, const Design& design, const Golden& golden, const Verdict& v) {
  context.report("words", v.words);
  context.report("mismatches", v.difference.count);
  context.report("samples", golden.samples);
  const double between = static_cast<double>(v.fast.last_out - v.fast.first_out);
  const double tensors = static_cast<double>(golden.samples - 1);
  context.report("cycles_per_inference", golden.samples > 1 ? between / tensors : static_cast<double>(v.fast.cycles));
  context.report("latency_cycles", v.fast.first_out - v.fast.first_in);
  if (const auto a = accuracy(design, golden, v.fast.outputs.at(0))) context.report("accuracy", *a);
}

Golden checked_golden(const Design& design, Graph& graph, Context& context, const Simulate::Config& config) {
  context.info("computing golden words: the graph on integer codes, and in double");
  Golden golden = make_golden(design, graph, context, config.split, config.samples);
  if (golden.double_mismatches)
    throw Error(format("{} output words of the integer model differ from the fake-quantized network run in double",
                       golden.double_mismatches),
                {},
                "an accepted rounding, such as a leaky_relu slope, does that; give the software graph the same value");
  if (constant(golden))
    throw Failure("every sample gives the same output: such a simulation proves nothing", {},
                  "widen the formats or train the model");
  return golden;
}

}  // namespace

void Simulate::run(Graph& graph, Context& context) {
  const fs::path hardware = fs::absolute(fs::path(context.run_dir()) / "hardware");
  const Design design = read_design(hardware);
  const Golden golden = checked_golden(design, graph, context, config);
  write_vectors(design, golden, hardware / "vectors");
  context.info("building the simulation with Verilator");
  const SimulationBench bench(design, hardware.string(), config.waves);
  const std::string waves = config.waves == "none" ? "" : (hardware / "sim" / ("waves." + config.waves)).string();
  const uint64_t seed = context.random("stall").next() >> 1;
  const Verdict v = run_bench(design, golden, bench, config, waves, seed, idle_limit(graph, context.components()));
  report(context, design, golden, v);
  if (!v.problem.empty() || v.difference.count) {
    std::string text = v.difference.count
                           ? format("{} mismatches {}; the first at {}", v.difference.count, v.pass, v.difference.where)
                           : v.pass;
    if (!v.problem.empty()) text += "; " + v.problem;
    throw Failure(text);
  }
  context.info("0 mismatches of {} words over {} samples", v.words, golden.samples);
}

}  // namespace mase::hw
