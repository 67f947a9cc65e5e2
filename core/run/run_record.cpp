// RunRecord: run.json.
#include "run/run_record.h"

#include <torch/headeronly/version.h>

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "mase/text.h"
#include "run/files.h"

namespace mase {
namespace {

void collect(const std::string& text, std::vector<std::pair<std::string, std::string>>& found) {
  constexpr std::string_view kMark = "${env:";
  for (size_t at = text.find(kMark); at != text.npos; at = text.find(kMark, at + 1)) {
    const size_t end = text.find('}', at);
    if (end == text.npos) return;
    const char* value = std::getenv(text.substr(at + kMark.size(), end - at - kMark.size()).c_str());
    if (value && *value) found.emplace_back(value, text.substr(at, end - at + 1));
  }
}

void collect(const std::vector<Step>& steps, std::vector<std::pair<std::string, std::string>>& found) {
  for (const Step& s : steps) {
    if (s.recipe) collect(s.recipe->text, found), collect(s.recipe->steps, found);
    if (s.control) collect(s.control->steps, found);
  }
}

std::string masked_text(std::string text, const std::vector<std::pair<std::string, std::string>>& secrets) {
  constexpr size_t kShortest = 4;  // shorter values are replaced only where they are all of the text
  for (const auto& [value, name] : secrets) {
    if (text == value) return name;
    if (value.size() < kShortest) continue;
    for (size_t at = text.find(value); at != text.npos; at = text.find(value, at + name.size()))
      text.replace(at, value.size(), name);
  }
  return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> environment_of(const Recipe& recipe) {
  std::vector<std::pair<std::string, std::string>> found;
  collect(recipe.text, found);
  collect(recipe.steps, found);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Value masked(const Value& value, const std::vector<std::pair<std::string, std::string>>& secrets) {
  if (secrets.empty()) return value;
  if (value.is_string()) return masked_text(value.as_string(), secrets);
  if (value.is_list()) {
    List list;
    for (const Value& v : value.as_list()) list.push_back(masked(v, secrets));
    return list;
  }
  if (!value.is_map()) return value;
  Map map;
  for (const Entry& e : value.as_map()) map.set(e.key, masked(e.value, secrets));
  return map;
}

void RunRecord::start(const Checked& checked, const Session& session) {
  Map versions{{"mase", MASE_VERSION}, {"libtorch", format("{}.{}", TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR)}};
  for (const LoadedPlugin& p : session.registry.plugins()) versions.set(p.name, p.version);
  head_ =
      Map{{"mase", MASE_VERSION},       {"name", checked.recipe.name}, {"status", "running"}, {"seed", checked.seed},
          {"threads", session.threads}, {"out", session.run_dir},      {"versions", versions}};
  secrets_ = environment_of(checked.recipe);
}

void RunRecord::write(const std::string& run_dir, const std::string& status, const std::string& error) {
  head_["status"] = status;
  Map all = head_;
  if (!error.empty()) all.set("error", error);
  all.set("steps", level.step_values());
  all.set("metrics", level.metrics);
  write_whole(run_dir + "/run.json", masked(all, secrets_).json(2) + "\n");
}

}  // namespace mase
