// Sampler: proposes points of a search space. A proposal depends on (history, seed, request) only, so that a
// study resumes, and many workers share it, without saved sampler state.
#pragma once
#include <limits>
#include <optional>

#include "mase/component.h"

namespace mase {

// One parameter. A choice takes the index of its option; conditional parameters are active only while their parent
// holds the given option.
struct Domain {
  enum class Kind { choice, integer, real };
  std::string name;  // <step>/<node>/<field path>
  Kind kind = Kind::choice;
  std::vector<std::string> labels;     // choice: one per option
  std::vector<Value> options;          // choice: the values themselves (scalars, or labels of maps)
  double low = 0, high = 0, step = 0;  // inclusive; step 0: continuous
  bool log = false;
  int parent = -1;         // index into Space::domains, or -1
  int parent_option = -1;  // the option of the parent that makes this one active
  int64_t count() const;   // number of values; -1 when continuous
};

struct Space {
  std::vector<Domain> domains;  // parents before children
  int64_t size() const;         // points, conditional ones counted once; -1 when infinite or beyond 2^62
};

constexpr double kInactive = std::numeric_limits<double>::quiet_NaN();
using Point = std::vector<double>;  // one number per domain: option index, integer or real; kInactive

struct Trial {
  enum class State { running, complete, pruned, failed };
  int64_t number = 0;
  State state = State::running;
  Point params;
  std::vector<double> values;                            // one per objective
  std::vector<std::pair<int64_t, double>> intermediate;  // (step, value)
  std::vector<double> constraints;                       // <= 0 is satisfied
};

struct Objective {
  std::string name;
  bool maximize = true;
};

// Which proposal is wanted. `draw` counts all proposals of the study, refused and repeated ones included.
struct Request {
  int64_t number = 0;
  int64_t draw = 0;
};

class Sampler : public Component {
 public:
  static constexpr const char* kKind = "sampler";
  virtual void begin(const Space& space, const std::vector<Objective>& objectives, uint64_t seed) = 0;
  // nullopt: the space is exhausted, the study is over. Inactive parameters are ignored by the host.
  virtual std::optional<Point> ask(const Request& request, const std::vector<Trial>& history) = 0;
  virtual void tell(const Trial& trial) {}  // a hint to keep derived data fresh; never needed for correctness
  // Refuses a space that it cannot search (a grid over a continuous domain), before the first trial.
  virtual void check(const Space& space) const {}
  virtual bool unbounded() const { return true; }  // false: ends by itself, `trials` may be left out
};

}  // namespace mase
