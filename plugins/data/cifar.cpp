// data.cifar: the binary version of CIFAR-10 and CIFAR-100.
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <cstring>

#include "file.h"
#include "register.h"
#include "table.h"

namespace data {

namespace {

constexpr size_t kPixels = 3 * 32 * 32;

struct Cifar final : TableDataset {
  struct Config : Preparation {
    std::vector<mase::Path> train, test;
    int64_t classes = 10;
    double scale = 1.0 / 255;
    static void schema(mase::Schema<Config>& s) {
      s.field("train", &Config::train, "files of training records, data_batch_1.bin and so on, plain or gzip")
          .required();
      s.field("test", &Config::test, "files of test records; empty: carved from the others");
      s.field("classes", &Config::classes, "10, or 100: two label bytes per record, of which the fine one is taken");
      s.field("scale", &Config::scale, "factor on the pixels");
      fields(s);
    }
    void check(const mase::Value& v) const {
      if (classes != 10 && classes != 100) throw mase::Error("'classes' is neither 10 nor 100", v.loc);
      if (train.empty()) throw mase::Error("'train' names no file", v.loc);
    }
  };
  explicit Cifar(Config c) : TableDataset(c), config(std::move(c)) {}

  Table read(mase::Context& context) override {
    Table table;
    mase::Tensors images, labels;
    for (const auto& path : config.train) add(find_file(context, path), images, labels);
    table.source = context.path(config.train.front().name);
    for (const auto& t : images) table.test_from = std::max<int64_t>(table.test_from, 0) + t.size(0);
    for (const auto& path : config.test) add(find_file(context, path), images, labels);
    if (config.test.empty()) table.test_from = -1;
    table.inputs = at::cat(images);
    table.targets = at::cat(labels);
    table.scale = config.scale;
    return table;
  }

 private:
  // Records of one or two label bytes and 3072 pixels, channel by channel.
  void add(const std::string& file, mase::Tensors& images, mase::Tensors& labels) const {
    const std::string bytes = read_all(file);
    const size_t label_bytes = config.classes == 10 ? 1 : 2, record = label_bytes + kPixels;
    if (bytes.empty() || bytes.size() % record)
      bad_file(file, mase::format("{} bytes are not a whole number of records of {} bytes", bytes.size(), record),
               "CIFAR-100 has 'classes: 100'");
    const auto rows = static_cast<int64_t>(bytes.size() / record);
    at::Tensor image = at::empty({rows, 3, 32, 32}, at::TensorOptions().dtype(at::kByte));
    at::Tensor label = at::empty({rows}, at::TensorOptions().dtype(at::kLong));
    auto* pixel = static_cast<char*>(image.mutable_data_ptr());
    auto* index = label.mutable_data_ptr<int64_t>();
    for (size_t i = 0; i < static_cast<size_t>(rows); ++i) {
      const char* at = bytes.data() + i * record;
      index[i] = static_cast<unsigned char>(at[label_bytes - 1]);
      if (index[i] >= config.classes)
        bad_file(file, mase::format("record {} has label {}, expected one below {}", i, index[i], config.classes));
      std::memcpy(pixel + i * kPixels, at + label_bytes, kPixels);
    }
    images.push_back(image), labels.push_back(label);
  }
  Config config;
};

}  // namespace

void register_cifar(mase::Registrar& r) { r.add<Cifar>("data.cifar", "CIFAR-10 or CIFAR-100 in their binary format"); }

}  // namespace data
