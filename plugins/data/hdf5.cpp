// data.hdf5: features and labels in HDF5 files - plain arrays, or columns of a table as in the hls4ml jet
// file.
#include <ATen/ops/argmax.h>
#include <ATen/ops/empty.h>
#include <hdf5.h>

#include <cmath>
#include <filesystem>

#include "file.h"
#include "register.h"
#include "table.h"

namespace data {

namespace {

// An HDF5 handle that closes itself.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// HDF5 prints its error stack unless told not to; the former setting comes back at the end.
class Silence {
 public:
  Silence() { H5Eget_auto2(H5E_DEFAULT, &function_, &data_), H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }
  ~Silence() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  Silence(const Silence&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

struct Names {
  std::vector<std::string> names;
};

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* out) {
  static_cast<Names*>(out)->names.emplace_back(name);
  return static_cast<Names*>(out)->names.size() > 200 ? 1 : 0;
}

// One open dataset of a file with what is known about it before a value is read.
class Array {
 public:
  Array(hid_t file, const std::string& path, const std::string& name)
      : path_(path),
        name_(name),
        id_(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose),
        type_(id_.ok() ? H5Dget_type(id_) : -1, H5Tclose),
        space_(id_.ok() ? H5Dget_space(id_) : -1, H5Sclose) {
    if (!id_.ok()) {
      Names all;
      H5Literate(file, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_name, &all);
      bad_file(path, mase::format("no dataset '{}'{}", name, mase::did_you_mean(name, mase::NameList(all.names))));
    }
    const int rank = space_.ok() ? H5Sget_simple_extent_ndims(space_) : -1;
    if (rank < 1) fail("has no rows");
    std::vector<hsize_t> sizes(static_cast<size_t>(rank));
    H5Sget_simple_extent_dims(space_, sizes.data(), nullptr);
    for (hsize_t n : sizes) shape_.push_back(static_cast<int64_t>(n));
  }
  const mase::Shape& shape() const { return shape_; }
  bool is_table() const { return H5Tget_class(type_) == H5T_COMPOUND; }
  bool is_integer() const { return H5Tget_class(type_) == H5T_INTEGER; }

  at::Tensor numbers() const {
    const H5T_class_t c = H5Tget_class(type_);
    if (c != H5T_FLOAT && c != H5T_INTEGER)
      fail(is_table() ? "is a table, 'columns' says which of it" : "holds no numbers");
    return read(is_integer() ? at::kLong : at::kFloat, is_integer() ? H5T_NATIVE_INT64 : H5T_NATIVE_FLOAT, shape_);
  }

  // Columns of a table, read together as one float32 matrix.
  at::Tensor columns(const std::vector<std::string>& names) const {
    if (!is_table()) fail("is an array without named columns");
    if (shape_.size() != 1) fail("is a table of more than one dimension");
    const Handle memory(H5Tcreate(H5T_COMPOUND, names.size() * sizeof(float)), H5Tclose);
    for (size_t i = 0; i < names.size(); ++i) {
      check_column(names[i]);
      if (H5Tinsert(memory, names[i].c_str(), i * sizeof(float), H5T_NATIVE_FLOAT) < 0)
        fail(mase::format("cannot be read: is column '{}' named twice?", names[i]));
    }
    return read(at::kFloat, memory, {shape_[0], static_cast<int64_t>(names.size())});
  }

  [[noreturn]] void fail(const std::string& why) const { bad_file(path_, "dataset '" + name_ + "' " + why); }

 private:
  void check_column(const std::string& name) const {
    const int index = H5Tget_member_index(type_, name.c_str());
    if (index < 0) {
      std::vector<std::string> all;
      for (int i = 0; i < H5Tget_nmembers(type_); ++i) {
        char* member = H5Tget_member_name(type_, static_cast<unsigned>(i));
        if (member) all.emplace_back(member);
        H5free_memory(member);
      }
      fail(mase::format("has no column '{}'{}", name, mase::did_you_mean(name, mase::NameList(all))));
    }
    const H5T_class_t c = H5Tget_member_class(type_, static_cast<unsigned>(index));
    if (c != H5T_FLOAT && c != H5T_INTEGER) fail(mase::format("has no numbers in column '{}'", name));
  }

