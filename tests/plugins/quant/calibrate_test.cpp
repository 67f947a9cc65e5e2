// quant.calibrate against choices made here by trying every binary point.
#include "batches.h"
#include "mase/abi.h"

using namespace test;

namespace {

Chosen integer_choice(int width, int frac_width = 0) {
  return {"quant.integer", Map{{"width", width}, {"frac_width", frac_width}}};
}

int64_t point_of(Graph& g, const char* node, const char* tensor) {
  const CommonMeta& c = g.at(node).meta.common;
  const TensorMeta* t = c.args.find(tensor) ? c.args.find(tensor) : c.results.find(tensor);
  REQUIRE(t);
  return t->format.with().at("frac_width").as_int();
}

double rounded(double x, int width, int frac) {
  const double top = std::ldexp(1.0, width - 1), code = std::nearbyint(std::ldexp(x, frac));
  return std::ldexp(std::min(std::max(code, -top), top - 1), -frac);
}

// The finest point at which no value of `x` saturates.
int finest(const std::vector<double>& x, int width) {
  int frac = 40;
  const auto saturates = [&](double v) {
    return std::abs(std::nearbyint(std::ldexp(v, frac))) > std::ldexp(1.0, width - 1) - 1;
  };
  while (std::any_of(x.begin(), x.end(), saturates)) --frac;
  return frac;
}

double squared_error(const std::vector<double>& x, int width, int frac) {
  double sum = 0;
  for (const double v : x) sum += std::pow(v - rounded(v, width, frac), 2);
  return sum;
}

Graph two_layers() {
  return row_of(
      {6}, {{"fc1", "linear", {{"out_features", 5}}}, {"act", "relu", {}}, {"fc2", "linear", {{"out_features", 3}}}});
}

}  // namespace

TEST_CASE("min_max on weights is the finest point without saturation, and needs no data") {
  Graph g = two_layers();
  set_format(g, "fc1", "weight", integer_choice(8)), set_format(g, "fc2", "bias", integer_choice(5));
  test::DataContext context(g);
  run_pass("quant.calibrate", {}, g, context);
  CHECK(point_of(g, "fc1", "weight") == finest(list_of(g.tensor("fc1.weight")), 8));
  CHECK(point_of(g, "fc2", "bias") == finest(list_of(g.tensor("fc2.bias")), 5));
  CHECK(g.at("fc1").meta.common.args.at("weight").format.with().at("width") == Value(8));
  CHECK(context->reported.at("tensors") == Value(2));
  CHECK(context->reported.at("calibrated") == Value(2));
  CHECK(context->reported.at("chosen").as_map().at("fc1.weight") ==
        Value(Map{{"frac_width", point_of(g, "fc1", "weight")}}));
  CHECK(test::read(context->out_dir() + "/calibration.csv").find("fc1,weight,quant.integer,") != std::string::npos);
}

TEST_CASE("inputs and results are looked at as the float graph computes them, on the batches that were asked for") {
  const at::Tensor x = normal({40, 6}, 3, 2);
  for (const int64_t batches : {0, 2}) {
    Graph g = two_layers();
    Graph untouched = g.clone();
    for (const char* tensor : {"weight", "data_in_0"}) set_format(g, "fc1", tensor, integer_choice(3, 0));  // coarse
    set_format(g, "fc2", "data_in_0", integer_choice(8)), set_format(g, "fc2", "data_out_0", integer_choice(6));
    test::DataContext context(g, x);
    run_pass("quant.calibrate", {{"batches", batches}, {"batch_size", 8}}, g, context);
    const at::Tensor seen = x.narrow(0, 0, batches == 0 ? 40 : 16);
    CHECK(point_of(g, "fc2", "data_in_0") == finest(list_of(output_of(untouched, seen, "act")), 8));
    CHECK(point_of(g, "fc2", "data_out_0") == finest(list_of(output_of(untouched, seen)), 6));
    CHECK(point_of(g, "fc1", "data_in_0") == finest(list_of(seen), 3));
  }
}

