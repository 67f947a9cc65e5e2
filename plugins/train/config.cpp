// The fields of train.fit, with their defaults and limits.
#include "config.h"

#include "mase/text.h"

const std::vector<std::string>& mase::EnumNames<train::Optimizer>::names() {
  static const std::vector<std::string> names{"sgd", "adam", "adamw"};
  return names;
}
const std::vector<std::string>& mase::EnumNames<train::Schedule>::names() {
  static const std::vector<std::string> names{"constant", "step", "cosine", "linear", "one_cycle"};
  return names;
}
const std::vector<std::string>& mase::EnumNames<train::BestBy>::names() {
  static const std::vector<std::string> names{"loss", "accuracy"};
  return names;
}

namespace train {

void Config::schema(mase::Schema<Config>& s) {
  s.field("epochs", &Config::epochs, "passes over the training split; null: 10, or as 'steps' says").range(1, 1000000);
  s.field("steps", &Config::steps, "batches in all, instead of epochs").range(1, 1000000000);
  s.field("batch_size", &Config::batch_size, "samples per step").range(1, 10000000);
  s.field("shuffle", &Config::shuffle, "a new order of the samples in every epoch");
  s.field("drop_last", &Config::drop_last, "leave out the last batch of an epoch when it is not full");
  s.field("optimizer", &Config::optimizer, "update rule, as PyTorch's of that name");
  s.field("learning_rate", &Config::learning_rate, "step size; the peak where the schedule moves it").range(0, 1000);
  s.field("weight_decay", &Config::weight_decay, "L2 penalty (sgd, adam) or decoupled decay (adamw)").range(0, 1000);
  s.field("momentum", &Config::momentum, "sgd: share of the last update that is kept").range(0, 1);
  s.field("dampening", &Config::dampening, "sgd: dampening of the momentum").range(0, 1);
  s.field("nesterov", &Config::nesterov, "sgd: Nesterov momentum");
  s.field("betas", &Config::betas, "adam, adamw: decay of the running mean and of the mean square").range(0, 1);
  s.field("epsilon", &Config::epsilon, "adam, adamw: added to the denominator").range(0, 1);
  s.field("loss", &Config::loss, "what is minimised; bce takes probabilities, bce_with_logits logits");
  s.field("schedule", &Config::schedule,
          "learning rate over the steps; cosine and linear fall to minimum_learning_rate, step multiplies by "
          "gamma, "
          "one_cycle is PyTorch's OneCycleLR");
  s.field("warmup_steps", &Config::warmup_steps, "steps over which the rate first rises linearly").range(0, 1000000000);
  s.field("step_epochs", &Config::step_epochs, "schedule step: epochs between two drops").range(1, 1000000);
  s.field("gamma", &Config::gamma, "schedule step: factor of a drop").range(0, 1);
  s.field("minimum_learning_rate", &Config::minimum_learning_rate, "where cosine and linear end").range(0, 1000);
  s.field("best_by", &Config::best_by, "validation figure that says which epoch is the best");
  s.field("restore_best", &Config::restore_best, "go on with the best epoch's weights instead of the last one's");
  s.field("patience", &Config::patience, "stop after so many epochs without improvement; 0: never").range(0, 1000000);
  s.field("minimum_improvement", &Config::minimum_improvement, "less than this is no improvement").range(0, 1000);
  s.field("evaluation_batch_size", &Config::evaluation_batch_size, "samples per validation batch").range(1, 10000000);
}

void Config::check(const mase::Value& v) const {
  if (epochs && steps) throw mase::Error("give 'epochs' or 'steps', not both", v.loc);
  if (betas.size() != 2) throw mase::Error(mase::format("'betas' has {} values, expected 2", betas.size()), v.loc);
  for (double beta : betas)
    if (beta >= 1) throw mase::Error("'betas' must be below 1", v.loc);
  if (nesterov && (momentum <= 0 || dampening != 0))
    throw mase::Error("'nesterov' needs a momentum above 0 and no dampening", v.loc);
  if (minimum_learning_rate > learning_rate)
    throw mase::Error("'minimum_learning_rate' is above 'learning_rate'", v.loc);
  const auto only = [&](const char* field, bool fits, const char* where) {
    const mase::Value* given = v.is_map() ? v.as_map().find(field) : nullptr;
    if (given && !fits) throw mase::Error(mase::format("'{}' has no meaning without {}", field, where), given->loc);
  };
  for (const char* field : {"momentum", "dampening", "nesterov"})
    only(field, optimizer == Optimizer::sgd, "optimizer: sgd");
  for (const char* field : {"betas", "epsilon"}) only(field, optimizer != Optimizer::sgd, "optimizer: adam or adamw");
  for (const char* field : {"gamma", "step_epochs"}) only(field, schedule == Schedule::step, "schedule: step");
}

}  // namespace train
