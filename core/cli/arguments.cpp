// One clear message for wrong arguments, with the nearest command or option.
#include "cli/arguments.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/table.h"
#include "mase/error.h"
#include "mase/text.h"

namespace mase::cli {
namespace {

void add_option_names(const CLI::App& app, NameList& names) {
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames())
      if (!option->get_group().empty()) names.add("--" + name);
}

[[noreturn]] void unexpected(const CLI::App& app, const std::string& word) {
  const auto chosen = app.get_subcommands();
  const std::string help = chosen.empty() ? "mase --help" : format("mase {} --help", chosen.front()->get_name());
  NameList names;
  if (word.starts_with('-')) {
    add_option_names(app, names);
    if (!chosen.empty()) add_option_names(*chosen.front(), names);
    const std::string name = word.substr(0, word.find('='));
    throw Error(format("unknown option '{}'{}", name, did_you_mean(name, names)), {}, help);
  }
  if (!chosen.empty())
    throw Error(format("'{}' is one argument too many for 'mase {}'", word, chosen.front()->get_name()), {}, help);
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.add(command->get_name());
  throw Error(format("no command '{}'{}", word, did_you_mean(word, names)), {}, help);
}

}  // namespace

std::optional<int> parse_arguments(CLI::App& app, int argc, const char* const* argv) try {
  app.parse(argc, argv);
  return std::nullopt;
} catch (const CLI::CallForHelp&) {
  print(app.help());  // of the command, when one was given
  return 0;
} catch (const CLI::ExtrasError&) {
  unexpected(app, app.remaining(true).front());
} catch (const CLI::ParseError& e) {
  const auto chosen = app.get_subcommands();
  throw Error(e.what(), {}, chosen.empty() ? "mase --help" : format("mase {} --help", chosen.front()->get_name()));
}

}  // namespace mase::cli