TEST_CASE("tensors names those that are calibrated") {
  Graph g = two_layers();
  for (const char* tensor : {"weight", "bias", "data_in_0", "data_out_0"})
    set_format(g, "fc1", tensor, integer_choice(8, -9));
  test::DataContext context(g, normal({16, 6}));
  run_pass("quant.calibrate", {{"tensors", List{"weight", "data_out"}}, {"batches", 1}, {"batch_size", 16}}, g,
           context);
  CHECK(point_of(g, "fc1", "weight") != -9);
  CHECK(point_of(g, "fc1", "data_out_0") != -9);
  CHECK(point_of(g, "fc1", "bias") == -9);
  CHECK(point_of(g, "fc1", "data_in_0") == -9);
}

TEST_CASE("percentile leaves out the greatest magnitudes; mse errs least of all points") {
  const at::Tensor x = normal({512, 6}, 5);
  std::vector<double> magnitudes = list_of(x);
  for (double& v : magnitudes) v = std::abs(v);
  std::sort(magnitudes.begin(), magnitudes.end());
  const auto calibrated = [&](Map with) {
    Graph g = two_layers();
    set_format(g, "fc1", "data_in_0", integer_choice(4));
    test::DataContext context(g, x);
    with.set("batches", 0);
    run_pass("quant.calibrate", with, g, context);
    return static_cast<int>(point_of(g, "fc1", "data_in_0"));
  };
  const size_t inside = magnitudes.size() * 7 / 10;
  magnitudes.resize(inside);
  CHECK(calibrated({{"method", "percentile"}, {"percentile", 70}}) == finest(magnitudes, 4));
  CHECK(finest(magnitudes, 4) > finest(list_of(x), 4));

  const int found = calibrated({{"method", "mse"}});
  double least = INFINITY;
  for (int frac = -10; frac < 20; ++frac) least = std::min(least, squared_error(list_of(x), 4, frac));
  CHECK(squared_error(list_of(x), 4, found) == least);
}

TEST_CASE("entropy clips what lies far out, for the sake of the rest") {
  at::Tensor x = normal({1024, 6}, 7);
  x.mutable_data_ptr<float>()[17] = 60;  // an outlier
  Graph g = two_layers();
  set_format(g, "fc1", "data_in_0", integer_choice(6));
  test::DataContext context(g, x);
  run_pass("quant.calibrate", {{"method", "entropy"}, {"batches", 0}}, g, context);
  const int found = static_cast<int>(point_of(g, "fc1", "data_in_0")), coarsest = finest(list_of(x), 6);
  CHECK(found > coarsest + 1);
  // What is not far out is told apart better.
  std::vector<double> inside = list_of(x);
  inside.erase(std::remove_if(inside.begin(), inside.end(), [](double v) { return v > 50; }), inside.end());
  CHECK(squared_error(inside, 6, found) < squared_error(inside, 6, coarsest) / 10);
}

namespace {

// Chooses one scale for each channel: the greatest magnitude.
struct PerChannel final : Format {
  struct Config {
    std::vector<double> scales;
    static void schema(Schema<Config>& s) { s.field("scales", &Config::scales, "greatest magnitudes"); }
  };
  explicit PerChannel(Config c) : config(std::move(c)) {}
  at::Tensor quantize(const at::Tensor& x, const QuantizeContext&) const override { return x; }
  Codes encode(const at::Tensor&, const QuantizeContext&) const override { return {}; }
  at::Tensor decode(const Codes&) const override { return {}; }
  int64_t bits(const Shape&) const override { return 8; }
  std::vector<int64_t> precision() const override { return {8}; }
  Value calibrate(const CalibrationData& data) const override {
    if (data.channel_axis < 0) return Map{{"scales", List{data.samples.abs().max().item<double>()}}};
    List scales;
    for (int64_t c = 0; c < data.samples.size(data.channel_axis); ++c)
      scales.push_back(data.samples.select(data.channel_axis, c).abs().max().item<double>());
    return Map{{"scales", scales}};
  }
  Config config;
};

const MaseManifest kTest{
    sizeof(MaseManifest), MASE_API_MAJOR, MASE_API_MINOR, "test", "1.0.0", "A format of this test", [](Registrar& r) {
      r.add<PerChannel>("test.per_channel", "A scale per channel");
    }};

}  // namespace

