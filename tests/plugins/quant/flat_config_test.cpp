// MASE's flat keys under quant.quantize's `config`: what they come to, tensor by tensor, and what is refused.
#include "support/small_graph.h"

#include <catch2/catch.hpp>

using namespace mase;

namespace {

Value brief(const TensorMeta& t) { return t.format ? Value(t.format.name() + Value(t.format.with()).json()) : Value(); }

// The formats of fc1 after the pass, by tensor.
Map formats(Map config, std::vector<std::string> nodes = {"fc1"}) {
  Graph g = test::small_graph();
  test::quantize(g, {{"format", test::fixed(3, 1)}, {"data_out", test::fixed(3, 1)}}, {"fc1"});
  test::FakeContext context(&g);
  context.selection = true, context.nodes.clear();
  for (const std::string& name : nodes) context.nodes.push_back(&g.at(name));
  test::registry().create<Pass>(Chosen("quant.quantize", {{"config", std::move(config)}}))->run(g, context);
  Map found;
  for (const TensorMeta& a : g.at("fc1").meta.common.args) found.set(a.name, brief(a));
  for (const TensorMeta& r : g.at("fc1").meta.common.results) found.set(r.name, brief(r));
  return found;
}

std::string problem(Map config) {
  return test::message([&] { formats(std::move(config)); });
}

const Map kInteger{{"name", "integer"},      {"data_in_width", 8}, {"data_in_frac_width", 3}, {"weight_width", 6},
                   {"weight_frac_width", 5}, {"bias_width", 10},   {"bias_frac_width", 7}};

Map with(Map map, std::string key, Value value) {
  map.set(std::move(key), std::move(value));
  return map;
}

}  // namespace

TEST_CASE("a configuration of MASE's names every tensor; one that it leaves out is float") {
  const Map found = formats(kInteger);
  CHECK(found.at("data_in_0") == Value(R"(quant.integer{"width":8,"frac_width":3})"));
  CHECK(found.at("weight") == Value(R"(quant.integer{"width":6,"frac_width":5})"));
  CHECK(found.at("bias") == Value(R"(quant.integer{"width":10,"frac_width":7})"));
  CHECK(found.at("data_out_0").is_null());
  const Map with_result = formats(with(with(kInteger, "data_out_width", 9), "data_out_frac_width", 4));
  CHECK(with_result.at("data_out_0") == Value(R"(quant.integer{"width":9,"frac_width":4})"));
}

TEST_CASE("without a fractional width it is half of the width, rounded down") {
  for (const Value& absent : {Value(), Value("NA"), Value("None")})
    CHECK(formats({{"name", "fixed"}, {"weight_width", 7}, {"weight_frac_width", absent}}).at("weight") ==
          Value(R"(quant.fixed{"width":7,"frac_width":3})"));
  CHECK(formats({{"name", "fixed"}, {"weight_width", 8}}).at("weight") ==
        Value(R"(quant.fixed{"width":8,"frac_width":4})"));
}

TEST_CASE("floor, bypass, and a name that leaves the node alone") {
  CHECK(formats(with(kInteger, "floor", true)).at("weight") ==
        Value(R"(quant.integer{"width":6,"frac_width":5,"rounding":"floor"})"));
  CHECK(formats(with(kInteger, "rule", "mase")).at("bias") ==
        Value(R"(quant.integer{"width":10,"frac_width":7,"rule":"mase"})"));
  const Map bypassed = formats(with(kInteger, "bypass", true));
  for (const Entry& e : bypassed) CHECK(e.value.is_null());
  const Map untouched = formats({{"name", "NA"}});
  CHECK(untouched.at("weight") == Value(R"(quant.integer{"width":3,"frac_width":1})"));
}

