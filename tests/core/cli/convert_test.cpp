// mase convert: MASE's configurations as recipes, and the lines that it cannot take over.
#include <catch2/catch.hpp>

#include "cli/convert.h"
#include "cli/toml.h"
#include "mase_program.h"
#include "support/scratch.h"

using namespace mase;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kSearch = R"(model = "jsc-tiny"
dataset = "toy_tiny"
task = "cls"
max_epochs = 5
max_steps = -1
learning_rate = 1e-2
training_optimizer = "adam"
project = "jsc-tiny"
seed = 42
load_type = "pl"
learning_rat = 3

[passes.quantize]
by = "type"
[passes.quantize.default.config]
name = "NA"
[passes.quantize.linear.config]
name = "integer"
"data_in_width" = 8
"data_in_frac_width" = "NA"
weight_width = 8
[passes.quantize.relu.config]
name = "NA"
[passes.report_graph]
file_name = "graph.txt"
[passes.conv_bn_fusion]
[passes.init_metadata]

[search.search_space]
name = "graph/quantize/mixed_precision_ptq"
setup.by = "name"
[search.search_space.seed.default.config]
name = ["NA"]
[search.search_space.seed.seq_blocks_2.config]
name = ["integer"]
data_in_width = [4, 8]
weight_width = [2, 4, 8]
weight_frac_width = ["NA"]

[search.strategy]
name = "optuna"
[search.strategy.sw_runner.basic_evaluation]
num_samples = 512
[search.strategy.setup]
n_jobs = 1
n_trials = 20
sampler = "random"
sum_scaled_metrics = true
[search.strategy.metrics]
accuracy.scale = 1.0
average_bitwidth.scale = -0.2
)";

}  // namespace

TEST_CASE("TOML keeps its order and its places") {
  const test::Scratch scratch;
  const std::string file =
      scratch.write("a.toml", "z = 1\na = [1, 2.5, true]\n[t.inner]\nx = \"text\"\nd = 2024-05-01\n");
  const Map map = cli::read_toml(file);
  std::string keys;
  for (const Entry& e : map) keys += e.key;
  CHECK(keys == "zat");
  CHECK(map.at("a") == Value(List{1, 2.5, true}));
  const Map& inner = map.at("t").as_map().at("inner").as_map();
  CHECK(inner.at("x") == Value("text"));
  CHECK(inner.at("d") == Value("2024-05-01"));
  CHECK(inner.at("x").loc.line == 4);
  CHECK(inner.at("x").loc.column == 5);
}

TEST_CASE("what is no TOML is refused with its place") {
  const test::Scratch scratch;
  const auto refused = [&](const std::string& text) {
    const auto r = test::mase_program({"convert", scratch.write("bad.toml", text)});
    CHECK(r.status == 2);
    return r.output;
  };
  CHECK_THAT(refused("a = 1\nb = = 2\n"), Contains("bad.toml:2:") && Contains("no TOML 1.0 at this place"));
  CHECK_THAT(refused("a = 1\na = 2\n"), Contains("bad.toml:2:"));
  CHECK_THAT(refused(std::string("a = \"\xff\"\n")), Contains("bad.toml:1:"));
  CHECK_THAT(refused("[a\n"), Contains("bad.toml:1:"));
  const auto r = test::mase_program({"convert", (scratch.path() / "none.toml").string()});
  CHECK(r.status == 2);
  CHECK_THAT(r.output, Contains("no such file"));
}

TEST_CASE("training, passes and a search become a recipe that mase check accepts") {
  const test::Scratch scratch;
  const std::string recipe = (scratch.path() / "out.yaml").string();
  const auto r = test::mase_program({"convert", scratch.write("search.toml", kSearch), "-o", recipe});
  CHECK(r.status == 0);
  const std::string text = test::read_bytes(recipe);
  for (const char* line :
       {"name: jsc_tiny\n", "seed: 42\n", "model: {use: models.jsc_tiny}\n", "data: {use: data.toy}\n",
        "  - {use: train.fit, name: training, with: {epochs: 5, learning_rate: 0.01, optimizer: adam}}\n",
        "sampler: {use: search.random}\n", "trials: 20\n", "data_in_width: {$choice: [4, 8]}",
        "weight_width: {$choice: [2, 4, 8]}", "weight_frac_width: NA", "where: {name: seq_blocks_2}",
        "score: {accuracy: 1.0, average_bitwidth: -0.2}\n", "pick: none\n", "where: {op: linear}",
        "{use: analysis.report_graph, with: {file_name: graph.txt}}\n", "{use: eval.accuracy, name: quantized}\n"})
    CHECK_THAT(text, Contains(line));
  CHECK_THAT(text, !Contains("relu") && !Contains("init_metadata:") && !Contains("steps: -1"));
  CHECK_THAT(r.output, Contains("search.toml:10:1: load_type:") &&
                           Contains("search.toml:11:1: learning_rat: is not known, did you mean 'learning_rate'?") &&
                           Contains("passes.conv_bn_fusion: is not known"));
  CHECK_THAT(text, Contains("# Not converted, line 11: learning_rat: is not known"));
}

