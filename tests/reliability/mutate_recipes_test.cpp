// Shipped recipes, damaged at random: `check` says what is wrong, inside the file, and nothing else ever
// happens. MASE_MUTATIONS says how many (500), MASE_MUTATION_SEED from which on (0); MASE_MUTATION_RECIPE
// takes one recipe alone.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "mutator.h"
#include "run/check.h"
#include "stand_in_data.h"

using namespace mase;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int64_t number(const char* name, int64_t standard) {
  const char* text = std::getenv(name);
  return text ? std::atoll(text) : standard;
}

double seconds() {  // of this thread's work: other load does not count
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// A copy of recipes/ with the data beside it, gone at the end.
class Folder {
 public:
  Folder() : root_(fs::temp_directory_path() / ("mase_mutations_" + std::to_string(::getpid()))) {
    fs::create_directories(root_ / "main");
    fs::copy("recipes", root_ / "main/recipes", fs::copy_options::recursive);
    write_stand_in_data((root_ / "shared/data").string());
  }
  ~Folder() { fs::remove_all(root_); }
  fs::path recipes() const { return root_ / "main/recipes"; }

 private:
  fs::path root_;
};

// Whether a place lies inside the text: one behind the last character of a line is the line's end.
bool inside(const std::string& text, const Loc& loc) {
  size_t at = 0;
  for (int line = 1; line < loc.line; ++line) {
    at = text.find('\n', at);
    if (at++ == std::string::npos) return false;
  }
  const size_t end = std::min(text.find('\n', at), text.size());
  const auto characters =
      std::count_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(end),
                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return loc.line >= 1 && loc.column >= 1 && loc.column <= characters + 1;
}

struct Outcome {
  std::string fault;   // "" when all is as it should be
  bool sound = false;  // the mutation did no harm
};

Outcome check_one(Registry& registry, const fs::path& file) {
  const double start = seconds();
  Outcome outcome;
  try {
    Session session(registry);
    RunOptions options;
    options.recipe = file.string();
    const auto checked = check(session, options);
    outcome.sound = checked->problems.empty();
    for (const Error& e : checked->problems) {
      const bool placed = e.loc() && inside(read(fs::path(e.loc().file)), e.loc());
      if (!placed) outcome.fault = std::string("not a place in the file: ") + e.what();
      if (e.message().empty()) outcome.fault = "says nothing";
    }
  } catch (const std::exception& e) {
    outcome.fault = std::string("threw ") + e.what();
  }
  constexpr double kLongest = 2;
  const double took = seconds() - start;
  if (took > kLongest && outcome.fault.empty()) outcome.fault = "took " + std::to_string(took) + " s";
  return outcome;
}

}  // namespace

TEST_CASE("mutated recipes are checked, whatever they have become") {
  Registry registry;
  registry.load_folders(plugin_folders({}));
  if (registry.all().empty()) FAIL("no plugins in " << plugin_folders({}).back());
  const Folder folder;
  std::vector<fs::path> recipes;
  const char* only = std::getenv("MASE_MUTATION_RECIPE");
  for (const auto& entry : fs::directory_iterator(folder.recipes()))
    if (entry.path().extension() == ".yaml" && (!only || entry.path().stem() == only)) recipes.push_back(entry.path());
  std::sort(recipes.begin(), recipes.end());
  REQUIRE(!recipes.empty());
  const int64_t count = number("MASE_MUTATIONS", 500), first = number("MASE_MUTATION_SEED", 0);
  int64_t sound = 0, faults = 0;
  for (int64_t i = first; i < first + count; ++i) {
    const fs::path& original = recipes[static_cast<size_t>(i) % recipes.size()];
    const std::string text = Mutator(static_cast<uint64_t>(i)).mutate(read(original));
    const fs::path file = folder.recipes() / "mutated.yaml";
    std::ofstream(file, std::ios::binary) << text;
    const Outcome outcome = check_one(registry, file);
    sound += outcome.sound;
    if (outcome.fault.empty()) continue;
    ++faults;
    const fs::path kept = fs::temp_directory_path() / ("mutation_" + std::to_string(i) + ".yaml");
    std::ofstream(kept, std::ios::binary) << text;
    UNSCOPED_INFO("mutation " << i << " of " << original.filename() << ", kept as " << kept << ": " << outcome.fault);
  }
  std::printf("%lld mutations, %lld of them still sound\n", static_cast<long long>(count),
              static_cast<long long>(sound));
  CHECK(faults == 0);
  CHECK(sound < count);  // or nothing was mutated
}
