// hw.emit: top.sv, parameter sources and memory images, the library files they need, and design.json.
#include "emit.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "add_hardware_metadata.h"
#include "design.h"
#include "files.h"
#include "mase/text.h"

namespace fs = std::filesystem;

namespace mase::hw {

void Emit::Config::check(const Value& v) const {
  const bool word = !top.empty() && !std::isdigit(static_cast<unsigned char>(top[0])) &&
                    std::all_of(top.begin(), top.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  if (!word) throw Error("'top' is '" + top + "', expected an identifier", v.loc);
}

namespace {

bool has_metadata(const Graph& graph) {
  return std::all_of(graph.nodes().begin(), graph.nodes().end(),
                     [](const Node* n) { return n->meta.hardware.filled(); });
}

// A library file by its path below components/, a user's or third party's own by its full path.
std::string source_path(const std::string& file) {
  const std::string path = fs::path(file).is_absolute() ? file : library_folder() + "/components/" + file;
  if (!fs::is_regular_file(path)) throw Error("no source file '" + path + "'");
  return path;
}

void write_design(const Design& design, const fs::path& folder) {
  const fs::path temporary = folder / "rtl.tmp", rtl = folder / "rtl";
  fs::remove_all(temporary);
  fs::create_directories(temporary);
  for (const std::string& file : design.sources) {
    const fs::path to = temporary / fs::path(file).filename();
    if (fs::exists(to)) throw Error("two source files are called '" + to.filename().string() + "'");
    fs::copy_file(source_path(file), to);
  }
  for (const auto& [name, content] : design.texts) write_text((temporary / name).string(), content);
  write_text((temporary / (design.top + ".sv")).string(), print_top(design));
  fs::remove_all(rtl);
  fs::rename(temporary, rtl);
  write_text((folder / "design.json").string(), to_value(design).json(1) + "\n");
}

}  // namespace

void Emit::run(Graph& graph, Context& context) {
  // Values and grids may have changed since the metadata was made, so names are refreshed; wishes of hw.map stay.
  const bool made = has_metadata(graph) && !graph.nodes().empty();
  std::vector<int64_t> budget{4, 4, 4, 4};
  if (made)
    for (const Node* node : graph.nodes())
      if (!node->meta.hardware.map.find("max_parallelism")) budget = node->meta.hardware.max_parallelism;
  add_hardware_metadata(graph, context.components(), budget);
  const Design design = lower(graph, context.components(), config.top);
  const fs::path folder = fs::path(context.run_dir()) / "hardware";
  write_design(design, folder);
  context.report("instances", design.instances.size());
  context.report("files", design.sources.size() + design.texts.size() + 1);
  context.info("emitted {} instances to {}", design.instances.size(), (folder / "rtl").string());
}

}  // namespace mase::hw
