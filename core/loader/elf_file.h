// What a shared library's file says about itself, read without loading it. Every lie ends in a sentence.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace mase {

// Section names of an x86-64 shared library. Throws Error - one sentence per kind of defect - for a file that
// is missing, not a regular file, unreadable, not such a library, truncated, or at odds with itself. Never
// opens a FIFO or a device, never allocates by a number that stands in the file alone.
std::vector<std::string> read_elf_sections(const std::string& file);

// The tag that the file carries ("mase_abi:..."), or Error: not a library, or not a mase plugin.
std::string read_abi_tag(const std::string& file);

// Error with both tags and the parts that differ, unless the file carries exactly the host's own tag.
void check_abi(const std::string& file);

// The parts in which two tags differ, in words: "LibTorch 2.14, this mase has 2.15"; "" when equal.
std::string abi_difference(const std::string& plugin, const std::string& host);

}  // namespace mase