TEST_CASE("every format of MASE's that is a number format has its counterpart, with its keys") {
  const std::pair<Map, const char*> cases[] = {
      {{{"name", "minifloat_ieee"}, {"weight_width", 8}, {"weight_exponent_width", 4}, {"weight_exponent_bias", "NA"}},
       R"(quant.minifloat_ieee{"width":8,"exponent_width":4})"},
      {{{"name", "minifloat_denorm"}, {"weight_width", 8}, {"weight_exponent_width", 4}, {"weight_exponent_bias", 7}},
       R"(quant.minifloat_denorm{"width":8,"exponent_width":4,"exponent_bias":7})"},
      {{{"name", "log"}, {"weight_width", 8}, {"weight_exponent_bias", nullptr}}, R"(quant.log{"width":8})"},
      {{{"name", "block_fp"}, {"weight_width", 8}, {"weight_exponent_width", 8}, {"weight_block_size", List{1, 16}}},
       R"(quant.block_fp{"width":8,"exponent_width":8,"block_size":[1,16]})"},
      {{{"name", "block_minifloat"},
        {"weight_width", 8},
        {"weight_exponent_width", 4},
        {"weight_exponent_bias_width", 8},
        {"weight_block_size", List{16}}},
       R"(quant.block_minifloat{"width":8,"exponent_width":4,"exponent_bias_width":8,"block_size":[16]})"},
      {{{"name", "block_log"}, {"weight_width", 8}, {"weight_exponent_bias_width", 8}, {"weight_block_size", List{16}}},
       R"(quant.block_log{"width":8,"exponent_bias_width":8,"block_size":[16]})"},
      {{{"name", "binary"}, {"weight_width", 1}, {"weight_stochastic", false}, {"weight_bipolar", true}},
       R"(quant.binary{"stochastic":false,"bipolar":true})"},
      {{{"name", "binary_residual"}, {"weight_width", 1}, {"weight_stochastic", false}, {"weight_bipolar", true}},
       R"(quant.binary_residual_sign{})"},
      {{{"name", "ternary"}, {"weight_width", 2}, {"weight_scaling_factor", true}, {"weight_mean", "NA"}},
       R"(quant.ternary{"scaling_factor":true})"},
      {{{"name", "mxint_hardware"},
        {"weight_width", 8},
        {"weight_exponent_width", 6},
        {"weight_parallelism", List{4, 4}}},
       R"(quant.mxint_hardware{"width":8,"exponent_width":6,"parallelism":[4,4]})"},
      {{{"name", "mxint"}, {"weight_width", 8}, {"weight_block_size", List{1, 32}}},
       R"(quant.mxint{"width":8,"block_size":[1,32]})"},
      {{{"name", "mxfp"}, {"weight_exponent_width", 4}, {"weight_frac_width", 3}, {"weight_block_size", List{1, 32}}},
       R"(quant.mxfp{"block_size":[1,32],"element":"e4m3"})"},
  };
  for (const auto& [config, expected] : cases) {
    INFO(expected);
    CHECK(formats(config).at("weight") == Value(expected));
    Graph g = test::small_graph();
    test::quantize(g, {{"config", config}}, {"fc1"});  // the host derives: each can be made
    CHECK(g.at("fc1").meta.common.args.at("weight").type() != "float");
  }
  CHECK_THAT(problem({{"name", "ternary"}, {"weight_width", 2}, {"weight_mean", 0.5}}),
             Catch::Contains("has no 'mean'"));
}

TEST_CASE("a bias is named where there is none") {
  Graph g = test::small_graph();
  test::quantize(g, {{"config", kInteger}}, {"relu1"});
  CHECK(brief(g.at("relu1").meta.common.args.at("data_in_0")) == Value(R"(quant.integer{"width":8,"frac_width":3})"));
}

TEST_CASE("type and precision follow, for arguments, parameters and results") {
  Graph g = test::small_graph();
  test::quantize(g, {{"config", with(with(kInteger, "data_out_width", 9), "data_out_frac_width", 4)}}, {"fc1"});
  const CommonMeta& fc1 = g.at("fc1").meta.common;
  CHECK(fc1.args.at("data_in_0").type() == "integer");
  CHECK(fc1.args.at("data_in_0").precision() == std::vector<int64_t>{8, 3});
  CHECK(fc1.args.at("weight").precision() == std::vector<int64_t>{6, 5});
  CHECK(fc1.args.at("bias").precision() == std::vector<int64_t>{10, 7});
  CHECK(fc1.results.at("data_out_0").type() == "integer");
  CHECK(fc1.results.at("data_out_0").precision() == std::vector<int64_t>{9, 4});
  // Propagated: relu1 hands the grid on, fc2 reads it.
  CHECK(g.at("relu1").meta.common.results.at("data_out_0").precision() == std::vector<int64_t>{9, 4});
  CHECK(g.at("fc2").meta.common.args.at("data_in_0").precision() == std::vector<int64_t>{9, 4});
}

TEST_CASE("what MASE does not know is refused with the nearest name") {
  CHECK_THAT(problem({{"data_in_width", 8}}), Catch::Contains("config has no name"));
  CHECK_THAT(problem(with(kInteger, "name", "integr")),
             Catch::Contains("'integr' is no name of a format in MASE, did you mean 'integer'?"));
  CHECK_THAT(problem(with(kInteger, "name", "lutnet")),
             Catch::Contains("'lutnet' replaces whole layers, expected the name of a number format"));
  CHECK_THAT(problem(with(kInteger, "weight_frac_with", 3)),
             Catch::Contains("unknown key 'weight_frac_with' of integer, did you mean 'weight_frac_width'?"));
  CHECK_THAT(problem({{"name", "integer"}, {"weight_frac_width", 3}}),
             Catch::Contains("weight_width is missing, which integer needs"));
  CHECK_THAT(problem({{"name", "integer"}, {"floor", true}}), Catch::Contains("config names no tensor"));
  Graph g = test::small_graph();
  CHECK_THAT(test::message([&] {
               test::quantize(g, {{"config", kInteger}, {"weight", test::fixed(4, 2)}});
             }),
             Catch::Contains("config stands beside other fields"));
}

TEST_CASE("indices of an embedding are left alone") {
  Graph g("words");
  Node& x = add_placeholder(g, "x", {4});
  Node& rows = add_module(g, test::registry(), "rows",
                          Chosen("nn.embedding", {{"num_embeddings", 5}, {"embedding_dim", 3}}), {&x}, Random(1));
  add_output(g, {&rows});
  test::quantize(g, {{"format", test::fixed(4, 2)}}, {"rows"});
  CHECK_FALSE(rows.meta.common.args.at("data_in_0").format);
  CHECK(rows.meta.common.args.at("weight").format);
  CHECK_THAT(test::message([&] {
               test::quantize(g, {{"format", test::fixed(4, 2)}, {"data_in_0", test::fixed(4, 2)}}, {"rows"});
             }),
             Catch::Contains("no selected node has a 'data_in_0'"));
}