  // A file can claim any extent: what even the best compression could not hold is refused before memory is
  // taken.
  at::Tensor read(at::ScalarType type, hid_t memory_type, const mase::Shape& shape) const {
    constexpr size_t kBestRatio = 1100;
    const size_t most = (std::filesystem::file_size(path_) + 1024) * kBestRatio;
    size_t bytes = c10::elementSize(type);
    for (int64_t n : shape)
      if (n < 0 || __builtin_mul_overflow(bytes, static_cast<size_t>(n), &bytes) || bytes > most)
        fail("claims more values than the file can hold");
    at::Tensor out = at::empty(shape, at::TensorOptions().dtype(type));
    if (bytes && H5Dread(id_, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.mutable_data_ptr()) < 0)
      fail("cannot be read: it is damaged, cut off or compressed with a filter that is not installed");
    return out;
  }

  const std::string& path_;
  const std::string name_;
  Handle id_, type_, space_;
  mase::Shape shape_;
};

struct Hdf5 final : TableDataset {
  struct Config : Preparation {
    mase::Path file;
    std::string features, labels;
    std::vector<std::string> columns, label_columns;
    double scale = 1;
    static void schema(mase::Schema<Config>& s) {
      s.field("file", &Config::file, "the HDF5 file").required();
      s.field("features", &Config::features, "dataset of the features: an array [rows, ...], or a table").required();
      s.field("labels", &Config::labels, "dataset of the labels; empty: columns of the table 'features'");
      s.field("columns", &Config::columns, "columns of the table that are features");
      s.field("label_columns", &Config::label_columns,
              "columns of the table that are labels: one holds class indices, several are one-hot");
      s.field("scale", &Config::scale, "factor on the features");
      fields(s);
    }
    void check(const mase::Value& v) const {
      if (labels.empty() && label_columns.empty())
        throw mase::Error("give 'labels' (a dataset) or 'label_columns' (of the table)", v.loc);
    }
  };
  explicit Hdf5(Config c) : TableDataset(c), config(std::move(c)) {}

  Table read(mase::Context& context) override {
    const std::string path = find_file(context, config.file);
    const Silence silence;
    const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!file.ok()) bad_file(path, "not an HDF5 file, or damaged");
    Table table;
    table.source = path;
    table.scale = config.scale;
    const Array features(file, path, config.features);
    table.inputs = config.columns.empty() ? features.numbers() : features.columns(config.columns);
    table.column_names = config.columns;
    const Array labels(file, path, config.labels.empty() ? config.features : config.labels);
    table.targets =
        targets(config.label_columns.empty() ? labels.numbers() : labels.columns(config.label_columns), path);
    return table;
  }

 private:
  // One column of whole numbers: class indices. Several columns: one-hot, checked to be so. Else values.
  static at::Tensor targets(const at::Tensor& t, const std::string& path) {
    if (!at::isFloatingType(t.scalar_type()) && t.dim() == 1) return class_targets(t, path);
    const at::Tensor real = t.to(at::kFloat).contiguous();
    const int64_t width = real.size(0) ? real.numel() / real.size(0) : 1;
    const float* value = real.const_data_ptr<float>();
    bool whole = true, one_hot = width > 1;
    for (int64_t i = 0; i < real.numel(); i += width) {
      float sum = 0;
      for (int64_t k = i; k < i + width; ++k) {
        whole = whole && std::abs(value[k]) < 1e9f && value[k] == std::floor(value[k]);
        one_hot = one_hot && (value[k] == 0 || value[k] == 1);
        sum += value[k];
      }
      one_hot = one_hot && sum == 1;
    }
    if (one_hot) return at::argmax(real.view({-1, width}), 1);
    if (whole && width == 1) return class_targets(real, path);
    return real;
  }
  Config config;
};

}  // namespace

void register_hdf5(mase::Registrar& r) {
  r.add<Hdf5>("data.hdf5", "Features and labels in an HDF5 file: arrays, or columns of a table");
}

}  // namespace data
