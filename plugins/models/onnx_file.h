// An ONNX file: its messages, and its tensors read straight from the file.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "mase/safetensors.h"
#include "mase_onnx.pb.h"

namespace models::onnx {

namespace proto = mase_onnx;

// TensorProto.DataType with the values that Debian's file lacks; these are numbers in files, not names.
enum DataType : int {
  kFloat = 1,
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kInt32,
  kInt64,
  kString,
  kBool,
  kFloat16,
  kDouble,
  kUint32,
  kUint64,
  kComplex64,
  kComplex128,
  kBfloat16,
  kFloat8e4m3fn,
  kFloat8e4m3fnuz,
  kFloat8e5m2,
  kFloat8e5m2fnuz,
  kUint4,
  kInt4,
  kFloat4e2m1,
  kFloat8e8m0,
  kUint2,
  kInt2,
};

// "float32", "int4", ...; "type 77" for one that ONNX has not.
std::string type_name(int type);
// What LibTorch computes the type with: 16- and 32-bit unsigned integers in the next wider type, packed ones in bytes.
// Error for text, complex numbers and what else has no values here.
at::ScalarType scalar_type(int type);

// Elements of a shape; Error for negative dimensions and products that no memory holds.
int64_t count_elements(const mase::Shape& shape);

class File {
 public:
  explicit File(const std::string& name);

  const proto::ModelProto& model() const { return model_; }
  // The tensor, mapped where the file has it as memory has it; Error when dimensions, type and contents disagree.
  at::Tensor tensor(const proto::TensorProto& t) const;

 private:
  at::Tensor read(const proto::TensorProto& t, const mase::Shape& shape) const;
  at::Tensor external(const proto::TensorProto& t, const mase::Shape& shape) const;

  std::filesystem::path name_;
  mase::TensorFile file_;
  proto::ModelProto model_;
  mutable std::map<std::string, mase::TensorFile> beside_;  // files of external data
};

}  // namespace models::onnx
