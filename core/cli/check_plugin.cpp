// mase check-plugin: what is wrong with a plugin - from its file alone, or also loaded, where it can do no
// harm.
#include <cstring>

#include "cli/commands.h"
#include "cli/process.h"
#include "cli/table.h"
#include "loader/elf_file.h"
#include "loader/library.h"
#include "loader/registrar.h"
#include "mase/text.h"

namespace mase::cli {
namespace {

constexpr double kSeconds = 10;  // loading and registering take milliseconds

int say(const std::string& file, const std::string& problem, Map found, bool json) {
  if (json) {
    Map m{{"file", file}, {"ok", problem.empty()}};
    if (!problem.empty()) m.set("problem", problem);
    for (const Entry& e : found) m.set(e.key, e.value);
    print(Value(m).json(2) + "\n");
  } else if (!problem.empty()) {
    print(format("{}: {}\n", file, problem));
  } else {
    Table table;
    for (const Entry& e : found) {
      if (!e.value.is_list())
        table.row({e.key, e.value.is_string() ? e.value.as_string() : e.value.json()});
      else
        for (const Value& v : e.value.as_list())
          table.row({&v == &e.value.as_list().front() ? e.key : "", v.as_string()});
    }
    print(format("{}: fine\n", file) + table.text("  "));
  }
  return problem.empty() ? 0 : 2;
}

std::string crash_text(const ProcessResult& r) {
  if (r.timed_out) return format("hangs: not loaded within {} s", kSeconds);
  if (r.signal) return format("crashes while it is loaded: {} (signal {})", ::strsignal(r.signal), r.signal);
  return format("ends the process while it is loaded, with status {}", r.status);
}

}  // namespace

int load_plugin_command(const std::string& file, bool json) {
  const auto library = Library::open(file);
  const MaseManifest& manifest = library->manifest();
  StagingRegistrar registrar(manifest.name);
  guard("", "", [&] { manifest.register_components(registrar); });
  List names;
  for (const auto& info : registrar.take()) names.emplace_back(format("{} ({})", info->name, info->kind));
  return say(file, "",
             {{"tag", read_abi_tag(file)},
              {"plugin", manifest.name},
              {"version", manifest.version},
              {"doc", manifest.doc},
              {"components", names}},
             json);
}

int check_plugin_command(const std::string& file, bool load, bool json) {
  try {
    check_abi(file);
    if (!load) return say(file, "", {{"tag", read_abi_tag(file)}}, json);
  } catch (const Error& e) {
    return say(file, e.what(), {}, json);
  }
  std::vector<std::string> arguments{own_program(), "check-plugin", "--load-here", file};
  if (json) arguments.push_back("--json");
  const ProcessResult r = run_process(arguments, kSeconds);
  constexpr std::string_view kError = "error: ";
  if (r.status == 0 && !r.timed_out) {
    print(r.output);
    return 0;
  }
  const size_t at = r.output.rfind(kError);
  if (r.status > 0 && at != r.output.npos) {
    std::string text = r.output.substr(at + kError.size());
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return say(file, text, {}, json);
  }
  return say(file, crash_text(r), {}, json);
}

}  // namespace mase::cli
