// Optimizers and schedules of train.fit against PyTorch's formulas, computed here in double.
#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>

#include "training.h"

using namespace test;
using Catch::Contains;
using mase::List;
using mase::Map;

namespace {

// Linear regression on all samples at once, y = w0 x0 + w1 x1 + b, whose gradient is known in closed form.
struct Regression : Training {
  Regression()
      : Training("models.mlp", {{"layers", List{2, 1}}}, "data.toy",
                 {{"kind", "linear"}, {"samples", 20}, {"splits", Map{{"rows", Map{{"train", List{0, 20}}}}}}}) {}

  std::vector<double> parameters() const {
    auto p = values("fc1.weight");
    p.push_back(values("fc1.bias")[0]);
    return p;
  }
  std::vector<double> gradient(const std::vector<double>& p) {
    const mase::Batch all = context.dataset("train").batch(0, 20);
    const at::Tensor xs = all.inputs[0].contiguous(), ys = all.targets[0].contiguous();
    const float *x = xs.const_data_ptr<float>(), *y = ys.const_data_ptr<float>();
    std::vector<double> g(3);
    for (int i = 0; i < 20; ++i) {
      const double e = p[0] * x[2 * i] + p[1] * x[2 * i + 1] + p[2] - y[i];
      g[0] += 2 * e * x[2 * i] / 20, g[1] += 2 * e * x[2 * i + 1] / 20, g[2] += 2 * e / 20;
    }
    return g;
  }

  // Five steps of train.fit against five steps of `update(parameter, gradient, state, step from 1)`.
  template <class Update>
  void compare(Map with, Update update) {
    std::vector<double> p = parameters();
    std::vector<std::array<double, 2>> state(3);
    for (int t = 1; t <= 5; ++t) {
      const std::vector<double> g = gradient(p);
      for (size_t i = 0; i < 3; ++i) p[i] = update(p[i], g[i], state[i], t);
    }
    with.set("loss", "mse"), with.set("epochs", 5), with.set("batch_size", 20), with.set("learning_rate", 0.05);
    fit(with);
    const std::vector<double> ours = parameters();
    for (size_t i = 0; i < 3; ++i) CHECK(ours[i] == Approx(p[i]).epsilon(1e-5));
  }
};

std::vector<double> rates(const std::string& schedule, Map with, int steps) {
  Regression r;
  with.set("schedule", schedule), with.set("loss", "mse"), with.set("steps", steps), with.set("batch_size", 20);
  r.fit(with);
  std::vector<double> out;
  for (const auto& row : r.csv()) out.push_back(std::stod(row.at(5)));
  return out;
}

void check_rates(const std::vector<double>& ours, const std::vector<double>& expected) {
  REQUIRE(ours.size() == expected.size());
  for (size_t i = 0; i < ours.size(); ++i) CHECK(ours[i] == Approx(expected[i]).epsilon(1e-6));
}

}  // namespace

TEST_CASE("sgd, with momentum, dampening, Nesterov and weight decay") {
  Regression().compare({{"optimizer", "sgd"}}, [](double p, double g, auto&, int) { return p - 0.05 * g; });
  Regression().compare({{"optimizer", "sgd"}, {"momentum", 0.9}, {"dampening", 0.1}, {"weight_decay", 0.2}},
                       [](double p, double g, auto& s, int t) {
                         g += 0.2 * p;
                         s[0] = t == 1 ? g : 0.9 * s[0] + 0.9 * g;
                         return p - 0.05 * s[0];
                       });
  Regression().compare({{"optimizer", "sgd"}, {"momentum", 0.8}, {"nesterov", true}},
                       [](double p, double g, auto& s, int t) {
                         s[0] = t == 1 ? g : 0.8 * s[0] + g;
                         return p - 0.05 * (g + 0.8 * s[0]);
                       });
}

TEST_CASE("adam with its L2 penalty, adamw with decoupled decay") {
  const auto adam = [](double p, double g, auto& s, int t, double b1, double b2, double eps) {
    s[0] = b1 * s[0] + (1 - b1) * g, s[1] = b2 * s[1] + (1 - b2) * g * g;
    return p - 0.05 * (s[0] / (1 - std::pow(b1, t))) / (std::sqrt(s[1] / (1 - std::pow(b2, t))) + eps);
  };
  Regression().compare({}, [&](double p, double g, auto& s, int t) { return adam(p, g, s, t, 0.9, 0.999, 1e-8); });
  Regression().compare({{"betas", List{0.7, 0.9}}, {"epsilon", 0.1}, {"weight_decay", 0.5}},
                       [&](double p, double g, auto& s, int t) { return adam(p, g + 0.5 * p, s, t, 0.7, 0.9, 0.1); });
  Regression().compare({{"optimizer", "adamw"}, {"weight_decay", 0.5}}, [&](double p, double g, auto& s, int t) {
    return adam(p * (1 - 0.05 * 0.5), g, s, t, 0.9, 0.999, 1e-8);
  });
}

TEST_CASE("schedules move the learning rate as PyTorch's do") {
  check_rates(rates("constant", {{"learning_rate", 0.5}, {"warmup_steps", 2}}, 4), {0.25, 0.5, 0.5, 0.5});
  check_rates(rates("step", {{"learning_rate", 1}, {"step_epochs", 2}, {"gamma", 0.1}}, 5), {1, 1, 0.1, 0.1, 0.01});
  check_rates(rates("linear", {{"learning_rate", 1}, {"minimum_learning_rate", 0.5}}, 4), {1, 0.875, 0.75, 0.625});
  std::vector<double> cosine;  // CosineAnnealingLR(T_max=4, eta_min=0.2)
  for (int t = 0; t < 4; ++t) cosine.push_back(0.2 + 0.8 * (1 + std::cos(std::numbers::pi * t / 4)) / 2);
  check_rates(rates("cosine", {{"learning_rate", 1}, {"minimum_learning_rate", 0.2}}, 4), cosine);
  // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=10)
  check_rates(rates("one_cycle", {{"learning_rate", 1}}, 10),
              {0.04, 0.52, 1.0, 0.9504846320134737, 0.8117456539497631, 0.6112620219362893, 0.3887419780637107,
               0.1882583460502369, 0.04951936798652630, 4e-06});
}

TEST_CASE("settings that contradict each other are refused") {
  Regression r;
  CHECK_THAT(r.refusal({{"epochs", 1}, {"steps", 1}}), Contains("not both"));
  CHECK_THAT(r.refusal({{"momentum", 0.9}}), Contains("without optimizer: sgd"));
  CHECK_THAT(r.refusal({{"optimizer", "sgd"}, {"nesterov", true}}), Contains("momentum above 0"));
  CHECK_THAT(r.refusal({{"betas", List{0.9}}}), Contains("1 values, expected 2"));
  CHECK_THAT(r.refusal({{"gamma", 0.5}}), Contains("schedule: step"));
  CHECK_THAT(r.refusal({{"optimizer", "adamm"}}), Contains("'adam'"));
}
