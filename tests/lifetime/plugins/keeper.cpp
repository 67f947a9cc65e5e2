// Built with -fno-gnu-unique, so that the dynamic linker can really close it: it writes down when its objects
// and the library itself end.
#include <string>
#include <vector>

#include "mase/plugin.h"

namespace {

std::vector<std::string>* journal = nullptr;

struct AtUnload {
  ~AtUnload() {
    if (journal) journal->push_back("library");
  }
} at_unload;

struct Keeper final : mase::Component {
  static constexpr const char* kKind = "keeper";
  struct Config {
    int number = 0;
    static void schema(mase::Schema<Config>& s) { s.field("number", &Config::number, "tells one from another"); }
  };
  explicit Keeper(Config c) : config(c) {}
  ~Keeper() override {
    if (journal) journal->push_back("object " + std::to_string(config.number));
  }
  Config config;
};

}  // namespace

extern "C" __attribute__((visibility("default"))) void set_journal(std::vector<std::string>* to) { journal = to; }

MASE_PLUGIN("keeper", "1.0.0", "Notes when objects and library end") { r.add<Keeper>("keeper.object", "An object"); }
