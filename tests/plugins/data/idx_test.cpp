// data.idx and data.cifar: binary images.
#include <catch2/catch.hpp>

#include "files.h"

using namespace test;
using Catch::Contains;
using mase::List;
using mase::Map;

namespace {

// Images of 2x3 whose pixels are all the number of the image.
std::string images(uint32_t n, uint8_t from = 0) {
  std::string out = idx_header(0x803, {n, 2, 3});
  for (uint32_t i = 0; i < n; ++i) out += std::string(6, static_cast<char>(from + i));
  return out;
}
std::string labels(uint32_t n) {
  std::string out = idx_header(0x801, {n});
  for (uint32_t i = 0; i < n; ++i) out += static_cast<char>(i % 2);
  return out;
}
std::string record(uint8_t label, uint8_t pixel) {
  std::string bytes(3073, static_cast<char>(pixel));
  bytes.front() = static_cast<char>(label);
  return bytes;
}

}  // namespace

TEST_CASE("data.idx reads a folder of MNIST's names; test files are the test split") {
  TempDir dir;
  write(dir / "train-images-idx3-ubyte.gz", gzipped(images(10)));
  write(dir / "train-labels-idx1-ubyte", labels(10));
  write(dir / "t10k-images-idx3-ubyte", images(3, 100));
  write(dir / "t10k-labels-idx1-ubyte.gz", gzipped(labels(3)));
  auto context = opened(dir, "data.idx",
                        {{"folder", "."}, {"scale", 1}, {"splits", Map{{"validation", 0.2}, {"shuffle", false}}}});
  CHECK(context->dataset("train").size() == 8);
  CHECK(context->dataset("validation").size() == 2);
  const auto test = whole(*context, "test");
  CHECK(test.inputs[0].sizes() == at::IntArrayRef{3, 1, 2, 3});
  CHECK(floats(test.inputs[0].narrow(0, 2, 1)) == std::vector<float>(6, 102));
  CHECK(floats(whole(*context, "validation").inputs[0])[0] == 8);
  CHECK(integers(test.targets[0]) == std::vector<int64_t>{0, 1, 0});
  CHECK_THAT(refusal(dir, "data.idx", {{"folder", "."}, {"splits", Map{{"test", 0.1}}}}), Contains("splits.test"));
}

TEST_CASE("data.idx scales bytes to 0...1 and carves a test split when there are no test files") {
  TempDir dir;
  write(dir / "x", images(20, 235)), write(dir / "y", labels(20));
  auto context =
      opened(dir, "data.idx", {{"train_images", "x"}, {"train_labels", "y"}, {"splits", Map{{"shuffle", false}}}});
  CHECK(context->dataset("test").size() == 4);
  CHECK(floats(whole(*context, "test").inputs[0]).back() == Approx(254.0 / 255));
}

TEST_CASE("data.idx believes no header") {
  TempDir dir;
  write(dir / "y", labels(10)), write(dir / "x", images(10));
  const auto refused = [&](const std::string& bytes) {
    write(dir / "bad", bytes);
    return refusal(dir, "data.idx", {{"train_images", "bad"}, {"train_labels", "y"}});
  };
  CHECK_THAT(refused("abc"), Contains("too short"));
  CHECK_THAT(refused(labels(400)), Contains("0x00000801") && Contains("0x00000803"));
  CHECK_THAT(refused(idx_header(0xd03, {1, 1, 1})), Contains("0x00000d03"));
  CHECK_THAT(refused(images(10).substr(0, 50)), Contains("claims 60 values, 34 are there"));
  CHECK_THAT(refused(images(10) + "x"), Contains("61 are there"));
  CHECK_THAT(refused(idx_header(0x803, {0xffffffff, 0xffffffff, 0xffffffff})), Contains("impossible size"));
  CHECK_THAT(refused(idx_header(0x803, {0xffffffff, 28, 28})), Contains("claims"));
  CHECK_THAT(refused(images(9)), Contains("10 labels for the 9 images"));
  CHECK_THAT(refusal(dir, "data.idx", {{"train_images", "x"}}), Contains("train_labels"));
  CHECK_THAT(refusal(dir, "data.idx", {{"folder", "nowhere"}}), Contains("train-images-idx3-ubyte"));
}

