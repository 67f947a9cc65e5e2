// bench/startup: what `mase list` and `mase check` take beyond a program that only links LibTorch.
//
// startup [RECIPE [ROUNDS]]: the three programs take turns, so that what else the machine does meets all alike; figures
// are medians over the rounds, differences medians of the differences within a round.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

extern char** environ;

namespace {

using Words = std::vector<std::string>;

// Milliseconds from the start of a program to its end; its output is thrown away.
double run_ms(const Words& words) {
  std::vector<char*> argv;
  for (const std::string& w : words) argv.push_back(const_cast<char*>(w.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  for (const int fd : {1, 2}) posix_spawn_file_actions_addopen(&quiet, fd, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  int status = 0;
  const auto begin = std::chrono::steady_clock::now();
  const bool started = posix_spawn(&child, argv[0], &quiet, nullptr, argv.data(), environ) == 0;
  if (started) waitpid(child, &status, 0);
  const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
  posix_spawn_file_actions_destroy(&quiet);
  if (!started || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::fprintf(stderr, "%s %s did not succeed\n", words[0].c_str(), words.size() > 1 ? words[1].c_str() : "");
    std::exit(1);
  }
  return time.count();
}

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v.size() % 2 ? v[v.size() / 2] : (v[v.size() / 2 - 1] + v[v.size() / 2]) / 2;
}

std::vector<double> minus(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> difference;
  for (size_t i = 0; i < a.size(); ++i) difference.push_back(a[i] - b[i]);
  return difference;
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path build = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  const std::string mase = build / "bin/mase", floor = build / "bench/startup_floor/startup_floor";
  const std::string recipe = argc > 1 ? argv[1] : "recipes/digits.yaml";
  const int rounds = std::max(1, argc > 2 ? std::atoi(argv[2]) : 25);
  const std::vector<Words> programs{{floor}, {mase, "list"}, {mase, "check", recipe}};
  std::vector<std::vector<double>> times(programs.size());
  for (int round = -2; round < rounds; ++round)  // two rounds for the file cache
    for (size_t i = 0; i < programs.size(); ++i)
      if (const double ms = run_ms(programs[i]); round >= 0) times[i].push_back(ms);
  const double above_list = median(minus(times[1], times[0])), above_check = median(minus(times[2], times[0]));
  std::printf("only links LibTorch %8.1f ms\nmase list           %8.1f ms\nmase check          %8.1f ms\n",
              median(times[0]), median(times[1]), median(times[2]));
  std::printf(
      "{\"floor_ms\": %.2f, \"list_ms\": %.2f, \"check_ms\": %.2f, \"list_ms_above\": %.2f, \"check_ms_above\": %.2f, "
      "\"rounds\": %d}\n",
      median(times[0]), median(times[1]), median(times[2]), above_list, above_check, rounds);
}
