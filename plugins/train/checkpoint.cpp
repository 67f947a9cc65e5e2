// Checkpoints of the last and of the best epoch: epoch_<n>.safetensors, and state.json which names them.
#include "checkpoint.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "mase/output.h"
#include "mase/text.h"

namespace train {

namespace fs = std::filesystem;

void EpochFigures::schema(mase::Schema<EpochFigures>& s) {
  s.field("epoch", &EpochFigures::epoch, "number of the epoch, from 1");
  s.field("train_loss", &EpochFigures::train_loss, "mean over the epoch's batches");
  s.field("train_accuracy", &EpochFigures::train_accuracy, "over the epoch's batches");
  s.field("validation_loss", &EpochFigures::validation_loss, "after the epoch");
  s.field("validation_accuracy", &EpochFigures::validation_accuracy, "after the epoch");
  s.field("learning_rate", &EpochFigures::learning_rate, "of the epoch's last step");
}

void Progress::schema(mase::Schema<Progress>& s) {
  s.field("config", &Progress::config, "settings of the training");
  s.field("step", &Progress::step, "batches done");
  s.field("epochs", &Progress::epochs, "figures of the epochs done");
  s.field("counts", &Progress::counts, "updates seen by each parameter");
  s.field("best_epoch", &Progress::best_epoch, "best epoch so far");
  s.field("best_value", &Progress::best_value, "its figure");
  s.field("without_improvement", &Progress::without_improvement, "epochs since the best one");
  s.field("finished", &Progress::finished, "whether the last epoch is done");
}

std::string Checkpoints::file(int64_t epoch) const {
  return (fs::path(folder_) / mase::format("epoch_{:04}.safetensors", epoch)).string();
}

void Checkpoints::save(const Progress& progress, const mase::NamedTensors& tensors) const {
  if (!enabled()) return;
  mase::write_safetensors(file(progress.epoch()), tensors);
  mase::write_file((fs::path(folder_) / "state.json").string(), mase::Value(mase::dump(progress)).json(1) + "\n");
  const fs::path last = file(progress.epoch()), best = file(progress.best_epoch);
  std::vector<fs::path> stale;
  for (const auto& entry : fs::directory_iterator(folder_))
    if (entry.path().extension() == ".safetensors" && entry.path() != last && entry.path() != best)
      stale.push_back(entry.path());
  std::error_code ignored;
  for (const auto& path : stale) fs::remove(path, ignored);
}

std::optional<Progress> Checkpoints::load() const {
  if (!enabled()) return std::nullopt;
  const std::string name = (fs::path(folder_) / "state.json").string();
  std::ifstream in(name, std::ios::binary);
  if (!in) return std::nullopt;
  std::stringstream text;
  text << in.rdbuf();
  return mase::parse_or_throw<Progress>(mase::Value::parse_json(text.str(), name), "the checkpoint");
}

mase::NamedTensors Checkpoints::tensors(int64_t epoch) const { return mase::read_safetensors(file(epoch)); }

}  // namespace train
