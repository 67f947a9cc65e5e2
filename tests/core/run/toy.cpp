// The plugin `toy`.
#include "toy.h"

#include <ATen/ops/zeros.h>

#include <sstream>

#include "log/log.h"
#include "mase/abi.h"
#include "mase/execute.h"
#include "mase/model.h"
#include "mase/op.h"
#include "mase/pass.h"
#include "mase/runner.h"
#include "mase/sampler.h"
#include "run/interrupt.h"

namespace toy {
using namespace mase;

int sets = 0, stops = 0;

namespace {

double held(const Node& n) {
  const Value* v = n.meta.attachments.find("toy.value/1");
  return v ? v->as_map().at("value").as_double() : 0;
}
void hold(Node& n, double value) { n.meta.attachments["toy.value/1"] = Map{{"value", value}}; }

struct Pipe final : Op {
  Tensors forward(const Tensors& in, Tensors&, OpContext&) const override { return {in[0]}; }
};

struct Chain final : Model {
  struct Config {
    int nodes = 3;
    static void schema(Schema<Config>& s) { s.field("nodes", &Config::nodes, "how many").range(1, 100); }
  };
  explicit Chain(Config c) : config(c) {}
  Graph build(Context&) override {
    Graph g("chain");
    Node* last = &g.add(OpKind::placeholder, "x");
    last->mase_op = "placeholder";
    for (int i = 1; i <= config.nodes; ++i) {
      last = &g.add(OpKind::call_module, "n" + std::to_string(i), Chosen("toy.pipe"), {last});
      last->mase_op = i % 2 ? "odd" : "even", last->target = "layers." + std::to_string(i);
    }
    g.add(OpKind::output, "output", {}, {last}).mase_op = "output";
    return g;
  }
  Config config;
};

struct Counts final : Dataset {
  void open(Context&) override {}
  int64_t size(std::string_view split) const override { return split == "train" ? 6 : split == "validation" ? 3 : 2; }
  Batch batch(std::string_view, int64_t, int64_t count) const override {
    return {{at::zeros({count, 1})}, {at::zeros({count})}};
  }
};

struct Set final : Pass {
  struct Config {
    double value = 0, half = 0;
    static void schema(Schema<Config>& s) {
      s.field("value", &Config::value, "what to hold").range(-100, 100);
      s.field("half", &Config::half, "at most value").range(-100, 100);
    }
    void check(const Value& v) const {
      if (half > value) throw Error("half is more than value", v.loc);
    }
  };
  explicit Set(Config c) : config(c) {}
  bool changes_graph() const override { return false; }
  void run(Graph&, Context& ctx) override {
    ++sets;
    if (config.value == 99) throw Error("99 is too much");
    for (Node* n : ctx.selected()) hold(*n, config.value);
    ctx.report("value", config.value);
  }
  Config config;
};

struct Shake final : Pass {
  bool changes_graph() const override { return false; }
  void run(Graph&, Context& ctx) override {
    Random random = ctx.random("shake");
    for (Node* n : ctx.selected()) hold(*n, held(*n) + random.uniform());
  }
};

struct Grow final : Pass {
  bool changes_graph() const override { return false; }
  std::vector<MetricInfo> metrics() const override { return {{"grown", "1", MetricInfo::Direction::none, false, ""}}; }
  void run(Graph&, Context& ctx) override {
    for (Node* n : ctx.selected()) hold(*n, held(*n) + 1);
    ctx.report("grown", static_cast<int64_t>(ctx.selected().size()));
  }
};

struct Relabel final : Pass {
  void run(Graph& g, Context&) override {
    Node& last = *g.output().args[0].node;
    Node& more = g.insert_after(last, OpKind::call_module, "more", Chosen("toy.pipe"), {&last});
    more.mase_op = "more", more.target = more.name;
    g.set_argument(g.output(), 0, &more);
  }
};

struct Stop final : Pass {
  struct Config {
    int at = 1;
    static void schema(Schema<Config>& s) { s.field("at", &Config::at, "which time"); }
  };
  explicit Stop(Config c) : config(c) {}
  bool changes_graph() const override { return false; }
  void run(Graph&, Context&) override {
    if (++stops == config.at) interrupt();
  }
  Config config;
};

struct Sum final : Runner {
  struct Config {
    std::string split;
    static void schema(Schema<Config>& s) { s.field("split", &Config::split, "which samples to count"); }
  };
  explicit Sum(Config c) : config(std::move(c)) {}
  std::vector<MetricInfo> metrics() const override {
    using D = MetricInfo::Direction;
    return {
        {"sum", "1", D::maximize, false, ""}, {"nodes", "1", D::none, false, ""}, {"samples", "1", D::none, false, ""}};
  }
  Map run(Graph&, Context& ctx) override {
    double sum = 0;
    int64_t nodes = 0;
    for (const Node* n : ctx.selected()) sum += held(*n), nodes += n->op_kind == OpKind::call_module;
    return {{"sum", sum}, {"nodes", nodes}, {"samples", ctx.dataset(config.split).size()}};
  }
  Config config;
};

// All points in order, the first domain turning fastest; unconditional spaces only.
struct Count final : Sampler {
  void begin(const Space& s, const std::vector<Objective>&, uint64_t) override { space = s; }
  std::optional<Point> ask(const Request& request, const std::vector<Trial>&) override {
    int64_t rest = request.draw;
    Point point;
    for (const Domain& d : space.domains) {
      point.push_back((d.kind == Domain::Kind::choice ? 0 : d.low) + static_cast<double>(rest % d.count()));
      rest /= d.count();
    }
    return rest > 0 ? std::nullopt : std::optional(point);
  }
  bool unbounded() const override { return false; }
  Space space;
};

struct Dice final : Sampler {
  void begin(const Space& s, const std::vector<Objective>&, uint64_t seed_) override { space = s, seed = seed_; }
  std::optional<Point> ask(const Request& request, const std::vector<Trial>&) override {
    Random random(seed + static_cast<uint64_t>(request.draw));
    Point point;
    for (const Domain& d : space.domains) {
      const int64_t count = d.count();
      point.push_back(count < 0 ? d.low + (d.high - d.low) * random.uniform()
                                : (d.kind == Domain::Kind::choice ? 0 : d.low) +
                                      static_cast<double>(random.below(static_cast<uint64_t>(count))));
    }
    return point;
  }
  Space space;
  uint64_t seed = 0;
};

void register_all(Registrar& r) {
  r.add<Pipe>("toy.pipe", "Hands its input on");
  r.add<Chain>("toy.chain", "A chain of nodes");
  r.add<Counts>("toy.counts", "Sizes without samples");
  r.add<Set>("toy.set", "Sets values");
  r.add<Shake>("toy.shake", "Adds random values");
  r.add<Grow>("toy.grow", "Adds one, and says to how many");
  r.add<Relabel>("toy.relabel", "Adds a node");
  r.add<Stop>("toy.stop", "Presses Ctrl-C");
  r.add<Sum>("toy.sum", "Adds up");
  r.add<Count>("toy.count", "All points");
  r.add<Dice>("toy.dice", "Random points");
}

}  // namespace

const MaseManifest kManifest = {sizeof(MaseManifest), MASE_API_MAJOR, MASE_API_MINOR, "toy", "0.0.1",
                                "Test components",    register_all};

Registry& registry() {
  static Registry* r = [] {
    auto* made = new Registry;
    made->load_builtin(kManifest);
    return made;
  }();
  return *r;
}

std::string recipe(const std::string& steps) {
  return "mase: 1\nname: toy\nseed: 7\nmodel: {use: toy.chain}\ndata: {use: toy.counts}\nsteps:\n" + steps;
}

Result run(const test::TempDir& folder, const std::string& text, RunOptions options, const std::string& out) {
  log::set_level(log::Level::quiet);
  test::write(folder / "recipe.yaml", text);
  options.recipe = folder / "recipe.yaml";
  options.out = folder / out;
  options.quiet = true;
  Result result;
  result.status = run_recipe(registry(), options);
  result.out = options.out;
  const std::string record = options.out + "/run.json";
  if (std::filesystem::exists(record)) result.record = Value::parse_json(test::read(record), record);
  return result;
}

std::vector<std::string> column(const std::string& file, const std::string& name) {
  std::istringstream lines(test::read(file));
  std::vector<std::string> cells;
  int wanted = -1;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string field;
    for (int i = 0; std::getline(fields, field, ','); ++i) {
      if (wanted < 0 && field == name) wanted = -2 - i;
      if (i == wanted) cells.push_back(field);
    }
    if (wanted < -1) wanted = -2 - wanted;
  }
  return cells;
}

}  // namespace toy
