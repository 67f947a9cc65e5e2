// data.idx: images and labels in the format of MNIST and Fashion-MNIST, plain or gzip.
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <cstring>
#include <filesystem>

#include "file.h"
#include "register.h"
#include "table.h"

namespace data {

namespace {

// Bytes with the dimensions that the header gives: 00 00 08 <rank>, then one big-endian size per dimension.
at::Tensor read_idx(const std::string& file, size_t rank) {
  const std::string bytes = read_all(file);
  const auto word = [&](size_t i) {
    uint32_t v = 0;
    for (size_t k = 0; k < 4; ++k) v = v << 8 | static_cast<unsigned char>(bytes[i * 4 + k]);
    return v;
  };
  const size_t start = 4 * (rank + 1);
  if (bytes.size() < start) bad_file(file, "too short for an idx file");
  const uint32_t magic = word(0), expected = 0x800 + static_cast<uint32_t>(rank);
  if (magic != expected)
    bad_file(file, mase::format("begins with {:#010x}, expected {:#010x}: {}", magic, expected,
                                rank == 1 ? "a list of byte labels" : "a stack of byte images"));
  size_t claimed = 1;
  mase::Shape shape;
  for (size_t i = 0; i < rank; ++i) {
    shape.push_back(word(i + 1));
    if (__builtin_mul_overflow(claimed, size_t{word(i + 1)}, &claimed))
      bad_file(file, "the header claims an impossible size");
  }
  if (claimed != bytes.size() - start)
    bad_file(file, mase::format("the header claims {} values, {} are there", claimed, bytes.size() - start));
  at::Tensor out = at::empty(shape, at::TensorOptions().dtype(at::kByte));
  if (claimed) std::memcpy(out.mutable_data_ptr(), bytes.data() + start, claimed);
  return out;
}

struct Idx final : TableDataset {
  struct Config : Preparation {
    mase::Path folder, train_images, train_labels, test_images, test_labels;
    double scale = 1.0 / 255;
    static void schema(mase::Schema<Config>& s) {
      s.field("folder", &Config::folder, "folder with the four files under MNIST's names, plain or .gz");
      s.field("train_images", &Config::train_images, "image file, instead of folder");
      s.field("train_labels", &Config::train_labels, "label file, instead of folder");
      s.field("test_images", &Config::test_images, "image file of the test split; empty: carved from the others");
      s.field("test_labels", &Config::test_labels, "label file of the test split");
      s.field("scale", &Config::scale, "factor on the pixels");
      fields(s);
    }
    void check(const mase::Value& v) const {
      const bool files = !train_images.name.empty() || !train_labels.name.empty();
      if (folder.name.empty() == !files || (files && (train_images.name.empty() || train_labels.name.empty())))
        throw mase::Error("give either 'folder' or both 'train_images' and 'train_labels'", v.loc);
      if (test_images.name.empty() != test_labels.name.empty())
        throw mase::Error("'test_images' and 'test_labels' go together", v.loc);
    }
  };
  explicit Idx(Config c) : TableDataset(c), config(std::move(c)) {}

  Table read(mase::Context& context) override {
    Config files = config;
    if (!config.folder.name.empty()) {
      files.train_images = standard(context, "train-images-idx3-ubyte");
      files.train_labels = standard(context, "train-labels-idx1-ubyte");
      files.test_images = standard(context, "t10k-images-idx3-ubyte");
      files.test_labels = standard(context, "t10k-labels-idx1-ubyte");
    }
    Table table = pair(context, files.train_images, files.train_labels);
    if (!files.test_images.name.empty()) {
      const Table test = pair(context, files.test_images, files.test_labels);
      if (test.inputs.sizes().slice(1) != table.inputs.sizes().slice(1))
        bad_file(test.source, "test images of another size than the training images");
      table.test_from = table.inputs.size(0);
      table.inputs = at::cat({table.inputs, test.inputs});
      table.targets = at::cat({table.targets, test.targets});
    }
    table.scale = config.scale;
    return table;
  }

 private:
  mase::Path standard(mase::Context& context, const std::string& name) const {
    const std::string plain = config.folder.name + "/" + name;
    const bool is_plain = std::filesystem::exists(context.path(plain));
    return {is_plain ? plain : plain + ".gz", config.folder.loc};
  }
  static Table pair(mase::Context& context, const mase::Path& images, const mase::Path& labels) {
    const std::string image_file = find_file(context, images), label_file = find_file(context, labels);
    Table table;
    table.source = image_file;
    table.inputs = read_idx(image_file, 3).unsqueeze(1);  // one channel
    table.targets = class_targets(read_idx(label_file, 1), label_file);
    if (table.targets.size(0) != table.inputs.size(0))
      bad_file(label_file, mase::format("{} labels for the {} images of {}", table.targets.size(0),
                                        table.inputs.size(0), image_file));
    return table;
  }
  Config config;
};

}  // namespace

void register_idx(mase::Registrar& r) {
  r.add<Idx>("data.idx", "Images and labels as MNIST and Fashion-MNIST come, plain or gzip");
}

}  // namespace data
