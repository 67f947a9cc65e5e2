// models.saved: the graph that an earlier run left in its model/ folder, formats and metadata included.
#include <filesystem>

#include "import.h"
#include "limits.h"
#include "mase/model.h"
#include "mase/safetensors.h"
#include "register.h"

namespace models {

namespace {

// Before anything is parsed: graph.json may not take more memory than its folder's files justify.
void check_size(const std::filesystem::path& folder) {
  const std::filesystem::path json = folder / "graph.json", tensors = folder / "tensors.safetensors";
  std::error_code error;
  if (!std::filesystem::is_regular_file(json, error)) return;  // load() tells
  const mase::TensorFile file(json.string());
  const uint64_t beside = std::filesystem::file_size(tensors, error);
  try {
    check_json_size(file.bytes(), file.bytes().size() + (error ? 0 : beside));
  } catch (const mase::Error& e) {
    throw mase::Error(e.message(), mase::Loc{mase::Loc::intern(json.string())});
  }
}

struct Saved final : mase::Model {
  struct Config {
    mase::Path folder;
    static void schema(mase::Schema<Config>& s) {
      s.field("folder", &Config::folder, "model/ of a run, or the folder of the run itself").required();
    }
  };
  explicit Saved(Config c) : config(std::move(c)) {}

  mase::Graph build(mase::Context& context) override {
    namespace fs = std::filesystem;
    fs::path folder(context.path(config.folder.name));
    if (!fs::is_directory(folder))
      throw mase::Error(mase::format("no folder '{}' (looked at {})", config.folder.name, folder.string()),
                        config.folder.loc, "relative names are relative to the recipe");
    if (!fs::exists(folder / "graph.json") && fs::exists(folder / "model" / "graph.json")) folder /= "model";
    try {
      check_size(folder);
      mase::Graph graph = mase::load(folder.string());
      if (graph.nodes().empty() || graph.nodes().back()->op_kind != mase::OpKind::output)
        throw mase::Error("graph.json: the graph does not end in an output");
      return graph;
    } catch (const mase::Error& e) {
      if (e.loc()) throw mase::Error(printable(e.message()), e.loc(), printable(e.hint()));  // a line of graph.json
      const std::string file = fs::path(e.loc().file).filename().string();  // a binary file has no lines to name
      const std::string text = printable(e.message());
      throw mase::Error(file.empty() ? text : mase::format("{}: {}", file, text), config.folder.loc,
                        printable(e.hint()));
    }
  }
  Config config;
};

}  // namespace

void register_saved(mase::Registrar& r) {
  r.add<Saved>("models.saved", "A graph saved by an earlier run, with its formats and metadata");
}

}  // namespace models
