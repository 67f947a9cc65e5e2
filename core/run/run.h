// run: what the command line calls - run a recipe, check one, compare runs. Each prints and returns an exit status:
// 0 done, 1 the run failed, 2 bad input, 128 + signal: interrupted (130 by Ctrl-C).
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "loader/registry.h"

namespace mase {

struct RunOptions {
  std::string recipe;
  std::vector<std::pair<std::string, std::string>> sets;  // --set name=value
  std::string out;                                        // "": runs/<name>-<time>
  bool resume = false;
  std::string from, until;
  int threads = 0;  // 0: LibTorch's default
  bool json = false;
  bool quiet = false;
};

int run_recipe(Registry& registry, const RunOptions& options);
int check_recipe(Registry& registry, const RunOptions& options);
int compare_runs(const std::vector<std::string>& runs, bool json);

}  // namespace mase
