// A pass of the export plugin at work on a graph.
#pragma once
#include "support/small_graph.h"

namespace test {

struct Exported {
  TempDir folder;
  FakeContext context;
  std::string file(const std::string& name) { return folder / ("out/" + name); }
};

// What the pass wrote lies in the returned object's folder.
inline std::unique_ptr<Exported> exported(mase::Graph& g, const char* pass, mase::Map with = {}) {
  auto done = std::make_unique<Exported>();
  done->context.use(&g);
  done->context.folder = done->folder.path();
  registry().create<mase::Pass>(mase::Chosen(pass, std::move(with)))->run(g, done->context);
  return done;
}

}  // namespace test
