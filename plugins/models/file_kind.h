// What a file is that a reader expected to be something else: users mix up the files of a model.
#pragma once
#include <string>
#include <string_view>

namespace models {

class Archive;

// What the file is and what reads it, both empty where its bytes do not tell: "is an ONNX file", "models.onnx reads
// it".
struct FileKind {
  std::string what, remedy;
};
FileKind kind_of(std::string_view bytes);  // of zip archives no more than that
FileKind kind_of(const Archive& archive);  // by its members

// One of Python's pickles, protocols 2 to 5, by its first bytes.
bool is_pickle(std::string_view bytes);

// Throws an Error that says what `file` is, if that can be told and is not what `reader` ("models.onnx") reads.
void refuse_other_kind(const std::string& file, std::string_view bytes, std::string_view reader = {});

}  // namespace models
