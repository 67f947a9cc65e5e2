// Session: what is the same for everything in one run. State: the graph and data that steps work on.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "loader/registry.h"
#include "mase/graph.h"
#include "recipe/recipe.h"
#include "run/data.h"
#include "run/record.h"

namespace mase {

struct State {
  std::unique_ptr<Graph> graph;    // null before the first model
  std::shared_ptr<OpenData> data;  // null before the first data set
  State clone() const;             // graph cloned, data shared
};

struct Session {
  explicit Session(Registry& registry) : registry(registry) {}
  Registry& registry;
  const Recipe* recipe = nullptr;
  uint64_t seed = 0;    // the recipe's
  std::string run_dir;  // "" while a recipe is only checked
  int threads = 1;
  std::unordered_set<std::string> set_values;     // given by --set: paths among them are relative to the working folder
  bool resume = false;                            // the step under way may find state of its own
  std::map<std::string, std::string> paths_read;  // while the recipe is checked: a path, and the step that asked for it
  std::unordered_map<std::string, std::shared_ptr<OpenData>> opened;  // by choice and stream: opened once
};

// Runners whose configuration no trial changes, with what is asked of them every time.
struct CachedRunner {
  std::shared_ptr<Component> component;
  std::vector<std::string> metrics;
};
using ComponentCache = std::unordered_map<const Step*, CachedRunner>;

// A configuration that a search has resolved already, while it looked whether a point is acceptable.
struct Prepared {
  const Step* step = nullptr;
  std::string node;
  Chosen chosen;
};

// Where a list of steps stands: what its templates may refer to, which seed it has, and where it writes.
struct Level {
  explicit Level(Session& session) : session(session) {}
  Session& session;
  const Scope* scope = nullptr;
  const Assignment* assignment = nullptr;  // values of domains; null outside searches
  std::string parameters;                  // prefix of the names of parameters found here: "sub/" or ""
  uint64_t seed = 0;
  std::string folder;       // files of this level's steps; named steps have a folder in it
  std::string recipe_file;  // relative paths are relative to it
  bool in_search = false;
  bool allow_test = false;
  bool top = false;                      // the recipe's own steps
  bool in_trial = false;                 // quiet, without checkpoints
  bool keep_lineage = true;              // whether steps record how to repeat them
  std::vector<const LevelRecord*> past;  // what led to the state here, outer levels first
  const std::vector<Prepared>* prepared = nullptr;
  const ComponentCache* cache = nullptr;  // of a search: runners that are the same in every trial
};

// The stream of a step: its own seed, or one made of the level's seed and the step's name. Never negative as an
// int64, so that it can be written into a recipe as a step's `seed:`.
uint64_t step_seed(const Step& step, const Level& level);
uint64_t derived_seed(uint64_t seed, std::string_view name);

}  // namespace mase
