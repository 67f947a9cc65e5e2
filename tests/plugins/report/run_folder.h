// A run folder with tables as the engine leaves them, and a step of the plugin `report` in it.
#pragma once
#include "mase/pass.h"
#include "support/fake_context.h"

namespace test {

class RunFolder {
 public:
  void add(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = folder_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  // What the component writes into the file `name` of its folder.
  std::string written(const char* component, const std::string& name, mase::Map with) {
    FakeContext context;
    context.folder = folder_.path();
    mase::Graph graph;
    registry().create<mase::Pass>(mase::Chosen(component, std::move(with)))->run(graph, context);
    figures = context.reported;
    log = context.log;
    std::ifstream in(context.out_dir() + "/" + name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  mase::Map figures;
  std::string log;

 private:
  TempDir folder_;
};

}  // namespace test
