// What an ONNX file says, apart from what its tensors hold: found by a walk over the wire format, so that weights are
// neither copied nor parsed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace models::onnx {

// Where the contents of a tensor lie in the file.
struct Extent {
  int field = 0;  // of TensorProto: raw_data, float_data, ...; 0: the message itself holds the contents
  uint64_t offset = 0, size = 0;
};

// A ModelProto without the contents of big tensors, documentation and inferred shapes. In the place of documentation
// each such tensor has its extent. Error for lengths beyond the file and graphs nested too deep.
std::string structure_of(std::string_view file);

// What structure_of() wrote into a tensor's doc_string.
Extent read_extent(std::string_view doc_string);

// The next variable-length number of `bytes`, which is advanced; Error when it is cut off or too long.
uint64_t read_varint(std::string_view& bytes);

}  // namespace models::onnx
