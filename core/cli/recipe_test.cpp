// Reads the # RUN / # EXPECT lines of a recipe test.
#include "cli/recipe_test.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "mase/error.h"
#include "mase/text.h"

namespace mase::cli {
namespace fs = std::filesystem;
namespace {

const std::vector<std::string> kKeys = {"RUN", "EXPECT", "EXPECT-NOT", "EXPECT-ERROR", "EXPECT-STATUS", "CI", "NEEDS"};

std::string trimmed(const std::string& s) {
  const size_t first = s.find_first_not_of(" \t\r");
  return first == s.npos ? "" : s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

int status_of(const std::string& text, Loc loc) {
  int status = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (error != std::errc() || end != text.data() + text.size() || status < 0 || status > 255)
    throw Error(format("EXPECT-STATUS: '{}', expected a number in [0, 255]", text), loc);
  return status;
}

// "# EXPECT: text" -> {"EXPECT", "text"}; other lines give an empty key.
std::pair<std::string, std::string> key_and_text(const std::string& line) {
  if (!line.starts_with("# ")) return {};
  const size_t colon = line.find(':');
  if (colon == line.npos) return {};
  const std::string key = line.substr(2, colon - 2);
  const bool capital = !key.empty() && key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == key.npos;
  if (!capital) return {};
  return {key, trimmed(line.substr(colon + 1))};
}

}  // namespace

std::vector<std::string> split_words(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool inside = false;
  for (const char c : line) {
    if (quote) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c, inside = true;
    } else if (c == ' ' || c == '\t') {
      if (inside) words.push_back(word);
      word.clear(), inside = false;
    } else {
      word += c, inside = true;
    }
  }
  if (inside) words.push_back(word);
  return words;
}

RecipeTest read_recipe_test(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw Error("cannot be read", {Loc::intern(file)});
  RecipeTest test{file, {}, {}, {}, {}, {}, 0};
  std::string line;
  bool status_given = false, error = false;
  for (int number = 1; std::getline(in, line); ++number) {
    const auto [key, text] = key_and_text(line);
    const Loc loc{Loc::intern(file), number, 1};
    if (key.empty()) continue;
    if (key == "RUN")
      test.commands.push_back(split_words(text));
    else if (key == "EXPECT" || key == "EXPECT-ERROR")
      test.expected.push_back(text), error |= key == "EXPECT-ERROR";
    else if (key == "EXPECT-NOT")
      test.unexpected.push_back(text);
    else if (key == "EXPECT-STATUS")
      test.status = status_of(text, loc), status_given = true;
    else if (key == "NEEDS")
      test.needs.push_back(text);
    else if (key == "CI")
      test.ci = split_words(text);
    else if (const std::string near = did_you_mean(key, NameList(kKeys)); !near.empty())
      throw Error(format("unknown test line '# {}:'{}", key, near), loc);
    if (text.empty() && key != "CI") throw Error(format("'# {}:' says nothing", key), loc);
  }
  if (test.expected.empty())
    throw Error("expects nothing", {Loc::intern(file), 1, 1},
                "write a line '# EXPECT: text', or move the file to a sub-folder");
  if (error && !status_given) test.status = 2;
  if (test.commands.empty()) test.commands.push_back({"check"});
  return test;
}

std::string missing_need(const RecipeTest& test) {
  for (const std::string& need : test.needs) {
    bool found = fs::exists(fs::path(test.file).parent_path() / need);
    std::string path = need.find('/') == need.npos && std::getenv("PATH") ? std::getenv("PATH") : "";
    while (!found && !path.empty()) {
      const size_t end = std::min(path.find(':'), path.size());
      found = fs::exists(fs::path(path.substr(0, end)) / need);
      path.erase(0, end + 1);
    }
    if (!found) return need;
  }
  return {};
}

std::vector<std::string> command_arguments(const RecipeTest& test, const std::vector<std::string>& words,
                                           const std::string& out) {
  const bool recipe = !words.empty() && (words[0] == "run" || words[0] == "check");
  std::vector<std::string> arguments;
  bool has_out = false;
  for (const std::string& word : words) {
    std::string w = word;
    for (const auto& [mark, text] : {std::pair<std::string, std::string>{"%s", test.file}, {"%o", out}})
      if (const size_t at = w.find(mark); at != w.npos) w.replace(at, mark.size(), text);
    has_out |= w == "--out";
    arguments.push_back(w);
    if (arguments.size() == 1 && recipe && std::find(words.begin(), words.end(), "%s") == words.end())
      arguments.push_back(test.file);
  }
  if (recipe) arguments.insert(arguments.end(), test.ci.begin(), test.ci.end());
  if (recipe && words[0] == "run" && !has_out) arguments.insert(arguments.end(), {"--out", out});
  return arguments;
}

}  // namespace mase::cli
