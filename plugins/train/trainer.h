// The training loop of train.fit.
#pragma once
#include "checkpoint.h"
#include "mase/context.h"
#include "mase/dataset.h"
#include "mase/execute.h"
#include "mase/graph.h"
#include "optimizer.h"

namespace train {

class Trainer {
 public:
  Trainer(mase::Graph& graph, mase::Context& context, const Config& config);
  // Trains, leaves the weights in the graph and returns what was done. Throws Cancelled when stopped.
  Progress run();

 private:
  struct Sums {
    double loss = 0;
    int64_t correct = 0, samples = 0;
    bool classes = false;
    std::optional<double> accuracy() const;
  };

  void find_tensors();
  void resume();
  EpochFigures epoch(int64_t number);
  void step(mase::Executor& executor, const mase::Batch& batch, int64_t epoch, Sums& sums);
  void validate(EpochFigures& figures);
  void judge(const EpochFigures& figures);
  void add(Sums& sums, double loss, const at::Tensor& output, const at::Tensor& target) const;
  void write_csv() const;
  void say(const EpochFigures& figures) const;
  mase::NamedTensors weights() const;
  mase::NamedTensors checkpoint() const;
  void put(const mase::NamedTensors& weights);
  void release();
  double rate(int64_t step) const;
  bool done() const;

  mase::Graph& graph_;
  mase::Context& context_;
  const Config& config_;
  const mase::Split& train_;
  const mase::Split* validation_ = nullptr;
  mase::Batch samples_;  // the whole training split
  int64_t steps_per_epoch_ = 0, total_steps_ = 0, total_epochs_ = 0;
  double threshold_ = 0;
  std::unique_ptr<Updater> updater_;
  std::vector<std::string> buffers_;
  std::vector<const mase::Node*> frozen_;
  Checkpoints checkpoints_;
  std::string folder_;  // for fit.csv; empty: none
  Progress progress_;
  mase::NamedTensors best_;
};

}  // namespace train
