// Checkpoints: what a stopped training needs to go on to the same result, one set of files per epoch.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "mase/safetensors.h"
#include "mase/schema.h"

namespace train {

// Figures of one epoch, as in fit.csv.
struct EpochFigures {
  int64_t epoch = 0;  // from 1
  double train_loss = 0;
  std::optional<double> train_accuracy, validation_loss, validation_accuracy;
  double learning_rate = 0;
  static void schema(mase::Schema<EpochFigures>& s);
};

// Everything but tensors.
struct Progress {
  static constexpr const char* kKey = "train.fit/1";
  mase::Map config;                  // a checkpoint of other settings is not continued
  int64_t step = 0;                  // batches done
  std::vector<EpochFigures> epochs;  // done
  std::vector<int64_t> counts;       // updates seen by each parameter
  int64_t best_epoch = 0;            // 0: none yet
  double best_value = 0;
  int64_t without_improvement = 0;
  bool finished = false;
  static void schema(mase::Schema<Progress>& s);

  int64_t epoch() const { return static_cast<int64_t>(epochs.size()); }
};

class Checkpoints {
 public:
  // An empty folder name keeps none.
  explicit Checkpoints(std::string folder) : folder_(std::move(folder)) {}
  bool enabled() const { return !folder_.empty(); }
  // Tensors first, then the state that names them: a kill in between leaves the former checkpoint valid.
  void save(const Progress& progress, const mase::NamedTensors& tensors) const;
  std::optional<Progress> load() const;             // nothing when there is none
  mase::NamedTensors tensors(int64_t epoch) const;  // of the last or the best epoch

 private:
  std::string file(int64_t epoch) const;
  std::string folder_;
};

}  // namespace train