TEST_CASE("several names in a search space are a choice, a sampler that is missing is said and replaced") {
  const test::Scratch scratch;
  const std::string recipe = (scratch.path() / "out.yaml").string();
  const std::string config = scratch.write("s.toml", R"(model = "jsc-tiny"
dataset = "toy_tiny"
[search.search_space]
name = "graph/quantize/mixed_precision_ptq"
[search.search_space.seed.default.config]
name = ["integer", "NA", "minifloat_ieee", "lutnet"]
data_in_width = [4, 8]
data_in_frac_width = [2]
data_in_exponent_width = [2, 3]
weight_width = [6]
weight_exponent_width = [2]
[search.strategy]
name = "optuna"
[search.strategy.setup]
n_trials = 3
sampler = "cmaes"
[search.strategy.metrics]
accuracy.scale = 1.0
)");
  const auto r = test::mase_program({"convert", config, "-o", recipe});
  CHECK(r.status == 0);
  CHECK_THAT(r.output, Contains("s.toml:6:") && Contains("\"lutnet\" is no name of a format"));
  CHECK_THAT(r.output, Contains("s.toml:16:") && Contains("search.random stands in its place"));
  const std::string text = test::read_bytes(recipe);
  CHECK_THAT(text, Contains("name: integer") && Contains("name: NA") && Contains("name: minifloat_ieee"));
  std::string small = text;  // MASE's model takes no numbers of MASE's toy data
  const auto replace = [&](const std::string& from, const std::string& to) {
    REQUIRE(small.find(from) != std::string::npos);
    small.replace(small.find(from), from.size(), to);
  };
  replace("models.jsc_tiny", "models.mlp, with: {layers: [2, 8, 2]}");
  replace("data.toy", "data.toy, with: {kind: xor, samples: 100}");
  const auto ran =
      test::mase_program({"run", scratch.write("small.yaml", small), "--out", (scratch.path() / "run").string()});
  CHECK(ran.status == 0);
  const std::string trials = test::read_bytes((scratch.path() / "run/search/trials.csv").string());
  CHECK_THAT(trials, Contains("config.minifloat_ieee.data_in_exponent_width"));
  const auto again = test::mase_program({"convert", config, "-o", config});
  CHECK(again.status == 2);
  CHECK_THAT(again.output, Contains("-o " + config + " is the configuration itself"));
}

TEST_CASE("the recipe of a quantization runs: defaults for all, then what overrides them") {
  const test::Scratch scratch;
  const std::string recipe = (scratch.path() / "out.yaml").string();
  const std::string config = scratch.write("q.toml", R"(model = "jsc-tiny"
[passes.quantize]
by = "type"
[passes.quantize.linear.config]
name = "NA"
[passes.quantize.default.config]
name = "integer"
data_in_width = 8
data_in_frac_width = 3
weight_width = 8
weight_frac_width = 3
bias_width = 8
bias_frac_width = 3
[passes.summarize_quantization]
)");
  REQUIRE(test::mase_program({"convert", config, "-o", recipe}).status == 0);
  const auto r = test::mase_program({"run", recipe, "--out", (scratch.path() / "run").string()});
  CHECK(r.status == 0);
  CHECK_THAT(r.output, Contains("3 of 4 nodes quantized"));  // batch norm and both relus
}

TEST_CASE("in JSON: the recipe, and what was not converted") {
  const test::Scratch scratch;
  const auto r = test::mase_program({"convert", "--json", scratch.write("s.toml", "model = \"jsc-tin\"\nseed = 3\n")});
  CHECK(r.status == 0);
  const Value v = Value::parse_json(r.output, "out");
  CHECK(v.as_map().at("recipe").as_map().at("seed") == Value(3));
  const List& left = v.as_map().at("not_converted").as_list();
  REQUIRE_FALSE(left.empty());
  CHECK(left[0].as_map().at("line") == Value(1));
  CHECK_THAT(left[0].as_map().at("text").as_string(), Contains("did you mean 'jsc-tiny'?"));
}
