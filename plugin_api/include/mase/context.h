// Context: what the host lends a component for the length of one call. Implemented by the host, so it may grow at its
// end.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mase/component.h"
#include "mase/random.h"
#include "mase/text.h"

namespace mase {

class Node;
struct Batch;

// One split of the run's data. Batches are views of prepared tensors: asking twice costs nothing.
class Split {
 public:
  virtual const std::string& name() const = 0;                  // train, validation, test
  virtual int64_t size() const = 0;                             // samples
  virtual Batch batch(int64_t first, int64_t count) const = 0;  // fewer at the end; Error beyond it

 protected:
  ~Split();
};

class Context {
 public:
  // The nodes that the recipe's `where` selected, in graph order; all nodes when the step has none.
  virtual const std::vector<Node*>& selected() const = 0;
  virtual bool has_selection() const = 0;                     // whether the step has a `where`
  virtual Random random(std::string_view purpose) const = 0;  // hash(seed, step name, purpose)

  // A figure of this step: goes to its report in run.json and, when declared in metrics(), to the metrics.
  virtual void report(std::string_view key, Value value) = 0;
  virtual void log_info(std::string_view text) = 0;
  virtual void log_warn(std::string_view text) = 0;
  [[noreturn]] virtual void fail(const Node& node, std::string_view why) const = 0;  // Error with node and step

  virtual Components& components() = 0;
  // "" is the default of the place: test, or validation inside a search. Asking for test inside a search is refused.
  virtual const Split& dataset(std::string_view split = {}) = 0;
  virtual bool has_dataset() const = 0;

  virtual std::string out_dir() = 0;         // this step's own folder, created now
  virtual std::string run_dir() = 0;         // the run's folder: hardware/ lives here
  virtual std::string checkpoint_dir() = 0;  // resumable state of this step; empty unless the run is a --resume
  virtual std::string path(std::string_view relative) const = 0;  // relative to the recipe file

  virtual void progress(int64_t done, int64_t total) = 0;
  virtual bool cancelled() const = 0;  // Ctrl-C: save, then throw Cancelled
  virtual int threads() const = 0;
  virtual std::string step_name() const = 0;

  template <class... Args>
  void info(fmt::format_string<Args...> text, Args&&... args) {
    log_info(mase::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> text, Args&&... args) {
    log_warn(mase::format(text, std::forward<Args>(args)...));
  }
  template <class Kind>
  std::shared_ptr<Kind> create(const Chosen& chosen) {
    return components().create<Kind>(chosen);
  }
  template <class Kind>
  std::vector<const ComponentInfo*> list() {
    return components().list(Kind::kKind);
  }

 protected:
  ~Context();
};

}  // namespace mase
