// What the description in a file may take in memory once it is read, tensors aside.
#pragma once
#include <cstdint>
#include <string_view>

namespace models {

// 64 MB, and one and a half times the file.
uint64_t memory_for(uint64_t file_bytes);

// Error when JSON in a file of so many bytes would take more: numbers of two characters take a hundred bytes each.
void check_json_size(std::string_view json, uint64_t file_bytes);

}  // namespace models
