// Components of every kind with fields of every type, and the shortest way from a text to its problems.
#include "fake.h"

#include "mase/abi.h"
#include "mase/pass.h"
#include "mase/pick.h"
#include "mase/plugin.h"
#include "mase/runner.h"
#include "mase/sampler.h"

namespace mase {
namespace {

struct Format : Component {
  static constexpr const char* kKind = "format";
};
struct Model : Component {
  static constexpr const char* kKind = "model";
};
struct Dataset : Component {
  static constexpr const char* kKind = "dataset";
};

struct Integer final : Format {
  struct Config {
    int width = 8, frac_width = 4;
    static void schema(Schema<Config>& s) {
      s.field("width", &Config::width, "total bits").range(1, 64);
      s.field("frac_width", &Config::frac_width, "bits right of the point").range(-64, 64);
    }
    void check(const Value& v) const {
      if (frac_width > 2 * width) throw Error("the point lies more than a width beyond the value", v.loc);
    }
  };
  explicit Integer(Config) {}
};

struct Scaled final : Format {
  struct Config {
    double scale = 1;
    Use<Format> inner;
    static void schema(Schema<Config>& s) {
      s.field("scale", &Config::scale, "factor").range(0.001, 1000);
      s.field("inner", &Config::inner, "format of the quotient");
    }
  };
  explicit Scaled(Config) {}
};

struct Mlp final : Model {
  struct Config {
    std::vector<int> layers;
    static void schema(Schema<Config>& s) { s.field("layers", &Config::layers, "widths").min(1).required(); }
  };
  explicit Mlp(Config) {}
};
struct Digits final : Dataset {};

enum class Rounding { nearest, floor };
struct Quantize final : Pass {
  struct Detail {
    std::string tag;
    bool strict = false;
    static void schema(Schema<Detail>& s) {
      s.field("tag", &Detail::tag, "a word").one_of({"", "red", "blue"});
      s.field("strict", &Detail::strict, "whether it matters");
    }
  };
  struct Config {
    Use<Format> weight, data_in;
    Rounding rounding = Rounding::nearest;
    Detail detail;
    std::optional<int> limit;
    std::map<std::string, double> factors;
    static void schema(Schema<Config>& s);
  };
  explicit Quantize(Config) {}
  void run(Graph&, Context&) override {}
};

struct Train final : Pass {
  struct Config {
    int epochs = 1, batch_size = 64;
    double learning_rate = 0.001;
    static void schema(Schema<Config>& s) {
      s.field("epochs", &Config::epochs, "passes over the data").min(1);
      s.field("batch_size", &Config::batch_size, "samples per step").min(1);
      s.field("learning_rate", &Config::learning_rate, "step size").min(0);
    }
  };
  explicit Train(Config) {}
  void run(Graph&, Context&) override {}
  std::vector<MetricInfo> metrics() const override {
    return {{"train_loss", "1", MetricInfo::Direction::minimize, false, "loss"}};
  }
};

struct Accuracy final : Runner {
  struct Config {
    std::string split;
    static void schema(Schema<Config>& s) { s.field("split", &Config::split, "which samples"); }
  };
  explicit Accuracy(Config) {}
  std::vector<MetricInfo> metrics() const override {
    return {{"accuracy", "1", MetricInfo::Direction::maximize, false, "right answers"}};
  }
  RunnerNeeds needs() const override { return {true, false, false}; }
  Map run(Graph&, Context&) override { return {}; }
};
struct Bits final : Runner {
  std::vector<MetricInfo> metrics() const override {
    return {{"average_bitwidth", "bits", MetricInfo::Direction::minimize, false, "bits"}};
  }
  Map run(Graph&, Context&) override { return {}; }
};

template <bool kUnbounded>
struct Proposer final : Sampler {
  void begin(const Space&, const std::vector<Objective>&, uint64_t) override {}
  std::optional<Point> ask(const Request&, const std::vector<Trial>&) override { return std::nullopt; }
  bool unbounded() const override { return kUnbounded; }
};
struct Knee final : Pick {
  size_t choose(const std::vector<Row>&, Context&) override { return 0; }
};

void register_all(Registrar& r) {
  r.add<Integer>("fake.integer", "an integer format");
  r.add<Scaled>("fake.scaled", "a scaled format");
  r.add<Mlp>("fake.mlp", "a model");
  r.add<Digits>("fake.digits", "data");
  r.add<Quantize>("fake.quantize", "a pass");
  r.add<Train>("fake.train", "a pass with a metric");
  r.add<Accuracy>("fake.accuracy", "a runner");
  r.add<Bits>("fake.bits", "another runner");
  r.add<Proposer<true>>("fake.random", "goes on for ever");
  r.add<Proposer<false>>("fake.grid", "ends");
  r.add<Knee>("fake.knee", "a rule");
}

}  // namespace

template <>
struct EnumNames<Rounding> {
  static const std::vector<std::string>& names() {
    static const std::vector<std::string> names = {"nearest", "floor"};
    return names;
  }
};

namespace {
void Quantize::Config::schema(Schema<Config>& s) {
  s.field("weight", &Config::weight, "format of weights");
  s.field("data_in", &Config::data_in, "format of inputs");
  s.field("rounding", &Config::rounding, "how");
  s.field("detail", &Config::detail, "more");
  s.field("limit", &Config::limit, "at most").min(0);
  s.field("factors", &Config::factors, "per node");
}
}  // namespace

Registry& fake_registry() {
  static Registry registry;
  static const MaseManifest manifest{sizeof(MaseManifest), MASE_API_MAJOR, MASE_API_MINOR, "fake", "0.3.0",
                                     "for tests",          register_all};
  static const bool loaded = (registry.load_builtin(manifest), true);
  (void)loaded;
  return registry;
}

std::vector<std::string> problems_of(const std::string& text,
                                     const std::vector<std::pair<std::string, std::string>>& sets) {
  constexpr std::string_view kFile = "r.yaml:";
  Problems problems;
  const Recipe recipe = parse_recipe(text, "r.yaml", sets, problems);
  for (Error& e : check_recipe_form(recipe, fake_registry())) problems.push_back(std::move(e));
  sort_problems(problems, "r.yaml");
  std::vector<std::string> texts;
  for (const Error& e : problems) {
    std::string what = e.what();
    if (what.rfind(kFile, 0) == 0) what = what.substr(kFile.size());
    texts.push_back(what);
  }
  return texts;
}

std::string with_steps(const std::string& steps) {
  return "mase: 1\nmodel: {use: fake.mlp, with: {layers: [4, 2]}}\ndata: {use: fake.digits}\n" + steps;
}

}  // namespace mase
