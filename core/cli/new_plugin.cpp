// mase new-plugin: a plugin project that builds and passes its own test.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/commands.h"
#include "cli/table.h"
#include "cli/templates.h"
#include "mase/output.h"
#include "mase/text.h"

namespace mase::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kCommon = "common/";

std::vector<std::string> template_kinds() {
  std::vector<std::string> kinds;
  for (const TemplateFile& f : template_files()) {
    const std::string kind(f.path.substr(0, f.path.find('/')));
    if (!f.path.starts_with(kCommon) && std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
      kinds.push_back(kind);
  }
  return kinds;
}

void check_arguments(const Registry& registry, const std::string& name, const std::string& kind) {
  const bool good = !name.empty() && name.size() <= 64 && name[0] >= 'a' && name[0] <= 'z' &&
                    name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == name.npos;
  if (!good)
    throw Error(format("'{}' is no name for a plugin", name), {}, "lower-case letters, digits and '_', a letter first");
  if (name == "mase") throw Error("'mase' is the host, and no name for a plugin");
  for (const LoadedPlugin& p : registry.plugins())
    if (p.name == name)
      throw Error(format("there is a plugin '{}' already: {}", name, p.file), {}, "one would shadow the other");
  const auto kinds = template_kinds();
  std::string all;
  for (const auto& k : kinds) all += (all.empty() ? "" : ", ") + k;
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
    throw Error(format("no plugin kind '{}'{}", kind, did_you_mean(kind, NameList(kinds))), {}, "kinds are: " + all);
  if (fs::symlink_status(name).type() != fs::file_type::not_found) throw Error(format("'{}' exists already", name));
}

std::string replaced(std::string text, std::string_view mark, std::string_view by) {
  for (size_t at = 0; (at = text.find(mark, at)) != text.npos; at += by.size()) text.replace(at, mark.size(), by);
  return text;
}

struct Project {
  std::string name, kind, component, files;
  std::string fill(std::string_view text) const {
    std::string out(text);
    out = replaced(std::move(out), "%NAME%", name);
    out = replaced(std::move(out), "%COMPONENT%", component);
    return replaced(std::move(out), "%FILES%", files);
  }
};

Project describe_project(const std::string& name, const std::string& kind) {
  Project p{name, kind, "", ""};
  for (const TemplateFile& f : template_files()) {
    const fs::path path(f.path);
    if (*path.begin() != kind) continue;
    if (path.extension() == ".cpp") p.component = path.stem().string();
    if (path.extension() == ".sv") p.files = " FILES " + path.parent_path().filename().string();
  }
  return p;
}

std::vector<std::string> write_project(const Project& project, const fs::path& folder) {
  std::vector<std::string> written;
  for (const TemplateFile& f : template_files()) {
    const std::string own = project.kind + "/";
    const bool common = f.path.starts_with(kCommon);
    if (!common && !f.path.starts_with(own)) continue;
    const std::string path = project.fill(f.path.substr(common ? kCommon.size() : own.size()));
    fs::create_directories((folder / path).parent_path());
    write_file(folder / path, project.fill(f.text));
    written.push_back(project.name + "/" + path);
  }
  std::sort(written.begin(), written.end());
  return written;
}

// The system's words, without those of the library that handed them on ("filesystem error: cannot rename: ... [a]").
std::string reason(const std::exception& e) {
  if (const auto* system = dynamic_cast<const std::system_error*>(&e)) return system->code().message();
  return e.what();
}

}  // namespace

int new_plugin_command(const Registry& registry, const std::string& name, const std::string& kind, bool json) {
  check_arguments(registry, name, kind);
  const Project project = describe_project(name, kind);
  const fs::path temporary = format(".{}.{}.tmp", name, ::getpid());
  std::vector<std::string> written;
  std::error_code ignored;
  try {
    written = write_project(project, temporary);
    fs::rename(temporary, name);
  } catch (const std::exception& e) {
    fs::remove_all(temporary, ignored);
    throw Error(format("cannot make the folder '{}' in {}: {}", name, fs::current_path(ignored).string(), reason(e)));
  }
  if (json) {
    print(Value(Map{{"plugin", name},
                    {"kind", kind},
                    {"component", name + "." + project.component},
                    {"files", Value(written)}})
              .json(2) +
          "\n");
    return 0;
  }
  std::string text;
  for (const auto& file : written) text += file + "\n";
  text += format(
      "\ncd {0} && cmake -B build && cmake --build build && ctest --test-dir build\n"
      "(with -DCMAKE_PREFIX_PATH=<where mase is installed> when CMake does not find it)\n",
      name);
  print(text);
  return 0;
}

}  // namespace mase::cli
