// StepContext: what the host lends a component.
#include "run/context.h"

#include <filesystem>

#include "log/log.h"
#include "mase/dataset.h"
#include "run/files.h"
#include "run/inputs.h"
#include "run/interrupt.h"

namespace mase {
namespace fs = std::filesystem;

State State::clone() const {
  State copy;
  if (graph) copy.graph = std::make_unique<Graph>(graph->clone());
  copy.data = data;
  return copy;
}

uint64_t derived_seed(uint64_t seed, std::string_view name) { return stream_hash(seed, name) >> 1; }

uint64_t step_seed(const Step& step, const Level& level) {
  const Value own = step.seed.kind == Template::Kind::scalar && step.seed.scalar.is_null()
                        ? Value()
                        : resolve(step.seed, *level.scope, level.assignment, level.parameters + step.name + "/seed");
  return own.is_null() ? derived_seed(level.seed, step.name) : static_cast<uint64_t>(own.as_int());
}

void StepContext::log_info(std::string_view text) {
  if (!level_.in_trial) log::info(format("{}: {}", step_, text));
}

void StepContext::log_warn(std::string_view text) {
  if (!level_.in_trial) return log::warn(format("{}: {}", step_, text));
  log::detail(format("{}: {}", step_, text));
}

void StepContext::fail(const Node& node, std::string_view why) const {
  throw Error(format("step '{}', node '{}': {}", step_, node.name, why));
}

const Split& StepContext::dataset(std::string_view split) {
  if (!state_.data)
    throw Error(format("step '{}' needs a data set, but the recipe has none", step_), {}, "add data: {use: ...}");
  if (split.empty()) split = level_.in_search ? "validation" : "test";
  if (split == "test" && level_.in_search && !level_.allow_test)
    throw Error(format("step '{}' asks for the test split inside a search", step_), {},
                "use validation, or write allow_test_in_search: true");
  return state_.data->split(split);
}

// The folder of this step at `what`, made now.
std::string StepContext::folder(std::string_view what) const {
  const std::string folder = (fs::path(level_.folder) / what / folder_name(step_)).lexically_normal().string();
  make_folder(folder);
  return folder;
}

std::string StepContext::out_dir() {
  if (level_.folder.empty()) throw Error(format("step '{}' has no folder to write to", step_));
  return folder("");
}

std::string StepContext::run_dir() { return level_.session.run_dir; }

std::string StepContext::checkpoint_dir() {
  if (!level_.top || level_.session.run_dir.empty()) return {};
  if (!checkpoints_ready_ && !level_.session.resume)
    remove_tree((fs::path(level_.folder) / "checkpoints" / folder_name(step_)).string());
  checkpoints_ready_ = true;
  return folder("checkpoints");
}

std::string StepContext::path(std::string_view relative) const {
  const std::string path = input_path(level_.session, level_.recipe_file, relative);
  if (level_.session.run_dir.empty()) level_.session.paths_read.emplace(path, step_);
  return path;
}

void StepContext::progress(int64_t done, int64_t total) {
  if (!level_.in_trial) log::progress(step_, done, total);
}

bool StepContext::cancelled() const { return interrupted(); }

}  // namespace mase
