// Names of steps: they name folders, prefix metrics and parameters, and key random streams.
#include <algorithm>
#include <filesystem>
#include <map>

#include "mase/text.h"
#include "reader.h"

namespace mase {
namespace {

const std::vector<std::string> kTaken = {"model",       "checkpoints", "hardware", "state",  "run.json", "log.txt",
                                         "recipe.yaml", "report.html", "latest",   "trials", "rows"};

bool taken(const std::string& name) { return std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end(); }

bool is_control(const Step& s) { return s.kind == Step::Kind::search || s.kind == Step::Kind::sweep; }

std::string base_name(const Step& s) {
  if (s.kind == Step::Kind::search) return "search";
  if (s.kind == Step::Kind::sweep) return "sweep";
  return s.kind == Step::Kind::recipe ? std::filesystem::path(s.component).stem().string() : s.component;
}

bool folder_name(const std::string& name) {
  const auto good = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
  };
  constexpr size_t kLongest = 100;
  return !name.empty() && name.size() <= kLongest && std::all_of(name.begin(), name.end(), good) &&
         std::isalnum(static_cast<unsigned char>(name[0]));
}

void check_name(const Step& s, Problems& problems) {
  if (!folder_name(s.name))
    problems.emplace_back(format("'name' is {}, expected the name of a folder", Value(s.name).brief()), s.name_loc,
                          "letters, digits, '_', '-' and '.', beginning with a letter or digit");
  if (taken(s.name))
    problems.emplace_back(format("a step cannot be called '{}': the run keeps something of its own there", s.name),
                          s.name_loc);
}

}  // namespace

void name_steps(std::vector<Step>& steps, Problems& problems) {
  std::map<std::string, const Step*> given;
  const Step* unnamed_control = nullptr;
  for (const Step& s : steps) {
    if (!s.named) {
      if (is_control(s) && unnamed_control)
        problems.emplace_back("a second sweep or search without a name at this level", s.loc,
                              format("give it a 'name'; the first one is in line {}", unnamed_control->loc.line));
      if (is_control(s)) unnamed_control = &s;
      continue;
    }
    check_name(s, problems);
    const auto [first, fresh] = given.emplace(s.name, &s);
    if (!fresh)
      problems.emplace_back(format("a second step called '{}' at this level", s.name), s.name_loc,
                            format("the first one is in line {}", first->second->loc.line));
  }
  std::map<std::string, int> count;
  for (Step& s : steps) {
    if (s.named) continue;
    const std::string base = base_name(s);
    do {
      const int n = ++count[base];
      s.name = n == 1 ? base : base + "_" + std::to_string(n);
    } while (given.count(s.name) || taken(s.name));  // recipes/model.yaml as a step is model_2
  }
}

}  // namespace mase
