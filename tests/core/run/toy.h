// Components of which a run engine's tests know every number: nodes hold a value, steps set it, a runner adds up.
#pragma once
#include <string>
#include <vector>

#include "loader/registry.h"
#include "run/run.h"
#include "support/fake_context.h"

namespace toy {

// The plugin `toy`:
//   toy.chain {nodes}            a model: x -> n1 -> n2 ... -> output, each node holding 0
//   toy.counts                   a data set with 6, 3 and 2 samples
//   toy.set {value, half}        a pass: each selected node holds `value`; refuses half > value; 99 makes it throw
//   toy.shake                    a pass: adds a draw from its stream to each selected node
//   toy.relabel                  a pass that changes the graph: one more node at the end
//   toy.stop {at}                a pass: presses Ctrl-C the at-th time it runs
//   toy.sum {split}              a runner: sum, nodes, samples (of the split)
//   toy.count                    a sampler: all points in order
//   toy.dice                     a sampler: points at random
extern const MaseManifest kManifest;

mase::Registry& registry();

// How often toy.set ran, and toy.stop: set back by the tests.
extern int sets, stops;

struct Result {
  int status = 0;
  std::string out;     // the run folder
  mase::Value record;  // run.json, or null
  const mase::Map& metrics() const { return record.as_map().at("metrics").as_map(); }
  const mase::Map& report(size_t step) const {
    return record.as_map().at("steps").as_list().at(step).as_map().at("report").as_map();
  }
};

// Runs the recipe in `folder`/recipe.yaml with --out `folder`/`out`.
Result run(const test::TempDir& folder, const std::string& recipe, mase::RunOptions options = {},
           const std::string& out = "out");

// "mase: 1", a model of 3 nodes and data, before `steps`.
std::string recipe(const std::string& steps);

// The cells of one column of a CSV file.
std::vector<std::string> column(const std::string& file, const std::string& name);

}  // namespace toy
