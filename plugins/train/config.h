// The fields of train.fit.
#pragma once
#include <optional>

#include "mase/loss.h"
#include "mase/schema.h"

namespace train {

enum class Optimizer { sgd, adam, adamw };
enum class Schedule { constant, step, cosine, linear, one_cycle };
enum class BestBy { loss, accuracy };

struct Config {
  std::optional<int64_t> epochs, steps;
  int64_t batch_size = 64;
  bool shuffle = true, drop_last = false;
  Optimizer optimizer = Optimizer::adam;
  double learning_rate = 0.001, weight_decay = 0;
  double momentum = 0, dampening = 0;
  bool nesterov = false;
  std::vector<double> betas{0.9, 0.999};
  double epsilon = 1e-8;
  mase::Loss loss = mase::Loss::cross_entropy;
  Schedule schedule = Schedule::constant;
  int64_t warmup_steps = 0, step_epochs = 10;
  double gamma = 0.1, minimum_learning_rate = 0;
  BestBy best_by = BestBy::loss;
  bool restore_best = false;
  int64_t patience = 0;
  double minimum_improvement = 0;
  int64_t evaluation_batch_size = 1024;

  static void schema(mase::Schema<Config>& s);
  void check(const mase::Value& v) const;
};

}  // namespace train

template <>
struct mase::EnumNames<train::Optimizer> {
  static const std::vector<std::string>& names();
};
template <>
struct mase::EnumNames<train::Schedule> {
  static const std::vector<std::string>& names();
};
template <>
struct mase::EnumNames<train::BestBy> {
  static const std::vector<std::string>& names();
};
