// Random damage to the headers of a plugin: whatever is read, and whatever is then loaded, nothing crashes.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>

#include "loader/elf_file.h"
#include "loader/library.h"
#include "mase/error.h"
#include "mase/random.h"
#include "support/scratch.h"

namespace {

constexpr int kMutants = 2000;

// Bytes of the header, of the segment table or of the section table: replaced, or one bit turned.
std::string mutate(const std::string& good, mase::Random& random) {
  uint64_t sections = 0;
  uint16_t count = 0, segments = 0;
  std::memcpy(&sections, good.data() + 0x28, 8);
  std::memcpy(&count, good.data() + 0x3c, 2);
  std::memcpy(&segments, good.data() + 0x38, 2);
  std::string bytes = good;
  for (uint64_t n = 1 + random.below(3); n > 0; --n) {
    const uint64_t where = random.below(4);
    const uint64_t at = where == 0   ? 4 + random.below(60)
                        : where == 1 ? 64 + random.below(56 * segments)
                                     : sections + random.below(64 * count);
    constexpr char kLikely[] = {0, 1, 0x7f, '\x80', '\xff', 0x40};
    char& byte = bytes.at(at);
    if (random.below(2))
      byte = static_cast<char>(byte ^ (1 << random.below(8)));
    else
      byte = random.below(2) ? kLikely[random.below(6)] : static_cast<char>(random.below(256));
  }
  return bytes;
}

// Loads in a child process; its signal, 0 when it ended by itself.
int signal_of_loading(const std::string& file) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    for (const int crash : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
      std::signal(crash, SIG_DFL);  // Catch2's would report
    try {
      mase::Library::open(file);
    } catch (const mase::Error&) {
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("2000 damaged headers are read without a crash, and what passes loads without one") {
  const test::Scratch folder;
  const std::string good = test::read_bytes(test::built("tests/abi_plugins/good.so"));
  mase::Random random(20260101);
  int refused = 0, passed = 0;
  for (int i = 0; i < kMutants; ++i) {
    const std::string file = folder.write("mutant" + std::to_string(i) + ".so", mutate(good, random));
    bool fine = true;
    try {
      mase::check_abi(file);
    } catch (const mase::Error& e) {
      fine = false;
      CHECK(std::strlen(e.what()) > 10);
    }
    ++(fine ? passed : refused);
    if (fine) {
      INFO("mutant " << i);
      const int signal = signal_of_loading(file);
      CHECK(signal == 0);
    }
    std::filesystem::remove(file);
  }
  CHECK(refused > kMutants / 4);
  CHECK(passed > 0);
}
