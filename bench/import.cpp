// What it takes to open one model file: milliseconds, best of a few times, and peak memory above the program's own: at
// the first time, with the pages of libraries that the work touches, and again, when those are in place.
// bench/import.sh makes the files, and opens the same ones with onnxruntime.
//
//   build/bench/import models.onnx FILE       builds the graph
//   build/bench/import safetensors FILE       opens the tensors, and reads one of them
#include <chrono>
#include <cstdio>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "mase/model.h"
#include "mase/safetensors.h"
#include "support/fake_context.h"

namespace {

constexpr int kTimes = 5;

// Kilobytes of this process: now, or the most since clear_peak().
int64_t kilobytes(const std::string& what) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind(what + ":", 0) == 0) return std::stoll(line.substr(what.size() + 1));
  throw std::runtime_error("no " + what + " in /proc/self/status");
}

void clear_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

size_t open_file(const std::string& component, const std::string& file) {
  if (component == "safetensors") return mase::read_safetensors(file).size();
  test::FakeContext context;
  return test::registry().create<mase::Model>(mase::Chosen(component, {{"file", file}}))->build(context).nodes().size();
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: %s models.onnx|safetensors FILE\n", words[0]);
    return 2;
  }
  const std::string component = words[1], file = words[2];
  double best = 1e9;
  int64_t peak = 0, again = std::numeric_limits<int64_t>::max();
  size_t items = 0;
  try {
    test::registry();
    for (int i = 0; i < kTimes; ++i) {
      const int64_t before = kilobytes("VmRSS");
      clear_peak();
      const auto start = std::chrono::steady_clock::now();
      items = open_file(component, file);
      const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - start;
      best = std::min(best, passed.count());
      const int64_t grown = kilobytes("VmHWM") - before;
      (i == 0 ? peak : again) = i == 0 ? grown : std::min(again, grown);
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", file.c_str(), e.what());
    return 1;
  }
  std::printf("{\"open_ms\": %.2f, \"peak_kb\": %lld, \"again_kb\": %lld, \"items\": %zu}\n", best,
              static_cast<long long>(peak), static_cast<long long>(again), items);
}
