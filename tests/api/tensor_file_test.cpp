// Ranges of files as tensors: read when touched, written apart, and never beyond the file.
#include <ATen/ops/add.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sum.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "mase/graph.h"
#include "mase/safetensors.h"
#include "mase/text.h"
#include "support/fake_components.h"
#include "support/scratch.h"

using namespace mase;
using Catch::Contains;
using test::error_of;

namespace {

constexpr int64_t kCount = 100'000;  // enough to be mapped

std::string counted_bytes(int64_t n) {
  const at::Tensor values = at::arange(n, at::kFloat);
  return {static_cast<const char*>(values.const_data_ptr()), values.nbytes()};
}

// Bytes of the file that this process has in memory through its mappings.
size_t resident(const std::string& file) {
  std::ifstream smaps("/proc/self/smaps");
  size_t kilobytes = 0;
  bool is_ours = false;
  for (std::string line; std::getline(smaps, line);) {
    if (line.find('-') < line.find(' ')) is_ours = line.ends_with(file);
    if (is_ours && line.starts_with("Rss:")) kilobytes += std::stoul(line.substr(4));
  }
  return kilobytes * 1024;
}

}  // namespace

TEST_CASE("a range of a file is a tensor that is read when it is touched") {
  test::Scratch scratch;
  const std::string name = scratch.write("f", "head" + counted_bytes(kCount));
  const TensorFile file(name);
  const at::Tensor t = file.map(4, at::kFloat, {kCount / 2, 2});
  CHECK(resident(name) == 0);
  CHECK(at::equal(t, at::arange(kCount, at::kFloat).view({kCount / 2, 2})));
  CHECK(resident(name) > 0);
  CHECK(reinterpret_cast<uintptr_t>(t.const_data_ptr()) % 4096 == 4);
  CHECK(at::equal(file.map(4 + 40, at::kFloat, {3}), at::arange(10.0f, 13.0f)));
  CHECK(file.map(4, at::kFloat, {0, 7}).numel() == 0);
  CHECK(file.bytes().substr(0, 4) == "head");
}

TEST_CASE("a misaligned range is copied to where its elements are aligned") {
  test::Scratch scratch;
  const TensorFile file(scratch.write("f", "x" + counted_bytes(kCount)));
  const at::Tensor t = file.map(1, at::kFloat, {kCount});
  CHECK(reinterpret_cast<uintptr_t>(t.const_data_ptr()) % 4 == 0);
  CHECK(at::equal(t, at::arange(kCount, at::kFloat)));
}

TEST_CASE("what is written to a mapped tensor reaches neither the file nor any other tensor") {
  test::Scratch scratch;
  const std::string name = scratch.write("f", counted_bytes(kCount)), before = test::read_bytes(name);
  const TensorFile file(name);
  const at::Tensor right = at::arange(kCount, at::kFloat);
  at::Tensor a = file.map(0, at::kFloat, {kCount}), b = file.map(0, at::kFloat, {kCount});
  a.add_(1);
  CHECK(at::equal(a, right + 1));
  CHECK(at::equal(b, right));
  // Clones share until one side writes: the clone, then what it was made from.
  const at::Tensor c = lazy_clone(b), d = lazy_clone(b);
  CHECK(c.const_data_ptr() == b.const_data_ptr());
  c.mul_(2);
  CHECK(at::equal(c, right * 2));
  b.fill_(7);
  CHECK(at::equal(d, right));
  d.fill_(8);  // the last that has the mapping writes there, and still not to the file
  CHECK(at::equal(file.map(0, at::kFloat, {kCount}), right));
  CHECK(test::read_bytes(name) == before);
}

TEST_CASE("tensors outlive the open file, its name and its replacement") {
  test::Scratch scratch;
  const std::string name = scratch.write("f", counted_bytes(kCount));
  at::Tensor t, clone;
  {
    const TensorFile file(name);
    std::filesystem::rename(scratch.write("g", std::string(kCount * 4, '\0')), name);
    t = file.map(0, at::kFloat, {kCount});
  }
  clone = lazy_clone(t);
  t.reset();
  CHECK(at::equal(clone, at::arange(kCount, at::kFloat)));
  std::filesystem::remove(name);
  CHECK(at::equal(clone, at::arange(kCount, at::kFloat)));
}

TEST_CASE("nothing beyond the file and no impossible shape is mapped") {
  test::Scratch scratch;
  const TensorFile file(scratch.write("f", counted_bytes(4)));
  const auto refusal = [&](uint64_t offset, const Shape& shape) {
    return error_of([&] { file.map(offset, at::kFloat, shape); });
  };
  CHECK_THAT(refusal(0, {5}), Contains("20 bytes at byte 0 are asked for, but the file has 16"));
  CHECK_THAT(refusal(17, {0}), Contains("at byte 17"));
  CHECK_THAT(refusal(UINT64_MAX - 3, {4}), Contains("but the file has 16"));
  CHECK_THAT(refusal(0, {int64_t{1} << 40}), Contains("4398046511104 bytes"));
  CHECK_THAT(refusal(0, {int64_t{1} << 32, int64_t{1} << 32}), Contains("more elements than 63 bits count"));
  CHECK_THAT(refusal(0, {0, INT64_MAX, 4}), Contains("more elements than 63 bits count"));
  CHECK_THAT(refusal(0, {-1}), Contains("an axis of -1 elements"));
  CHECK_THAT(refusal(0, Shape(65, 1)), Contains("65 axes"));
  CHECK_THAT(error_of([&] { file.map(0, at::kBool, {16}); }), Contains("other than 0 and 1"));
}

TEST_CASE("of four gigabytes, only the layer that is used is read") {
  test::Scratch scratch;
  constexpr uint64_t kLayers = 64, kLayer = uint64_t{64} << 20;
  std::string header = "{";
  for (uint64_t i = 0; i < kLayers; ++i)
    header += format("{}\"layer{}.weight\":{{\"dtype\":\"F32\",\"shape\":[4096,4096],\"data_offsets\":[{},{}]}}",
                     i ? "," : "", i, i * kLayer, (i + 1) * kLayer);
  header += "}";
  header.append((8 - header.size() % 8) % 8, ' ');
  std::string bytes(8, '\0');
  const uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  const std::string name = scratch.write("f", bytes + header);
  if (::truncate(name.c_str(), static_cast<off_t>(8 + length + kLayers * kLayer)) != 0) {
    std::cout << "SKIP: this disk takes no file of 4 GB with holes\n";
    return;
  }
  const NamedTensors tensors = read_safetensors(name);
  REQUIRE(tensors.size() == kLayers);
  CHECK(resident(name) < (1 << 20));
  CHECK(tensors[40].second.narrow(0, 0, 1024).sum().item<float>() == 0);  // a quarter of one layer
  CHECK(resident(name) < kLayer / 2);
  Graph graph;
  for (const auto& [key, tensor] : tensors) graph.set_tensor(key, tensor);
  const Graph clone = graph.clone();
  CHECK(clone.tensor("layer7.weight").const_data_ptr() == tensors[7].second.const_data_ptr());
  CHECK(resident(name) < kLayer / 2);
}
