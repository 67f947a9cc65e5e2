// RunFolder: a folder is known to be a run's by its run.json.
#include "run/folder.h"

#include <ctime>
#include <filesystem>

#include "mase/text.h"
#include "run/files.h"
#include "run/lock.h"

namespace mase {
namespace fs = std::filesystem;
namespace {

constexpr const char* kRuns = "runs";

std::string now() {
  const std::time_t t = std::time(nullptr);
  std::tm local{};
  localtime_r(&t, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &local);
  return text;
}

// Empty, but for the lock of a run that was killed before its first word.
bool is_unused(const std::string& folder) {
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
    if (it->path().filename() != kLockFile) return false;
  return !failed;
}

}  // namespace

std::string choose_run_folder(const std::string& out, const std::string& name, bool previous) {
  if (!out.empty()) return fs::path(out).lexically_normal().string();
  if (previous) {
    const fs::path latest = fs::path(kRuns) / "latest";
    std::error_code failed;
    const fs::path target = fs::read_symlink(latest, failed);
    if (failed) throw Error("there is no runs/latest to go on with", {}, "name the run with --out DIR");
    return (target.is_absolute() ? target : fs::path(kRuns) / target).lexically_normal().string();
  }
  const std::string base = (fs::path(kRuns) / folder_name(name + "-" + now())).string();
  std::string folder = base;
  for (int i = 2; exists(folder); ++i) folder = format("{}-{}", base, i);
  return folder;
}

bool holds_run(const std::string& folder) {
  try {
    const Value record = Value::parse_json(read_text((fs::path(folder) / "run.json").string()), "run.json");
    return record.is_map() && record.as_map().find("mase") && record.as_map().find("status");
  } catch (const Error&) {
    return false;
  }
}

void check_run_folder(const std::string& folder) {
  std::error_code failed;
  if (!fs::exists(folder, failed)) return;
  if (!fs::is_directory(folder, failed)) throw Error(format("--out {}: exists and is not a folder", folder));
  if (is_unused(folder) || holds_run(folder)) return;
  throw Error(format("--out {}: exists and is not the folder of a mase run", folder), {},
              "choose a new or empty folder");
}

std::vector<std::string> places_of_run(const std::string& folder) {
  const fs::path root(folder);
  std::vector<std::string> places;
  for (const char* name : {"log.txt", "recipe.yaml", "report.html", "state", "model", "checkpoints", "hardware"})
    places.push_back((root / name).string());
  const Value record = Value::parse_json(read_text((root / "run.json").string()), "run.json");
  if (const Value* steps = record.as_map().find("steps"); steps && steps->is_list())
    for (const Value& step : steps->as_list())
      if (const Value* name = step.is_map() ? step.as_map().find("name") : nullptr; name && name->is_string())
        places.push_back((root / folder_name(name->as_string())).string());
  return places;
}

void point_latest(const std::string& folder) {
  const fs::path runs = fs::absolute(kRuns), place = fs::absolute(folder).lexically_normal();
  if (place.parent_path() != runs.lexically_normal()) return;
  std::error_code failed;
  const fs::path temporary = runs / "latest.tmp";
  fs::remove(temporary, failed);
  fs::create_directory_symlink(place.filename(), temporary, failed);
  if (!failed) fs::rename(temporary, runs / "latest", failed);
  if (failed) throw Error(format("cannot make runs/latest: {}", failed.message()));
}

}  // namespace mase