TEST_CASE("the first MNIST test images are the ones everybody knows") {
  const std::string x = shared("small/mnist-t10k-first1000-images-idx3-ubyte.gz");
  if (x.empty()) return;
  TempDir dir;
  auto context = opened(dir, "data.idx",
                        {{"train_images", x},
                         {"train_labels", shared("small/mnist-t10k-first1000-labels-idx1-ubyte.gz")},
                         {"splits", Map{{"rows", Map{{"train", List{0, 1000}}}}}}});
  const auto batch = whole(*context, "train");
  CHECK(integers(batch.targets[0].narrow(0, 0, 10)) == std::vector<int64_t>{7, 2, 1, 0, 4, 1, 4, 9, 5, 9});
  CHECK(batch.inputs[0].mean().item<double>() == Approx(0.12226457583));  // NumPy's
  CHECK(batch.inputs[0].narrow(0, 0, 1).sum().item<double>() == Approx(18454 / 255.0));
}

TEST_CASE("data.cifar reads records of label and channels") {
  TempDir dir;
  std::string train;
  for (int i = 0; i < 10; ++i) train += record(static_cast<uint8_t>(i), static_cast<uint8_t>(10 * i));
  write(dir / "a.bin", train.substr(0, 4 * 3073)), write(dir / "b.bin.gz", gzipped(train.substr(4 * 3073)));
  write(dir / "t.bin", record(3, 255));
  auto context =
      opened(dir, "data.cifar",
             {{"train", List{"a.bin", "b.bin.gz"}}, {"test", List{"t.bin"}}, {"splits", Map{{"shuffle", false}}}});
  CHECK(context->dataset("train").size() == 8);
  CHECK(integers(whole(*context, "validation").targets[0]) == std::vector<int64_t>{8, 9});
  const auto test = whole(*context, "test");
  CHECK(test.inputs[0].sizes() == at::IntArrayRef{1, 3, 32, 32});
  CHECK(floats(test.inputs[0])[3071] == 1);
  CHECK(floats(whole(*context, "train").inputs[0].narrow(0, 4, 1))[0] == Approx(40 / 255.0));
}

TEST_CASE("data.cifar takes the fine label of CIFAR-100 and refuses odd sizes and labels") {
  TempDir dir;
  std::string hundred;
  for (int i = 0; i < 10; ++i) hundred += std::string(1, '\1') + record(static_cast<uint8_t>(90 + i), 0);
  write(dir / "h.bin", hundred), write(dir / "short.bin", record(1, 2).substr(1)),
      write(dir / "big.bin", record(10, 0));
  auto context = opened(dir, "data.cifar", {{"train", List{"h.bin"}}, {"classes", 100}, {"splits", ten_rows()}});
  CHECK(integers(whole(*context, "test").targets[0]) == std::vector<int64_t>{98, 99});
  CHECK_THAT(refusal(dir, "data.cifar", {{"train", List{"short.bin"}}}), Contains("3072 bytes") && Contains("3073"));
  CHECK_THAT(refusal(dir, "data.cifar", {{"train", List{"big.bin"}}}), Contains("record 0 has label 10"));
  CHECK_THAT(refusal(dir, "data.cifar", {{"train", List{}}}), Contains("names no file"));
}

TEST_CASE("the CIFAR-10 records have their known labels") {
  const std::string file = shared("small/cifar10-test-first200.bin");
  if (file.empty()) return;
  TempDir dir;
  auto context =
      opened(dir, "data.cifar", {{"train", List{file}}, {"splits", Map{{"rows", Map{{"train", List{0, 200}}}}}}});
  CHECK(integers(whole(*context, "train").targets[0].narrow(0, 0, 10)) ==
        std::vector<int64_t>{3, 8, 8, 0, 6, 6, 1, 6, 3, 1});
}
