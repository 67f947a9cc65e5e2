// Writing an ONNX model: tensors inside, or, beyond what a protocol buffer holds well, in a file beside it.
#include <mase/error.h>
#include <mase/output.h>
#include <mase/text.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "mase_onnx.pb.h"
#include "onnx_writer.h"

namespace mase::exporting {
namespace {

constexpr int64_t kPage = 4096, kSmall = 1024;  // external tensors begin on pages, so that they can be mapped

void external(mase_onnx::TensorProto& proto, const std::string& location, int64_t offset, int64_t length) {
  proto.set_data_location(mase_onnx::TensorProto::EXTERNAL);
  const auto entry = [&](const char* key, const std::string& value) {
    auto* e = proto.add_external_data();
    e->set_key(key), e->set_value(value);
  };
  entry("location", location);
  entry("offset", std::to_string(offset));
  entry("length", std::to_string(length));
}

}  // namespace

void OnnxWriter::write(const std::string& file, int64_t inside) {
  int64_t bytes = 0;
  for (const auto& [name, tensor] : tensors_) bytes += static_cast<int64_t>(tensor.nbytes());
  const bool beside = bytes > inside;
  const std::string data_file = file + ".data", temporary = data_file + ".tmp";
  std::ofstream data;
  if (beside) data.open(temporary, std::ios::binary | std::ios::trunc);
  int64_t offset = 0;
  for (mase_onnx::TensorProto& proto : *model_->mutable_graph()->mutable_initializer()) {
    const at::Tensor& tensor = tensors_.at(proto.name());
    const auto* from = static_cast<const char*>(tensor.const_data_ptr());
    const auto length = static_cast<int64_t>(tensor.nbytes());
    if (!beside || length < kSmall) {
      proto.set_raw_data(from, tensor.nbytes());
      continue;
    }
    const int64_t gap = (kPage - offset % kPage) % kPage;
    data << std::string(static_cast<size_t>(gap), '\0');
    data.write(from, length);
    external(proto, std::filesystem::path(data_file).filename().string(), offset + gap, length);
    offset += gap + length;
  }
  if (beside) {
    data.close();
    if (!data || std::rename(temporary.c_str(), data_file.c_str()) != 0) {
      std::remove(temporary.c_str());
      throw Error(format("cannot write '{}'", data_file), {}, "is the disk full?");
    }
  }
  std::string text;
  if (!model_->SerializeToString(&text))
    throw Error("the model is too large for one ONNX file", {}, "let its tensors go to a file of their own");
  write_file(file, text);
}

}  // namespace mase::exporting
