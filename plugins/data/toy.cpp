// data.toy: small generated data, for trying things out without a file.
#include <ATen/ops/empty.h>

#include <cmath>
#include <numbers>

#include "register.h"
#include "table.h"

namespace data {

enum class ToyKind { sum, blobs, xor_, moons, linear };

namespace {

struct Toy final : TableDataset {
  struct Config : Preparation {
    ToyKind kind = ToyKind::sum;
    int64_t samples = 10240;
    int64_t features = 0;
    int64_t classes = 2;
    double noise = 0.1;
    int64_t seed = 0;
    static void schema(mase::Schema<Config>& s);
    void check(const mase::Value& v) const {
      if (kind == ToyKind::moons && features > 2) throw mase::Error("moons have 2 features", v.loc);
      if (kind == ToyKind::xor_ && features == 1) throw mase::Error("xor needs at least 2 features", v.loc);
      if (kind != ToyKind::blobs && classes != 2) throw mase::Error("only blobs have more than 2 classes", v.loc);
    }
  };
  explicit Toy(Config c) : TableDataset(c), config(std::move(c)) {}

  Table read(mase::Context&) override {
    mase::Random random(mase::stream_hash(static_cast<uint64_t>(config.seed), "data.toy"));
    const int64_t rows = config.samples, width = config.features               ? config.features
                                                 : config.kind == ToyKind::sum ? 4
                                                                               : 2;
    Table table;
    table.source = "data.toy";
    const bool regression = config.kind == ToyKind::linear;
    table.inputs = at::empty({rows, width}, at::TensorOptions().dtype(at::kFloat));
    table.targets = regression ? at::empty({rows, 1}, at::TensorOptions().dtype(at::kFloat))
                               : at::empty({rows}, at::TensorOptions().dtype(at::kLong));
    std::vector<double> centres(static_cast<size_t>(std::max(config.classes, int64_t{1}) * width));
    for (double& c : centres) c = 4 * random.uniform() - 2;
    float* x = table.inputs.mutable_data_ptr<float>();
    for (int64_t i = 0; i < rows; ++i, x += width) {
      const double target = sample(x, width, i, centres, random);
      if (regression)
        table.targets.mutable_data_ptr<float>()[i] = static_cast<float>(target);
      else
        table.targets.mutable_data_ptr<int64_t>()[i] = static_cast<int64_t>(target);
    }
    if (config.kind == ToyKind::sum && width == 4) table.inputs = table.inputs.view({-1, 1, 2, 2});
    return table;
  }

 private:
  // Fills one sample and returns its class or value.
  double sample(float* x, int64_t width, int64_t i, const std::vector<double>& centres, mase::Random& random) const {
    switch (config.kind) {
      case ToyKind::sum: {
        double sum = 0;
        for (int64_t f = 0; f < width; ++f) sum += x[f] = static_cast<float>(random.normal());
        return sum > 0;
      }
      case ToyKind::blobs: {
        const int64_t label = i % config.classes;
        for (int64_t f = 0; f < width; ++f)
          x[f] = static_cast<float>(centres[static_cast<size_t>(label * width + f)] + config.noise * random.normal());
        return static_cast<double>(label);
      }
      case ToyKind::xor_: {
        for (int64_t f = 0; f < width; ++f) x[f] = static_cast<float>(2 * random.uniform() - 1);
        return (x[0] > 0) != (x[1] > 0);
      }
      case ToyKind::moons: {
        const bool lower = i % 2;
        const double angle = std::numbers::pi * random.uniform();
        x[0] = static_cast<float>((lower ? 1 - std::cos(angle) : std::cos(angle)) + config.noise * random.normal());
        x[1] = static_cast<float>((lower ? 0.5 - std::sin(angle) : std::sin(angle)) + config.noise * random.normal());
        return lower;
      }
      case ToyKind::linear: {
        double y = 0;
        for (int64_t f = 0; f < width; ++f) {
          x[f] = static_cast<float>(random.normal());
          y += centres[static_cast<size_t>(f)] * x[f];
        }
        return y + config.noise * random.normal();
      }
    }
    return 0;
  }
  Config config;
};

}  // namespace
}  // namespace data

template <>
struct mase::EnumNames<data::ToyKind> {
  static const std::vector<std::string>& names() {
    static const std::vector<std::string> names{"sum", "blobs", "xor", "moons", "linear"};
    return names;
  }
};

namespace data {

void Toy::Config::schema(mase::Schema<Config>& s) {
  s.field("kind", &Config::kind,
          "sum: is the sum of the values positive (MASE's toy-tiny, 1x2x2); blobs: Gaussian clusters; xor: "
          "signs of two "
          "features; moons: two half circles; linear: regression");
  s.field("samples", &Config::samples, "rows in all").range(10, 10000000);
  s.field("features", &Config::features, "values per sample; 0: 4 for sum, else 2").range(0, 100000);
  s.field("classes", &Config::classes, "clusters of blobs").range(2, 1000);
  s.field("noise", &Config::noise, "standard deviation of the noise (blobs, moons, linear)").range(0, 1000);
  s.field("seed", &Config::seed, "seed of the samples; the run's own seed does not change them");
  fields(s);
}

void register_toy(mase::Registrar& r) {
  r.add<Toy>("data.toy", "Generated samples: sums, clusters, xor, moons, a linear function");
}

}  // namespace data
