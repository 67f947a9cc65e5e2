// Metadata of nodes: MASE's three branches (common, software, hardware) with MASE's names, as data.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "mase/schema.h"

namespace mase {

// The binary grid that every value of a tensor lies on: value = code * 2^-frac_width.
struct FixedPoint {
  int width = 0;
  int frac_width = 0;
  bool is_signed = true;

  bool operator==(const FixedPoint&) const = default;
  double low() const;       // least value
  double high() const;      // greatest value
  std::string str() const;  // Q-notation, "Q4.4" or "UQ4.4"
};

// One argument, parameter or result of a node.
struct TensorMeta {
  std::string name;            // data_in_0, weight, bias, data_out_0
  std::vector<int64_t> shape;  // with the batch dimension; 1-D parameters as they are
  std::string torch_dtype = "float32";
  Chosen format;  // the one truth: a Format component, or nothing

  // Derived from `format` and the operators by derive() (execute.h); read-only for everyone else.
  const std::string& type() const { return type_; }                     // "integer", "float", ...
  const std::vector<int64_t>& precision() const { return precision_; }  // MASE's list: [width, frac_width]
  const std::optional<FixedPoint>& point() const { return point_; }     // the grid, if there is one

 private:
  friend struct Derive;
  std::string type_ = "float";
  std::vector<int64_t> precision_ = {32};
  std::optional<FixedPoint> point_;
};

// A short list that is iterated in order and looked up by name.
class TensorMetas : public std::vector<TensorMeta> {
 public:
  using std::vector<TensorMeta>::at;  // by position
  TensorMeta* find(std::string_view name);
  const TensorMeta* find(std::string_view name) const;
  TensorMeta& at(std::string_view name);  // Error with the nearest name
  const TensorMeta& at(std::string_view name) const;
  TensorMeta& add(std::string name);  // the existing one, or a new one at the end
};

struct CommonMeta {
  std::string mase_type;  // module, module_related_func, builtin_func, implicit_func, placeholder, get_attr, output
  TensorMetas args;       // data_in_<i> in call order, then parameters
  TensorMetas results;    // data_out_<i>
};

// Statistics per argument and result: {data_in_0: {stat: {range_min_max: {...}}}}.
struct SoftwareMeta {
  Map args, results;
};

struct HardwareMeta {
  bool is_implicit = false;
  std::string toolchain;  // INTERNAL_RTL, EXTERNAL_RTL
  std::string module;     // the SystemVerilog module
  std::string generator;  // the Generator component whose model is the integer reference
  std::vector<std::string> dependence_files;
  int device_id = -1;
  Map interface;  // {weight: {storage: BRAM, transpose: false}}
  std::vector<int64_t> max_parallelism;
  Map verilog_param;  // ordered: DATA_IN_0_PRECISION_0: 8, ...
  Map map;            // wishes of hw.map for this node, honoured or refused

  bool filled() const { return is_implicit || !module.empty(); }
  static void schema(Schema<HardwareMeta>& s);
};

struct Meta {
  CommonMeta common;
  SoftwareMeta software;
  HardwareMeta hardware;
  Map attachments;  // "prune.mask/1": {...}, see attach()

  // Stores a struct with a schema() under its versioned `T::kKey`, readable without its header.
  template <class T>
  void attach(const T& data) {
    attachments[T::kKey] = dump(data);
  }
  template <class T>
  std::optional<T> attached() const {
    const Value* v = attachments.find(T::kKey);
    if (!v) return std::nullopt;
    return parse_or_throw<T>(*v, T::kKey);
  }
};

}  // namespace mase
