// The dynamic linker trusts the segment table and crashes on a wrong one; the section table bears witness
// against it.
#include "loader/elf_segments.h"

#include <bit>
#include <cstdint>

#include "mase/error.h"

namespace mase {
namespace {

constexpr uint64_t kPage = 4096, kLargest = uint64_t{1} << 40;

[[noreturn]] void damaged(const char* what) { throw Error(std::string("forged or damaged: ") + what); }
[[noreturn]] void contradict() { damaged("its tables of sections and segments contradict each other"); }

uint64_t page_down(uint64_t a) { return a & ~(kPage - 1); }
uint64_t page_up(uint64_t a) { return page_down(a + kPage - 1); }

bool within(uint64_t start, uint64_t size, uint64_t outer_start, uint64_t outer_size) {
  return start >= outer_start && start - outer_start <= outer_size && size <= outer_size - (start - outer_start);
}

// In order, apart, aligned, readable; what the file does not fill is zeroed, so it must be writable.
void check_loads(const std::vector<Elf64_Phdr>& segments) {
  uint64_t end = 0;
  for (const Elf64_Phdr& p : segments) {
    if (p.p_type != PT_LOAD) continue;
    const bool possible = p.p_vaddr < kLargest && p.p_memsz < kLargest && p.p_memsz >= p.p_filesz &&
                          std::has_single_bit(p.p_align) && (p.p_vaddr - p.p_offset) % p.p_align == 0;
    if (!possible || page_down(p.p_vaddr) < end) damaged("a segment that cannot be loaded");
    if (!(p.p_flags & PF_R) || (p.p_memsz > p.p_filesz && !(p.p_flags & PF_W)))
      damaged("a segment that could not be read or written");
    end = page_up(p.p_vaddr + p.p_memsz);
  }
}

const Elf64_Shdr* section_at(const std::vector<Elf64_Shdr>& sections, const Elf64_Phdr& p) {
  for (const Elf64_Shdr& s : sections)
    if ((s.sh_flags & SHF_ALLOC) && s.sh_addr == p.p_vaddr && s.sh_size > 0) return &s;
  return nullptr;
}

// Segments that point into the loaded ones: notes, the unwinder's table, thread-local data, read-only after
// relocation.
void check_others(const std::vector<Elf64_Phdr>& segments, const std::vector<Elf64_Shdr>& sections,
                  const std::vector<std::string>& names) {
  for (const Elf64_Phdr& p : segments) {
    if (p.p_type == PT_LOAD || p.p_type == PT_NULL || p.p_type == PT_GNU_STACK) continue;
    const uint64_t size = p.p_type == PT_TLS ? p.p_filesz : p.p_memsz;  // the rest of PT_TLS is zeros of each thread
    bool inside = false;
    for (const Elf64_Phdr& l : segments) {
      const bool fits = l.p_type == PT_LOAD && within(p.p_vaddr, size, l.p_vaddr, l.p_memsz);
      inside |= fits && (p.p_type != PT_GNU_RELRO || (l.p_flags & (PF_W | PF_X)) == PF_W);
    }
    const Elf64_Shdr* section = section_at(sections, p);
    const bool thread_local_data = p.p_type == PT_TLS && (!section || !(section->sh_flags & SHF_TLS));
    const bool own_table = p.p_type == PT_GNU_EH_FRAME || p.p_type == PT_DYNAMIC || p.p_type == PT_NOTE;
    if (!inside || thread_local_data || (own_table && !section)) contradict();
    for (size_t i = 0; p.p_type == PT_GNU_RELRO && i < sections.size(); ++i) {
      const bool written = names[i] == ".data" || names[i] == ".bss";
      if (written && sections[i].sh_size > 0 && sections[i].sh_addr < page_down(p.p_vaddr + p.p_memsz)) contradict();
    }
  }
}

// Each section of the running program lies in a segment of its kind, with the permissions it needs.
void check_section(const Elf64_Shdr& s, const std::vector<Elf64_Phdr>& segments) {
  const uint32_t needed = PF_R | (s.sh_flags & SHF_WRITE ? PF_W : 0) | (s.sh_flags & SHF_EXECINSTR ? PF_X : 0);
  const bool zeros = s.sh_type == SHT_NOBITS, thread_local_data = s.sh_flags & SHF_TLS;
  bool found = false, dynamic = s.sh_type != SHT_DYNAMIC;
  for (const Elf64_Phdr& p : segments) {
    dynamic |= p.p_type == PT_DYNAMIC && p.p_vaddr == s.sh_addr && p.p_memsz == s.sh_size;
    if (p.p_type != (thread_local_data ? PT_TLS : PT_LOAD)) continue;
    if (!thread_local_data && (p.p_flags & needed) != needed) continue;
    found |= within(s.sh_addr, s.sh_size, p.p_vaddr, zeros ? p.p_memsz : p.p_filesz) &&
             (zeros || s.sh_offset - p.p_offset == s.sh_addr - p.p_vaddr);
  }
  if (!found || !dynamic) contradict();
}

}  // namespace

void check_segments(const std::vector<Elf64_Phdr>& segments, const std::vector<Elf64_Shdr>& sections,
                    const std::vector<std::string>& section_names) {
  check_loads(segments);
  check_others(segments, sections, section_names);
  for (const Elf64_Shdr& s : sections)
    if ((s.sh_flags & SHF_ALLOC) && s.sh_size > 0) check_section(s, segments);
}

}  // namespace mase
