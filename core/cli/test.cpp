// mase test: runs the recipe tests of a folder, each in processes of its own, two at a time.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "cli/commands.h"
#include "cli/process.h"
#include "cli/recipe_test.h"
#include "cli/table.h"
#include "mase/text.h"

namespace mase::cli {
namespace fs = std::filesystem;
namespace {

constexpr double kSeconds = 600;  // for one command
constexpr int kParallel = 2;

struct Outcome {
  enum class Kind { passed, failed, skipped } kind = Kind::passed;
  std::string file, why, output;
  bool operator<(const Outcome& other) const { return file < other.file; }
};

// A folder that disappears with its test.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "mase-test-XXXXXX").string();
    if (!::mkdtemp(name.data()))
      throw Error(format("cannot make a folder in {}: {}", fs::temp_directory_path().string(), std::strerror(errno)));
    path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code none;
    fs::remove_all(path_, none);
  }
  std::string out() const { return (path_ / "out").string(); }

 private:
  fs::path path_;
};

std::string judge(const RecipeTest& test, const ProcessResult& last, const std::string& output) {
  if (last.timed_out) return format("took longer than {} s", kSeconds);
  if (last.signal) return format("crashed: {}", ::strsignal(last.signal));
  if (last.status != test.status) return format("exit status {}, expected {}", last.status, test.status);
  for (const std::string& text : test.expected)
    if (output.find(text) == output.npos) return format("did not print '{}'", text);
  for (const std::string& text : test.unexpected)
    if (output.find(text) != output.npos) return format("printed '{}'", text);
  return {};
}

Outcome run_test(const Globals& globals, const std::string& file) try {
  const RecipeTest test = read_recipe_test(file);
  if (const std::string need = missing_need(test); !need.empty())
    return {Outcome::Kind::skipped, file, format("'{}' is absent", need), ""};
  const Scratch scratch;
  std::string output;
  ProcessResult last;
  for (const auto& words : test.commands) {
    std::vector<std::string> arguments{own_program()};
    for (const std::string& folder : globals.plugins) arguments.insert(arguments.end(), {"--plugins", folder});
    for (std::string& a : command_arguments(test, words, scratch.out())) arguments.push_back(std::move(a));
    last = run_process(arguments, kSeconds);
    output += last.output;
    if (last.timed_out || last.signal) break;
  }
  std::string why = judge(test, last, output);
  return {why.empty() ? Outcome::Kind::passed : Outcome::Kind::failed, file, std::move(why), std::move(output)};
} catch (const std::exception& e) {
  return {Outcome::Kind::failed, file, e.what(), ""};
}

std::vector<std::string> test_files(const std::string& folder) {
  std::error_code failed;
  std::vector<std::string> files;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
    if (it->path().extension() == ".yaml" && !it->is_directory()) files.push_back(it->path().string());
  if (failed) throw Error(format("cannot read the folder '{}': {}", folder, failed.message()));
  if (files.empty()) throw Error(format("no recipe tests (*.yaml) in '{}'", folder));
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Outcome> run_all(const std::vector<std::string>& files,
                             const std::function<Outcome(const std::string&)>& run,
                             const std::function<void(const Outcome&)>& say) {
  std::vector<Outcome> outcomes;
  std::atomic<size_t> next{0};
  std::mutex mutex;
  const auto work = [&] {
    for (size_t i; (i = next++) < files.size();) {
      Outcome o = run(files[i]);
      const std::lock_guard lock(mutex);
      say(o);
      outcomes.push_back(std::move(o));
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < kParallel; ++i) threads.emplace_back(work);
  work();
  for (auto& t : threads) t.join();
  std::sort(outcomes.begin(), outcomes.end());
  return outcomes;
}

void say_outcome(const Outcome& o) {
  if (o.kind == Outcome::Kind::skipped) print(format("SKIP: {}: {}\n", o.file, o.why));
  if (o.kind != Outcome::Kind::failed) return;
  constexpr size_t kTail = 4000;
  const std::string tail = o.output.size() > kTail ? "...\n" + o.output.substr(o.output.size() - kTail) : o.output;
  print(format("FAIL: {}: {}\n{}", o.file, o.why, tail.empty() || tail.back() == '\n' ? tail : tail + "\n"));
}

}  // namespace

int test_command(const Globals& globals, const std::string& folder) {
  const auto outcomes = run_all(
      test_files(folder), [&](const std::string& file) { return run_test(globals, file); },
      [&](const Outcome& o) {
        if (!globals.json) say_outcome(o);
      });
  static const char* const kNames[] = {"passed", "failed", "skipped"};
  size_t counts[3] = {};
  List all;
  for (const Outcome& o : outcomes) {
    ++counts[static_cast<int>(o.kind)];
    all.emplace_back(Map{{"file", o.file}, {"result", kNames[static_cast<int>(o.kind)]}, {"why", o.why}});
  }
  if (globals.json)
    print(Value(Map{{"tests", all}, {"passed", counts[0]}, {"failed", counts[1]}, {"skipped", counts[2]}}).json(2) +
          "\n");
  else
    print(format("{} passed, {} failed, {} skipped\n", counts[0], counts[1], counts[2]));
  return counts[1] ? 1 : 0;
}

}  // namespace mase::cli
