// A graph for tests of passes: x[16] -> fc1 (linear to 8) -> relu1 -> fc2 (linear to 5) -> output.
#pragma once
#include "mase/execute.h"
#include "mase/pass.h"
#include "support/fake_context.h"

namespace test {

inline mase::Graph small_graph() {
  mase::Graph g("small");
  mase::Random random(1);
  mase::Node& x = mase::add_placeholder(g, "x", {16});
  mase::Node& fc1 =
      mase::add_module(g, registry(), "fc1", mase::Chosen("nn.linear", {{"out_features", 8}}), {&x}, random);
  mase::Node& relu = mase::add_module(g, registry(), "relu1", mase::Chosen("nn.relu"), {&fc1}, random);
  mase::Node& fc2 =
      mase::add_module(g, registry(), "fc2", mase::Chosen("nn.linear", {{"out_features", 5}}), {&relu}, random);
  mase::add_output(g, {&fc2});
  mase::derive(g, registry());
  return g;
}

// Gives tensors their formats as a recipe's step on the named nodes would; no names: a step without `where`.
inline void quantize(mase::Graph& g, mase::Map with, const std::vector<std::string>& names = {}) {
  FakeContext context(&g);
  context.selection = !names.empty();
  if (!names.empty()) context.nodes.clear();
  for (const std::string& name : names) context.nodes.push_back(&g.at(name));
  registry().create<mase::Pass>(mase::Chosen("quant.quantize", std::move(with)))->run(g, context);
  mase::derive(g, registry());
}

inline mase::Value fixed(int width, int frac_width) {
  return mase::Map{{"use", "quant.integer"}, {"with", mase::Map{{"width", width}, {"frac_width", frac_width}}}};
}

// The cells of a CSV file without quoted fields, by row.
inline std::vector<std::vector<std::string>> csv_cells(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

inline std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace test
