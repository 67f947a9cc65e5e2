// Telling kinds of files apart by how they begin, and archives by what they hold.
#include "file_kind.h"

#include <algorithm>
#include <cstring>

#include "archive.h"
#include "mase/error.h"

namespace models {
namespace {

// The length of a header in JSON, which follows.
bool is_safetensors(std::string_view bytes) {
  uint64_t length = 0;
  if (bytes.size() <= sizeof length || bytes[sizeof length] != '{') return false;
  std::memcpy(&length, bytes.data(), sizeof length);
  return length <= bytes.size() - sizeof length;
}

// The version of the layout, a number below 32; then another field of the model.
bool is_onnx(std::string_view bytes) {
  constexpr std::string_view kNext = "\x12\x1a\x22\x28\x32\x3a\x42";
  return bytes.size() > 2 && bytes[0] == 8 && bytes[1] > 0 && bytes[1] < 32 && kNext.find(bytes[2]) != kNext.npos;
}

bool is_web_page(std::string_view bytes) {
  std::string begin(bytes.substr(0, 64));
  begin.erase(0, begin.find_first_not_of(" \t\r\n"));
  std::transform(begin.begin(), begin.end(), begin.begin(), [](unsigned char c) { return std::tolower(c); });
  return begin.starts_with("<!doctype html") || begin.starts_with("<html");
}

}  // namespace

bool is_pickle(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5 && !is_safetensors(bytes);
}

FileKind kind_of(std::string_view bytes) {
  if (bytes.empty()) return {"is empty", "fetch or save it again"};
  if (bytes.starts_with("version https://git-lfs"))
    return {"is a pointer of Git LFS, not the file that it stands for", "`git lfs pull` fetches that"};
  if (is_web_page(bytes)) return {"is a web page (HTML)", "download the file itself"};
  if (Archive::is_archive(bytes)) return {"is a zip archive", {}};
  if (is_safetensors(bytes)) return {"is a safetensors file, which holds no graph", "`weights` of a model reads it"};
  if (is_pickle(bytes)) return {"is a pickle without a graph", "`weights` of a model reads state dicts"};
  if (bytes.starts_with("\x89HDF\r\n")) return {"is an HDF5 file, as Keras writes", "export the model to ONNX"};
  if (bytes.starts_with("\x1f\x8b")) return {"is compressed by gzip", "unpack it first"};
  if (is_onnx(bytes)) return {"is an ONNX file", "models.onnx reads it"};
  return {};
}

FileKind kind_of(const Archive& archive) {
  if (archive.has("archive_format") || archive.has("models/model.json"))
    return {"is an archive of torch.export", "models.torch_export reads it"};
  if (archive.has("constants.pkl")) return {"is an archive of TorchScript", "models.torchscript reads it"};
  if (archive.has("data.pkl"))
    return {"is an archive of torch.save, which holds no graph",
            "`weights` of a model reads state dicts; torch.export.save writes the graph as well"};
  const auto is_array = [](const std::string& name) { return name.ends_with(".npy"); };
  if (std::any_of(archive.members().begin(), archive.members().end(), is_array))
    return {"is an archive of NumPy's arrays", "data.npz reads it"};
  return {"is a zip archive of another kind", {}};
}

void refuse_other_kind(const std::string& file, std::string_view bytes, std::string_view reader) {
  FileKind kind = kind_of(bytes);
  if (Archive::is_archive(bytes)) try {
      kind = kind_of(Archive(file));
    } catch (const mase::Error&) {  // a damaged archive is an archive
    }
  const bool is_expected = !reader.empty() && kind.remedy.starts_with(reader);
  if (!kind.what.empty() && !is_expected) throw mase::Error(kind.what, mase::Loc{mase::Loc::intern(file)}, kind.remedy);
}

}  // namespace models
