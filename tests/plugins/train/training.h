// Setting up a training in a test: a model, data, and train.fit with a recipe's fields.
#pragma once
#include "mase/model.h"
#include "mase/output.h"
#include "mase/pass.h"
#include "support/fake_context.h"

namespace test {

struct Training {
  mase::Graph graph;
  FakeContext context;
  TempDir dir;

  Training(const std::string& model, mase::Map model_with, const std::string& data, mase::Map data_with)
      : graph(build(model, std::move(model_with))) {
    context.folder = dir.path();
    context.use(&graph);
    context.open(mase::Chosen(data, std::move(data_with)));
  }

  void fit(mase::Map with) {
    context.progressed = 0;
    registry().create<mase::Pass>(mase::Chosen("train.fit", std::move(with)))->run(graph, context);
  }
  std::string refusal(mase::Map with) {
    return message([&] { fit(std::move(with)); });
  }
  double reported(const char* name) const { return context.reported.at(name).as_double(); }

  // fit.csv without its header, a list of cells per epoch.
  std::vector<std::vector<std::string>> csv() const {
    std::stringstream in(read(dir / "out/fit.csv"));
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(in, line);) {
      std::stringstream cells(line);
      rows.emplace_back();
      for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
    }
    rows.erase(rows.begin());
    return rows;
  }

  std::vector<double> values(const std::string& key) const {
    const at::Tensor t = graph.tensor(key).contiguous();
    return {t.const_data_ptr<float>(), t.const_data_ptr<float>() + t.numel()};
  }

 private:
  static mase::Graph build(const std::string& name, mase::Map with) {
    FakeContext context;
    return registry().create<mase::Model>(mase::Chosen(name, std::move(with)))->build(context);
  }
};

}  // namespace test
