// Files and child processes.
#include "files.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mase/error.h"
#include "mase/text.h"

namespace mase::hw {

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error("cannot read '" + path + "': " + std::strerror(errno));
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_text(const std::string& path, const std::string& content) {
  const std::string temporary = path + ".tmp";
  {
    std::ofstream out(temporary, std::ios::binary);
    out << content;
    out.close();
    if (!out) throw Error("cannot write '" + path + "': " + std::strerror(errno));
  }
  std::filesystem::rename(temporary, path);
}

void write_npy(const std::string& path, const std::vector<int64_t>& words, int64_t beats, int64_t lanes) {
  std::string header = format("{{'descr': '<i8', 'fortran_order': False, 'shape': ({}, {}), }}", beats, lanes);
  constexpr size_t kAlign = 64, kPreamble = 10;  // the format asks for data at a multiple of 64
  while ((kPreamble + header.size() + 1) % kAlign != 0) header += ' ';
  header += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(header.size() & 0xff);
  out += static_cast<char>(header.size() >> 8);
  out += header;
  out.append(reinterpret_cast<const char*>(words.data()), words.size() * sizeof(int64_t));
  write_text(path, out);
}

void write_mem(const std::string& path, const std::vector<int64_t>& words, int width) {
  const uint64_t mask = width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
  const int digits = (width + 3) / 4;
  std::string out;
  out.reserve(words.size() * static_cast<size_t>(digits + 1));
  for (const int64_t w : words) {
    const uint64_t bits = static_cast<uint64_t>(w) & mask;
    for (int d = digits - 1; d >= 0; --d) out += "0123456789abcdef"[(bits >> (4 * d)) & 15];
    out += '\n';
  }
  write_text(path, out);
}

std::vector<int64_t> read_words(const std::string& path) {
  const std::string bytes = read_text(path);
  std::vector<int64_t> words(bytes.size() / sizeof(int64_t));
  std::memcpy(words.data(), bytes.data(), words.size() * sizeof(int64_t));
  return words;
}

std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::stringstream list(path ? path : "");
  for (std::string folder; std::getline(list, folder, ':');)
    if (const std::string file = folder + "/" + name; access(file.c_str(), X_OK) == 0) return file;
  return {};
}

int run_process(const std::vector<std::string>& arguments, const std::string& folder, const std::string& log) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failure = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure) throw Error("cannot start '" + arguments[0] + "': " + std::strerror(failure));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace mase::hw
