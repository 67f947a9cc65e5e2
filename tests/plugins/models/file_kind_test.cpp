// Files that are given to the wrong reader say what they are, and what reads them.
#include "plugins/models/file_kind.h"

#include <array>
#include <catch2/catch.hpp>

#include "golden.h"
#include "zip_bytes.h"

using namespace test;
using Catch::Contains;

namespace {

std::string refusal_by(const std::string& model, const std::string& file) {
  return message([&] { import_model(model, {{"file", file}}); });
}

std::string refused_weights(const std::string& file) {
  const mase::List layers{mase::Map{{"name", "fc"}, {"op", "linear"}, {"with", mase::Map{{"out_features", 2}}}}};
  return message([&] {
    import_model("models.sequential", {{"input", mase::List{4}}, {"weights", file}, {"layers", layers}});
  });
}

}  // namespace

TEST_CASE("what is no model at all is named by every reader") {
  const TempDir folder;
  const std::string file = folder / "model";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "is empty"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "`git lfs pull` fetches that"},
      {"\n <!DOCTYPE html><html>", "is a web page (HTML) (download the file itself)"},
      {std::string("\x89HDF\r\n\x1a\n", 8), "export the model to ONNX"},
      {std::string("\x1f\x8b\x08\0", 4), "unpack it first"},
      {zip_bytes({{"x.npy", "abc"}}), "data.npz reads it"}};
  for (const auto& [bytes, sentence] : cases) {
    write(file, bytes);
    INFO(sentence);
    for (const char* model : {"models.onnx", "models.torch_export", "models.torchscript"})
      CHECK_THAT(refusal_by(model, file), Contains(sentence));
    CHECK_THAT(refused_weights(file), Contains(sentence));
  }
}

TEST_CASE("a model's file given to another reader is told which component reads it") {
  const std::string exported_file = exported("jsc_mlp.pt2");
  if (exported_file.empty()) return;
  const std::string stem = exported_file.substr(0, exported_file.size() - 4);
  const std::vector<std::array<std::string, 3>> kinds{
      {".onnx", "models.onnx", "models.onnx reads it"},
      {".pt2", "models.torch_export", "models.torch_export reads it"},
      {".torchscript.pt", "models.torchscript", "models.torchscript reads it"},
      {".state_dict.pt", "", "`weights` of a model reads"},
      {".safetensors", "", "`weights` of a model reads"}};
  for (const auto& [ending, reader, remedy] : kinds)
    for (const char* model : {"models.onnx", "models.torch_export", "models.torchscript"}) {
      INFO(model << " " << ending);
      if (model != reader) CHECK_THAT(refusal_by(model, stem + ending), Contains(remedy));
      if (!reader.empty()) CHECK_THAT(refused_weights(stem + ending), Contains(remedy));
    }
}

TEST_CASE("a damaged file of the right kind is not taken for another kind") {
  const TempDir folder;
  write(folder / "m", std::string("\x08\x08\x12\x7f", 4));  // ONNX, cut off
  CHECK_THAT(refusal_by("models.onnx", folder / "m"), Contains("cut off or damaged"));
  write(folder / "m", "PK\3\4 and no more");
  CHECK_THAT(refusal_by("models.torch_export", folder / "m"), Contains("no whole zip archive"));
  write(folder / "m", little(2, 8) + "{]");
  CHECK_THAT(refused_weights(folder / "m"), !Contains("is a safetensors file"));
}
