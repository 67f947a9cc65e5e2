// data.npz: several inputs and targets out of one of NumPy's .npz archives, in the types that they have there.
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <zip.h>

#include <array>
#include <filesystem>
#include <map>
#include <memory>

#include "file.h"
#include "mase/dataset.h"
#include "npy_reader.h"
#include "register.h"
#include "splits.h"

namespace data {

namespace {

constexpr std::array<const char*, 3> kSplitNames{"train", "validation", "test"};
// What arrays may inflate to, and how many times the file beyond that: images take five to ten times.
constexpr uint64_t kSmall = uint64_t{64} << 20, kMostTimes = 20;
constexpr zip_int64_t kMostArrays = 100'000;

struct CloseZip {
  void operator()(zip_t* zip) const { zip_discard(zip); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

// The archive's arrays by name, without ".npy".
class Arrays {
 public:
  explicit Arrays(const std::string& file) : file_(file) {
    int code = 0;
    zip_.reset(zip_open(file.c_str(), ZIP_RDONLY, &code));
    if (!zip_) bad_file(file, "not a whole .npz archive");
    left_ = kSmall + kMostTimes * std::filesystem::file_size(file);
    const zip_int64_t count = zip_get_num_entries(zip_.get(), 0);
    if (count > kMostArrays) bad_file(file, mase::format("{} arrays are too many", count));
    for (zip_int64_t i = 0; i < count; ++i) {
      const char* const name = zip_get_name(zip_.get(), static_cast<zip_uint64_t>(i), 0);
      const std::string text = name ? name : "";
      names_[text.ends_with(".npy") ? text.substr(0, text.size() - 4) : text] = static_cast<zip_uint64_t>(i);
    }
  }

  at::Tensor read(const std::string& name) {
    const auto found = names_.find(name);
    if (found == names_.end()) {
      mase::NameList names;
      for (const auto& [key, index] : names_) names.add(key);
      bad_file(file_, mase::format("no array '{}'{}", name, mase::did_you_mean(name, names)));
    }
    return parse_npy(bytes(found->second, name), file_ + ": " + name);
  }

 private:
  // Memory is bounded by the archive's own size, not by what it claims.
  std::string bytes(zip_uint64_t index, const std::string& name) {
    zip_stat_t info;
    if (zip_stat_index(zip_.get(), index, 0, &info) != 0 || !(info.valid & ZIP_STAT_SIZE))
      bad_file(file_, mase::format("array '{}' has no size", name));
    if (info.size > left_)
      bad_file(file_, mase::format("array '{}' inflates to {} bytes, far more than the file holds", name, info.size),
               "np.savez stores arrays without compression");
    left_ -= info.size;
    const std::unique_ptr<zip_file_t, CloseZip> in(zip_fopen_index(zip_.get(), index, 0));
    if (!in) bad_file(file_, mase::format("array '{}' cannot be read", name));
    std::string all(info.size + 1, '\0');  // one more than there is: its checksum is compared at the end
    for (uint64_t at = 0;;) {
      const zip_int64_t got = zip_fread(in.get(), all.data() + at, all.size() - at);
      if (got < 0) bad_file(file_, mase::format("array '{}' is damaged", name));
      at += static_cast<uint64_t>(got);
      if (at > info.size || (got == 0 && at < info.size))
        bad_file(file_, mase::format("array '{}' does not have the {} bytes that the archive says", name, info.size));
      if (got == 0) return all.resize(info.size), all;
    }
  }

  const std::string& file_;
  std::unique_ptr<zip_t, CloseZip> zip_;
  std::map<std::string, zip_uint64_t> names_;
  uint64_t left_ = 0;  // bytes that arrays may still take
};

at::Tensor rows_of(const at::Tensor& t, const std::vector<int64_t>& rows) {
  at::Tensor index = at::empty({static_cast<int64_t>(rows.size())}, at::TensorOptions().dtype(at::kLong));
  std::copy(rows.begin(), rows.end(), index.mutable_data_ptr<int64_t>());
  return at::index_select(t, 0, index);
}

class Npz final : public mase::Dataset {
 public:
  struct Config {
    mase::Path file;
    std::vector<std::string> inputs, targets;
    std::optional<Splits> splits;
    static void schema(mase::Schema<Config>& s) {
      s.field("file", &Config::file, "the archive").required();
      s.field("inputs", &Config::inputs, "names of the arrays with the inputs, in the network's order").required();
      s.field("targets", &Config::targets, "names of the arrays with the targets or reference outputs").required();
      s.field("splits", &Config::splits,
              "how rows are divided; null: every split has all rows, as suits reference outputs");
    }
    void check(const mase::Value& v) const {
      if (inputs.empty() || targets.empty()) throw mase::Error("name at least one input and one target", v.loc);
    }
  };
  explicit Npz(Config c) : config_(std::move(c)) {}

  void open(mase::Context& context) override {
    const std::string file = find_file(context, config_.file);
    Arrays arrays(file);
    mase::Batch all;
    for (const std::string& name : config_.inputs) all.inputs.push_back(plain(arrays.read(name)));
    for (const std::string& name : config_.targets) all.targets.push_back(plain(arrays.read(name)));
    const at::Tensor& first = all.inputs[0];
    for (const mase::Tensors* group : {&all.inputs, &all.targets})
      for (const at::Tensor& t : *group)
        if (t.dim() == 0 || t.size(0) != first.size(0) || t.numel() == 0)
          bad_file(file, "its arrays differ in their number of rows, or have none");
    if (!config_.splits) {
      parts_.fill(all);
      return;
    }
    const Assignment rows = assign_rows(*config_.splits, all.targets[0], -1);
    for (size_t i = 0; i < parts_.size(); ++i) {
      for (const at::Tensor& t : all.inputs) parts_[i].inputs.push_back(rows_of(t, rows[i]));
      for (const at::Tensor& t : all.targets) parts_[i].targets.push_back(rows_of(t, rows[i]));
    }
  }
  int64_t size(std::string_view split) const override { return part(split).inputs[0].size(0); }
  mase::Batch batch(std::string_view split, int64_t first, int64_t count) const override {
    const mase::Batch& all = part(split);
    const int64_t rows = all.inputs[0].size(0);
    if (first < 0 || count < 1 || first >= rows)
      throw mase::Error(mase::format("samples {}...{} of split '{}', which has {}", first, first + count, split, rows));
    const int64_t n = std::min(count, rows - first);
    mase::Batch some;
    for (const at::Tensor& t : all.inputs) some.inputs.push_back(t.narrow(0, first, n));
    for (const at::Tensor& t : all.targets) some.targets.push_back(t.narrow(0, first, n));
    return some;
  }

 private:
  // Networks compute in float32; integers and truth values stay what they are.
  static at::Tensor plain(const at::Tensor& t) { return at::isFloatingType(t.scalar_type()) ? t.to(at::kFloat) : t; }
  const mase::Batch& part(std::string_view split) const {
    for (size_t i = 0; i < parts_.size(); ++i)
      if (split == kSplitNames[i]) return parts_[i];
    throw mase::Error(mase::format("no split '{}'{}", split, mase::did_you_mean(split, mase::NameList(kSplitNames))));
  }

  Config config_;
  std::array<mase::Batch, 3> parts_;
};

}  // namespace

void register_npz(mase::Registrar& r) {
  r.add<Npz>("data.npz", "Several inputs and targets in one of NumPy's .npz archives");
}

}  // namespace data
