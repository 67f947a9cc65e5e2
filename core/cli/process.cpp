// fork and exec in a process group of its own, so that a time limit ends the grandchildren, too.
#include "cli/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "mase/error.h"

namespace mase::cli {
namespace {

constexpr size_t kMostOutput = 4 << 20;

// Between fork and exec only calls that are safe in a copy of a threaded process.
[[noreturn]] void become(char* const* argv, int out) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int none = ::open("/dev/null", O_RDONLY);
  ::dup2(none, STDIN_FILENO), ::dup2(out, STDOUT_FILENO), ::dup2(out, STDERR_FILENO);
  ::execv(argv[0], argv);
  ::_exit(127);
}

using Clock = std::chrono::steady_clock;

bool has_ended(pid_t child) {  // leaves it to be waited for, so that its process group keeps its number
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == child;
}

// Reads until the child has ended and nothing more comes, or the time is over; true when it is over. What the
// child left behind may keep the pipe open for ever.
bool collect(pid_t child, int fd, Clock::time_point end, std::string& output) {
  char buffer[16384];
  for (bool open = true;;) {
    const bool ended = has_ended(child);
    pollfd p{open ? fd : -1, POLLIN, 0};
    if (::poll(&p, 1, ended ? 0 : 20) > 0) {
      const ssize_t n = ::read(fd, buffer, sizeof buffer);
      open = n > 0 || (n < 0 && errno == EINTR);
      if (n > 0 && output.size() < kMostOutput) output.append(buffer, static_cast<size_t>(n));
    } else if (ended) {
      return false;
    }
    if (Clock::now() >= end) return true;
  }
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& arguments, double seconds) {
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw Error(std::string("cannot make a pipe: ") + std::strerror(errno));
  const pid_t child = ::fork();
  if (child == 0) become(argv.data(), pipe[1]);
  ::close(pipe[1]);
  ProcessResult result;
  if (child > 0) {
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    result.timed_out = collect(child, pipe[0], end, result.output);
    ::kill(-child, SIGKILL);  // what it left behind
    ::kill(child, SIGKILL);   // no effect on what has ended
  }
  ::close(pipe[0]);
  if (child < 0) throw Error(std::string("cannot start a process: ") + std::strerror(errno));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

std::string own_program() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

}  // namespace mase::cli
