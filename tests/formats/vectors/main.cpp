// format_vectors [--all] [DIR]: every registered format against a folder of golden vectors with their manifests.
// Prints cases, values and mismatches per format; 1 with the first mismatch located, 2 when the folder cannot be read.
// --all prints the first mismatch of every case.
#include <ATen/Parallel.h>

#include <cstdio>
#include <cstring>
#include <filesystem>

#include "cases.h"

namespace {

constexpr const char* kShared = "../shared/data/format_vectors";

int run(const std::string& path, bool all) {
  at::set_num_threads(1);
  mase::Registry registry;
  registry.load_folders(mase::plugin_folders({}));
  vectors::Folder folder(path);
  vectors::Report report(all);
  const bool mase = folder.has("mase_manifest.json"), oracle = folder.has("oracle_manifest.json");
  if (!mase && !oracle)
    throw mase::Error(path + " holds neither mase_manifest.json nor oracle_manifest.json", {},
                      "name a folder of format vectors");
  if (mase) vectors::run_mase(folder, registry, report);
  if (oracle) vectors::run_oracle(folder, registry, report);
  if (report.cases() == 0) throw mase::Error("the manifests of " + path + " list no cases");
  return report.print();
}

}  // namespace

int main(int argc, char** argv) {
  const bool all = argc > 1 && std::strcmp(argv[1], "--all") == 0;
  const char* named = argc > 1 + all ? argv[1 + all] : nullptr;
  if (!named && !std::filesystem::exists(kShared)) {
    std::printf("SKIP: %s is absent\n", kShared);
    return 0;
  }
  try {
    return run(named ? named : kShared, all);
  } catch (const mase::Error& e) {
    std::fprintf(stderr, "format_vectors: %s\n", e.what());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "format_vectors: %s: %s\n", named ? named : kShared, e.what());
  }
  return 2;
}
