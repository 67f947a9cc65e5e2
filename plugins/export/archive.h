// Zip files of stored members, as PyTorch writes them: data begins on a multiple of 64 bytes, so that it can be mapped.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mase::exporting {

struct ZipMember {
  std::string name;
  std::string_view bytes;  // must outlive the call
};

// Written to a temporary name and renamed; the same members give the same bytes.
void write_zip(const std::string& file, const std::vector<ZipMember>& members);

}  // namespace mase::exporting
