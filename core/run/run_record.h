// RunRecord: run.json, the contract that scripts rely on.
#pragma once
#include "run/check.h"

namespace mase {

struct RunRecord {
  LevelRecord level;

  void start(const Checked& checked, const Session& session);
  // Written as a whole after every step. Values of the environment do not appear in it.
  void write(const std::string& run_dir, const std::string& status, const std::string& error = {});
  const Map& head() const { return head_; }

 private:
  Map head_;
  std::vector<std::pair<std::string, std::string>> secrets_;  // value, what stands in its place
};

// The environment's values that a recipe reads, with the text they are replaced by: ("/home/me", "${env:HOME}").
std::vector<std::pair<std::string, std::string>> environment_of(const Recipe& recipe);
Value masked(const Value& value, const std::vector<std::pair<std::string, std::string>>& secrets);

}  // namespace mase
