// Small file and process services of the hardware passes.
#pragma once
#include <string>
#include <vector>

#include "mase/tensor.h"

namespace mase::hw {

std::string read_text(const std::string& path);                        // Error when it cannot be read
void write_text(const std::string& path, const std::string& content);  // temporary name, then rename
void write_npy(const std::string& path, const std::vector<int64_t>& words, int64_t beats, int64_t lanes);
void write_mem(const std::string& path, const std::vector<int64_t>& words, int width);  // one hexadecimal word per line
std::vector<int64_t> read_words(const std::string& path);                               // raw little-endian int64

// Runs a program with its output appended to `log`; the exit status, or 128 + signal. Error when it cannot start.
int run_process(const std::vector<std::string>& arguments, const std::string& folder, const std::string& log);
std::string find_program(const std::string& name);  // "" when not on the path

}  // namespace mase::hw
