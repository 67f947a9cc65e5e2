// The command line: which options each command takes, and what happens to everything that is thrown.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <charconv>
#include <cstdio>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "log/log.h"
#include "mase/text.h"
#include "recipe/recipe.h"
#include "run/run.h"

namespace mase::cli {
namespace {

// Options of all commands; one command uses few of them.
struct Parsed {
  Globals globals;
  bool version = false;
  RunOptions run;
  std::vector<std::string> sets, runs;
  std::string name, kind = "pass", folder, out, threads;
  bool load = false, load_here = false;
};

void add_globals(CLI::App& app, Parsed& p) {
  app.add_option("--plugins", p.globals.plugins, "A folder of plugins, searched first (repeatable)")
      ->type_name("DIR")
      ->allow_extra_args(false);
  app.add_flag("--json", p.globals.json, "Print JSON");
  auto* verbose = app.add_flag("-v,--verbose", p.globals.verbose, "Show details");
  app.add_flag("-q,--quiet", p.globals.quiet, "Show warnings and errors only")->excludes(verbose);
  app.add_flag("--version", p.version, "Print the versions of mase, LibTorch and the tools");
}

void add_recipe(CLI::App& command, Parsed& p) {
  command.add_option("RECIPE", p.run.recipe, "A recipe, *.yaml")->required();
  command.add_option("--set", p.sets, "A param of the recipe (repeatable)")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

void add_run_commands(CLI::App& app, Parsed& p) {
  CLI::App& run = *app.add_subcommand("run", "Run a recipe");
  add_recipe(run, p);
  run.add_option("--out", p.run.out, "The run's folder (default runs/<name>-<time>)");
  run.add_flag("--resume", p.run.resume, "Go on with a run that was stopped");
  run.add_option("--from", p.run.from, "Begin at this step, with the graph the previous run had there");
  run.add_option("--until", p.run.until, "Stop after this step");
  run.add_option("--threads", p.threads, "Threads to use, at most 1024")->type_name("N");
  add_recipe(*app.add_subcommand("check", "Check a recipe: everything a run does, short of running"), p);
  app.add_subcommand("compare", "Compare the metrics, recipes and formats of runs")
      ->add_option("RUN", p.runs, "Folders of runs")
      ->required();
}

void add_commands(CLI::App& app, Parsed& p) {
  add_run_commands(app, p);
  app.add_subcommand("list", "List components, or `list metrics`, `list plugins`")
      ->add_option("KIND", p.kind, "Only this kind");
  app.add_subcommand("describe", "Describe a component: fields, metrics, an example")
      ->add_option("NAME", p.name, "A component or a plugin")
      ->required();
  app.add_subcommand("schema", "Print the JSON Schema of recipes, for editors");
  app.add_subcommand("docs", "Write a page of the manual for each component")
      ->add_option("DIR", p.folder, "Where to")
      ->required();
  app.add_subcommand("test", "Run recipe tests")
      ->add_option("DIR", p.folder, "A folder of *.yaml with # RUN, # EXPECT lines")
      ->required();
  CLI::App& convert = *app.add_subcommand("convert", "Turn a MASE configuration into a recipe");
  convert.add_option("CONFIG", p.name, "A configuration, *.toml")->required();
  convert.add_option("-o", p.out, "Where to write the recipe (default: print it)")->type_name("RECIPE");
  CLI::App& fresh = *app.add_subcommand("new-plugin", "Write a plugin project that builds and passes its test");
  fresh.add_option("NAME", p.name, "Its name, and the folder to make")->required();
  fresh.add_option("--kind", p.kind, "What it brings (default pass)");
  CLI::App& check = *app.add_subcommand("check-plugin", "Say what is wrong with a plugin's file");
  check.add_option("FILE", p.name, "A plugin, *.so")->required();
  check.add_flag("--load", p.load, "Also load it, in a child process with a time limit");
  check.add_flag("--load-here", p.load_here)->group("");  // what --load runs in the child
  for (CLI::App* command : app.get_subcommands({})) command->fallthrough();
}

// What was not loaded is said once, and does not keep the rest from working.
void say_notes(const Registry& registry) {
  for (const PluginNote& note : registry.notes()) {
    const std::string text = format("{}: {}", note.file, note.text);
    note.error ? log::warn("plugin refused: " + text) : log::info("note: " + text);
  }
}

std::vector<std::pair<std::string, std::string>> split_sets(const std::vector<std::string>& sets) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& set : sets) {
    const size_t at = set.find('=');
    if (at == 0 || at == set.npos) throw Error(format("--set {}: expected name=value", set));
    pairs.emplace_back(set.substr(0, at), set.substr(at + 1));
  }
  return pairs;
}

void read_run_options(const CLI::App& run, Parsed& p) {
  if (run.count("--out") && p.run.out.empty())
    throw Error("--out: the name of the folder is empty", {}, "without --out it is runs/<name>-<time>");
  for (const char* option : {"--from", "--until"})
    if (run.count(option) && run.get_option(option)->as<std::string>().empty())
      throw Error(format("{}: the name of the step is empty", option));
  if (p.run.resume && !p.run.from.empty())
    throw Error("--resume together with --from", {},
                "--resume goes on where the run was stopped, --from begins at a step: give one of them");
  if (!run.count("--threads")) return;
  const char* end = p.threads.data() + p.threads.size();
  const auto [last, failed] = std::from_chars(p.threads.data(), end, p.run.threads);
  if (failed != std::errc() || last != end || p.run.threads < 1 || p.run.threads > 1024)
    throw Error(format("--threads is '{}', expected an integer in [1, 1024]", p.threads));
}

int dispatch(const std::string& command, Parsed& p, CLI::App& app) {
  const Globals& g = p.globals;
  if (command == "check-plugin")
    return p.load_here ? load_plugin_command(p.name, g.json) : check_plugin_command(p.name, p.load, g.json);
  if (command == "test") return test_command(g, p.folder);
  if (command == "compare") return compare_runs(p.runs, g.json);
  Registry registry;
  registry.load_folders(plugin_folders(g.plugins));
  say_notes(registry);
  if (command == "new-plugin") return new_plugin_command(registry, p.name, p.kind, g.json);
  if (command == "list") return list_command(registry, app.get_subcommand("list")->count("KIND") ? p.kind : "", g.json);
  if (command == "describe") return describe_command(registry, p.name, g.json);
  if (command == "convert") return convert_command(registry, p.name, p.out, g.json);
  if (command == "schema") return schema_command(registry);
  if (command == "docs") return docs_command(registry, p.folder);
  p.run.sets = split_sets(p.sets);
  p.run.json = g.json, p.run.quiet = g.quiet;
  if (command == "run") read_run_options(*app.get_subcommand("run"), p);
  return command == "check" ? check_recipe(registry, p.run) : run_recipe(registry, p.run);
}

// Every way out ends in a sentence and a status.
template <class Call>
int caught(const Call& call) try {
  return call();
} catch (const RecipeErrors& e) {
  for (const Error& problem : e.problems) std::fprintf(stderr, "%s\n", problem.what());
  return 2;
} catch (const Cancelled&) {
  log::error("interrupted");
  return 130;
} catch (const Failure& e) {
  log::error(e.what());
  return 1;
} catch (const Error& e) {
  log::error(e.what());
  return 2;
} catch (const std::bad_alloc&) {
  log::error("out of memory");
  return 1;
} catch (const std::exception& e) {
  log::error(e.what());
  return 1;
} catch (...) {
  log::error("something was thrown that is not an exception: a defect of mase or of a plugin");
  return 1;
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  return caught([&] {
    Parsed p;
    CLI::App app(
        "mase: from a trained network to quantized, searched, costed and bit-exactly simulated hardware, by "
        "one recipe.",
        "mase");
    app.require_subcommand(0, 1);
    add_globals(app, p);
    add_commands(app, p);
    if (const auto status = parse_arguments(app, argc, argv)) return *status;
    log::set_level(p.globals.quiet ? log::Level::quiet : p.globals.verbose ? log::Level::verbose : log::Level::normal);
    if (p.version) return version_command(p.globals.json);
    const auto chosen = app.get_subcommands();
    if (chosen.empty()) throw Error("no command given", {}, "mase --help lists them");
    return dispatch(chosen.front()->get_name(), p, app);
  });
}

}  // namespace mase::cli