TEST_CASE("per channel a format sees its channels: rows of a weight, axis 1 of an input") {
  test::registry().load_builtin(kTest);
  Graph g = two_layers();
  for (const char* tensor : {"weight", "data_in_0"}) set_format(g, "fc1", tensor, {"test.per_channel", Map{}});
  const at::Tensor x = normal({12, 6}, 4);
  test::DataContext context(g, x);
  run_pass("quant.calibrate", {{"per", "channel"}, {"batches", 0}}, g, context);
  const TensorMetas& args = g.at("fc1").meta.common.args;
  const List& rows = args.at("weight").format.with().at("scales").as_list();
  REQUIRE(rows.size() == 5);
  for (int64_t r = 0; r < 5; ++r)
    CHECK(rows[static_cast<size_t>(r)].as_double() == g.tensor("fc1.weight").select(0, r).abs().max().item<double>());
  CHECK(args.at("data_in_0").format.with().at("scales").as_list().size() == 6);
  set_format(g, "fc1", "weight", {"test.per_channel", Map{}});
  run_pass("quant.calibrate", {{"tensors", List{"weight"}}}, g, context);
  CHECK(args.at("weight").format.with().at("scales").as_list().size() == 1);
}

TEST_CASE("per channel the formats with a scale for each err less than with one") {
  double errors[2];
  for (const bool per_channel : {false, true}) {
    Graph g = two_layers();
    at::Tensor w = g.tensor("fc1.weight").clone();
    for (int64_t r = 0; r < w.size(0); ++r) w.select(0, r).mul_(std::exp2(static_cast<double>(r)));
    g.set_tensor("fc1.weight", w);
    set_format(g, "fc1", "weight", {"quant.channel_integer", Map{{"width", 6}}});
    test::DataContext context(g);
    run_pass("quant.calibrate", {{"per", per_channel ? "channel" : "tensor"}}, g, context);
    const Chosen& format = g.at("fc1").meta.common.args.at("weight").format;
    QuantizeContext quantize;
    quantize.role = Role::weight, quantize.channel_axis = 0;
    const at::Tensor rows = (test::registry().shared<Format>(format)->quantize(w, quantize) - w) / w;
    errors[per_channel] = rows.abs().mean().item<double>();
  }
  CHECK(errors[1] < errors[0]);
}

TEST_CASE("a trained step size starts where calibration puts it") {
  Graph g = two_layers();
  set_format(g, "fc1", "weight", {"quant.lsq_integer", Map{{"width", 4}}});
  derive(g, test::registry());
  std::vector<std::string> own;
  for (const std::string& key : g.tensor_keys())
    if (key.rfind("fc1.weight.", 0) == 0) own.push_back(key);
  REQUIRE_FALSE(own.empty());
  test::DataContext context(g);
  run_pass("quant.calibrate", {{"method", "mse"}}, g, context);
  const TensorMeta& weight = g.at("fc1").meta.common.args.at("weight");
  CHECK(context->reported.at("calibrated") == Value(1));
  const auto fresh = test::registry().shared<Format>(weight.format)->parameters(weight.shape);
  for (const FormatParameter& p : fresh) CHECK(list_of(g.tensor("fc1.weight." + p.name)) == list_of(p.initial));
}

TEST_CASE("calibration refuses what it cannot do") {
  Graph g = two_layers();
  test::DataContext context(g, normal({20, 6}));
  const auto problem = [&](Map with) { return test::message([&] { run_pass("quant.calibrate", with, g, context); }); };
  CHECK_THAT(problem({}), Catch::Contains("no selected node has a tensor with a format") &&
                              Catch::Contains("quant.quantize goes before it"));
  set_format(g, "fc1", "data_in_0", integer_choice(8));
  CHECK_THAT(problem({{"tensors", List{"wieght"}}}),
             Catch::Contains("tensors may hold weight, bias, data_in, data_out"));
  CHECK_THAT(problem({{"batches", 3}, {"batch_size", 10}}),
             Catch::Contains("3 batches of 10 samples asked of the train split, which has 20 samples") &&
                 Catch::Contains("at most 2 batches"));
  CHECK_THAT(problem({{"per", "channel"}, {"batches", 1}, {"batch_size", 8}}),
             Catch::Contains("quant.integer has one choice for the whole of 'data_in_0'"));
  CHECK_THAT(problem({{"method", "minmax"}}), Catch::Contains("did you mean 'min_max'"));
}
