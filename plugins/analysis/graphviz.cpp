// Graphviz's `dot` as a child process, without a shell: text goes in through a file that has no name, so that neither
// side can wait for the other.
#include "graphviz.h"

#include <fcntl.h>
#include <mase/error.h>
#include <mase/text.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

extern char** environ;

namespace mase::analysis {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

File nameless() {
  File file(std::tmpfile());
  if (!file) throw Error(format("cannot write a temporary file: {}", std::strerror(errno)));
  return file;
}

// Exit status of `dot -Tsvg`, which reads `in` and writes the file `out`.
int run_dot(std::FILE* in, const std::string& out, std::FILE* messages) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(in), STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, fileno(messages), STDERR_FILENO);
  char program[] = "dot", format_option[] = "-Tsvg", encoding[] = "-Gcharset=UTF-8";
  char* const argv[] = {program, format_option, encoding, nullptr};
  pid_t child = 0;
  const int failure = posix_spawnp(&child, program, &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure == ENOENT)
    throw Error("Graphviz's program 'dot' is not on the PATH", {}, "install it: apt-get install graphviz");
  if (failure) throw Error(format("cannot start 'dot': {}", std::strerror(failure)), {}, "reinstall graphviz");
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string first_line(std::FILE* file) {
  std::rewind(file);
  char text[300] = {};
  if (!std::fgets(text, sizeof text, file)) return {};
  text[std::strcspn(text, "\n")] = 0;
  return text;
}

}  // namespace

void draw_svg(std::string_view text, const std::string& file) {
  const File in = nameless(), messages = nameless();
  if (std::fwrite(text.data(), 1, text.size(), in.get()) != text.size() || std::fflush(in.get()) != 0)
    throw Error(format("cannot write a temporary file: {}", std::strerror(errno)));
  std::rewind(in.get());
  const std::string temporary = file + ".tmp";
  const int status = run_dot(in.get(), temporary, messages.get());
  if (status != 0) {
    std::remove(temporary.c_str());
    throw Error(format("Graphviz's 'dot' ended with status {}: {}", status, first_line(messages.get())), {},
                "`dot -V` says whether Graphviz works here; reinstall graphviz if it does not");
  }
  if (std::rename(temporary.c_str(), file.c_str()) != 0) {
    const int reason = errno;
    std::remove(temporary.c_str());
    throw Error(format("cannot write '{}': {}", file, std::strerror(reason)));
  }
}

}  // namespace mase::analysis
