// Whether the segments of a shared library, which the dynamic linker trusts, agree with its sections.
#pragma once
#include <elf.h>

#include <string>
#include <vector>

namespace mase {

// Error when loading such segments could go wrong: overlaps, missing permissions, or tables that contradict
// each other.
void check_segments(const std::vector<Elf64_Phdr>& segments, const std::vector<Elf64_Shdr>& sections,
                    const std::vector<std::string>& section_names);

}  // namespace mase
