// Reads ELF headers with plain reads: a mapping would crash when the file shrinks meanwhile, and Boost.DLL's
// reader says "iostream error" to everything, hangs on a FIFO and runs out of memory on a forged size.
#include "loader/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "loader/elf_segments.h"
#include "mase/error.h"
#include "mase/text.h"

namespace mase {
namespace {

constexpr uint64_t kLargestNameTable = 16 << 20;  // LibTorch itself needs less than a thousandth of this

[[noreturn]] void refuse(const std::string& text, const char* hint = "") { throw Error(text, {}, hint); }

const char* file_type(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "neither file nor directory";
}

class File {
 public:
  // Looks before it opens: opening a FIFO waits for a writer, opening a device may do anything.
  explicit File(const std::string& path) {
    struct stat s {};
    if (::lstat(path.c_str(), &s) != 0) refuse(format("no such file ({})", std::strerror(errno)));
    if (S_ISLNK(s.st_mode) && ::stat(path.c_str(), &s) != 0) refuse("a link that leads nowhere");
    if (!S_ISREG(s.st_mode)) refuse(format("{}, not a file", file_type(s.st_mode)));
    if (s.st_size == 0) refuse("an empty file");
    fd_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd_ < 0) refuse(format("cannot be read ({})", std::strerror(errno)));
    if (::fstat(fd_, &s) != 0 || !S_ISREG(s.st_mode)) {
      ::close(fd_);
      refuse("changed while it was looked at");
    }
    size_ = static_cast<uint64_t>(s.st_size);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(fd_); }

  uint64_t size() const { return size_; }
  bool holds(uint64_t offset, uint64_t bytes) const { return offset <= size_ && bytes <= size_ - offset; }
  void read(uint64_t offset, void* to, uint64_t bytes) const {
    auto* at = static_cast<char*>(to);
    while (bytes > 0) {
      const ssize_t n = ::pread(fd_, at, bytes, static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0)
        refuse(n < 0 ? format("cannot be read ({})", std::strerror(errno)) : "became shorter while it was read");
      at += n, offset += static_cast<uint64_t>(n), bytes -= static_cast<uint64_t>(n);
    }
  }
  template <class T>
  std::vector<T> table(uint64_t offset, uint64_t count) const {
    std::vector<T> items(count);
    read(offset, items.data(), count * sizeof(T));
    return items;
  }

 private:
  int fd_ = -1;
  uint64_t size_ = 0;
};

Elf64_Ehdr read_header(const File& file) {
  Elf64_Ehdr h{};
  unsigned char magic[SELFMAG] = {};
  file.read(0, magic, std::min<uint64_t>(file.size(), SELFMAG));
  if (std::memcmp(magic, ELFMAG, SELFMAG) != 0) refuse("not a shared library (no ELF magic)");
  if (file.size() < sizeof h) refuse(format("truncated: {} bytes end inside the ELF header", file.size()));
  file.read(0, &h, sizeof h);
  if (h.e_ident[EI_CLASS] != ELFCLASS64) refuse("not a 64-bit library");
  if (h.e_ident[EI_DATA] != ELFDATA2LSB) refuse("not a little-endian library");
  if (h.e_machine != EM_X86_64)
    refuse(format("built for another machine (ELF machine {}, expected x86-64)", h.e_machine));
  if (h.e_type != ET_DYN) refuse(format("not a shared library (ELF type {})", h.e_type), "link it with -shared");
  if (h.e_ident[EI_VERSION] != EV_CURRENT || h.e_version != EV_CURRENT) refuse("an ELF file of an unknown version");
  return h;
}

std::vector<Elf64_Shdr> read_section_table(const File& file, const Elf64_Ehdr& h) {
  if (h.e_shoff == 0 || h.e_shnum == 0) refuse("has no section table", "plugins may be stripped, but not of sections");
  if (h.e_shentsize != sizeof(Elf64_Shdr))
    refuse(format("forged or damaged: section entries of {} bytes", h.e_shentsize));
  if (!file.holds(h.e_shoff, uint64_t{h.e_shnum} * sizeof(Elf64_Shdr)))
    refuse(format("truncated: its {} sections are listed at byte {}, beyond the end of the file at {}", h.e_shnum,
                  h.e_shoff, file.size()));
  auto sections = file.table<Elf64_Shdr>(h.e_shoff, h.e_shnum);
  for (size_t i = 0; i < sections.size(); ++i)
    if (sections[i].sh_type != SHT_NOBITS && sections[i].sh_type != SHT_NULL &&
        !file.holds(sections[i].sh_offset, sections[i].sh_size))
      refuse(format("truncated, forged or damaged: section {} lies beyond the end of the file", i));
  return sections;
}

std::vector<std::string> section_names(const File& file, const Elf64_Ehdr& h, const std::vector<Elf64_Shdr>& sections) {
  if (h.e_shstrndx == SHN_UNDEF || h.e_shstrndx >= sections.size() || sections[h.e_shstrndx].sh_type != SHT_STRTAB)
    refuse("forged or damaged: it has no table of section names");
  const Elf64_Shdr& table = sections[h.e_shstrndx];
  if (table.sh_size == 0 || table.sh_size > kLargestNameTable)
    refuse(format("forged or damaged: its table of section names has {} bytes", table.sh_size));
  std::vector<char> text = file.table<char>(table.sh_offset, table.sh_size);
  if (text.back() != '\0') refuse("forged or damaged: its table of section names has no end");
  std::vector<std::string> names;
  for (const Elf64_Shdr& s : sections) {
    if (s.sh_name >= text.size()) refuse("forged or damaged: the name of a section lies outside the table of names");
    names.emplace_back(text.data() + s.sh_name);
  }
  return names;
}

std::vector<Elf64_Phdr> read_segment_table(const File& file, const Elf64_Ehdr& h) {
  if (h.e_phnum == 0 || h.e_phentsize != sizeof(Elf64_Phdr) ||
      !file.holds(h.e_phoff, uint64_t{h.e_phnum} * sizeof(Elf64_Phdr)))
    refuse("forged or damaged: it has no segment table");
  auto segments = file.table<Elf64_Phdr>(h.e_phoff, h.e_phnum);
  for (const Elf64_Phdr& p : segments)
    if (!file.holds(p.p_offset, p.p_filesz))
      refuse("truncated, forged or damaged: a segment lies beyond the end of the file");
  return segments;
}

}  // namespace

std::vector<std::string> read_elf_sections(const std::string& path) {
  const File file(path);
  const Elf64_Ehdr header = read_header(file);
  const auto sections = read_section_table(file, header);
  auto names = section_names(file, header, sections);
  check_segments(read_segment_table(file, header), sections, names);
  return names;
}

}  // namespace mase
