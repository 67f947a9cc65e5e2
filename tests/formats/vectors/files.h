// Arrays, tables and manifests of a folder with golden vectors. Every error names its file.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "mase/value.h"
#include "support/npy.h"

namespace vectors {

struct CodeArray {  // of any integer type
  std::vector<size_t> shape;
  std::vector<int64_t> data;
};

using Csv = std::vector<std::map<std::string, std::string>>;  // by column name

class Folder {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) {}
  bool has(const std::string& name) const;
  mase::Value json(const std::string& name) const;
  Csv csv(const std::string& name) const;
  const test::Npy<float>& floats(const std::string& name);  // kept, as many cases share an input
  bool is_float(const std::string& name) const;             // which of the two an array is
  CodeArray codes(const std::string& name) const;

 private:
  std::string path_;
  std::map<std::string, test::Npy<float>> floats_;
};

std::string float_text(float value);  // "1.5 (3fc00000)"
float float_of_hex(const std::string& hex);

}  // namespace vectors
