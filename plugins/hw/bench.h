// Building and running the Verilator bench of an emitted design.
#pragma once
#include <string>
#include <vector>

#include "design.h"

namespace mase::hw {

struct BenchResult {
  int status = 0;  // 0 finished, 3 stalled, 4 broke the stream protocol
  int64_t cycles = 0, first_in = 0, first_out = 0, last_out = 0;
  std::string problem;
  std::vector<std::vector<int64_t>> outputs;  // words per output port
  std::vector<std::vector<int64_t>> streams;  // words per probe
};

class SimulationBench {
 public:
  // `hardware` holds rtl/ and design.json; the model is built below hardware/sim, once per content.
  SimulationBench(Design design, std::string hardware, const std::string& waves);
  // Plays hardware/vectors; `stall` is the probability of a pause per cycle.
  BenchResult run(double stall, uint64_t seed, int64_t idle_limit, const std::string& wave_file) const;
  bool reused() const { return reused_; }

 private:
  void build(const std::string& waves);
  std::string main_text(const std::string& waves) const;
  Design design_;
  std::string hardware_, folder_;
  bool reused_ = false;
};

}  // namespace mase::hw
