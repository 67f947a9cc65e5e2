// mase convert: a MASE configuration becomes a recipe, and what does not is said line by line.
#include "cli/convert.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/commands.h"
#include "cli/table.h"
#include "cli/toml.h"
#include "log/log.h"
#include "mase/output.h"
#include "mase/text.h"

namespace mase::cli {
namespace fs = std::filesystem;

namespace {

// Sections are joined entry by entry; the first plugin that has a name keeps it.
void join(Map& into, const Map& from) {
  for (const Entry& section : from) {
    Value& target = into[section.key];
    if (!target.is_map()) target = Map();
    for (const Entry& e : section.value.as_map())
      if (!target.as_map().find(e.key)) target.as_map().set(e.key, e.value);
  }
}

// A name that a run's folder may have.
std::string plain_name(std::string name) {
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name.empty() || !std::isalpha(static_cast<unsigned char>(name[0])) ? "converted" : name;
}

Value json_of(const Map& recipe, const std::vector<Error>& left) {
  List problems;
  for (const Error& e : left)
    problems.push_back(
        Map{{"line", e.loc().line}, {"column", e.loc().column}, {"text", e.message()}, {"hint", e.hint()}});
  return Map{{"recipe", recipe}, {"not_converted", std::move(problems)}};
}

}  // namespace

Map mase_names(const Registry& registry) {
  Map names;
  for (const LoadedPlugin& plugin : registry.plugins()) {
    const fs::path file = fs::path(plugin.file).parent_path() / plugin.name / "mase_names.json";
    std::ifstream in(file);
    if (!in) continue;
    std::ostringstream text;
    text << in.rdbuf();
    join(names, Value::parse_json(text.str(), file.string()).as_map());
  }
  return names;
}

int convert_command(const Registry& registry, const std::string& file, const std::string& out, bool json) {
  const Map config = read_toml(file);
  std::error_code none;
  if (!out.empty() && fs::equivalent(file, out, none))
    throw Error(format("-o {} is the configuration itself", out), {}, "give the recipe another name");
  if (config.empty()) throw Error(format("{} says nothing", file), {}, "a configuration names a model and a dataset");
  Converter converter(mase_names(registry), registry);
  const Map recipe = converter.recipe(config, plain_name(fs::path(file).stem().string()));
  if (json) {
    print(json_of(recipe, converter.left()).json(2) + "\n");
    return 0;
  }
  std::vector<std::string> comments{format("From {}, a configuration of MASE's.", fs::path(file).filename().string())};
  for (const Error& e : converter.left()) {
    log::warn(e.what());
    comments.push_back(format("Not converted, line {}: {}", e.loc().line, e.message()));
  }
  const std::string text = recipe_text(recipe, comments);
  if (out.empty())
    print(text);
  else
    write_file(out, text);
  return 0;
}

}  // namespace mase::cli
