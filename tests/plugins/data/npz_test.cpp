// data.npz: arrays by name, in their own types.
#include <ATen/core/Tensor.h>
#include <catch2/catch.hpp>

#include "mase/dataset.h"
#include "support/fake_context.h"
#include "support/npz.h"

namespace {

std::string archive(const test::TempDir& folder) {
  const std::string file = folder / "some.npz";
  test::write(file, test::write_zip({{"ids.npy", test::npy_file<int64_t>("<i8", "3, 2", {1, 2, 3, 4, 5, 6})},
                                     {"mask.npy", test::npy_file<uint8_t>("|b1", "3,", {1, 0, 1})},
                                     {"out.npy", test::npy_file<double>("<f8", "3, 1", {0.5, 1.5, 2.5})},
                                     {"short.npy", test::npy_file<float>("<f4", "2,", {1, 2})}}));
  return file;
}

mase::Chosen npz(const std::string& file, const mase::List& inputs, const mase::List& targets, mase::Map more = {}) {
  more.set("file", file), more.set("inputs", inputs), more.set("targets", targets);
  return {"data.npz", std::move(more)};
}

}  // namespace

TEST_CASE("data.npz hands out several inputs in their own types") {
  const test::TempDir folder;
  test::FakeContext context;
  context.open(npz(archive(folder), {"ids", "mask"}, {"out"}));
  for (const char* split : {"train", "validation", "test"}) CHECK(context.dataset(split).size() == 3);
  const mase::Batch batch = context.dataset("test").batch(1, 5);
  REQUIRE(batch.inputs.size() == 2);
  CHECK(batch.inputs[0].scalar_type() == at::kLong);
  CHECK(batch.inputs[0][1][1].item<int64_t>() == 6);
  CHECK(batch.inputs[1].scalar_type() == at::kBool);
  CHECK(batch.targets[0].scalar_type() == at::kFloat);
  CHECK(batch.targets[0][0][0].item<float>() == 1.5f);
}

TEST_CASE("data.npz divides its rows where the recipe asks for it") {
  const test::TempDir folder;
  test::FakeContext context;
  const mase::Map rows{{"rows", mase::Map{{"train", mase::List{0, 2}}, {"test", mase::List{2, 3}}}}};
  context.open(npz(archive(folder), {"ids"}, {"out"}, {{"splits", rows}}));
  CHECK(context.dataset("train").size() == 2);
  CHECK(context.dataset("test").batch(0, 1).inputs[0][0][0].item<int64_t>() == 5);
}

TEST_CASE("data.npz refuses an array that inflates to far more than the file, and shows no control characters") {
  const test::TempDir folder;
  std::string bytes = test::read(archive(folder));
  const auto message = [&] {
    test::write(folder / "bad.npz", bytes);
    return test::message([&] {
      test::FakeContext context;
      context.open(npz(folder / "bad.npz", {"ids"}, {"out"}));
    });
  };
  const size_t entry = bytes.find("PK\1\2");
  REQUIRE(entry != bytes.npos);
  bytes[entry + 10] = 8;                             // deflated
  bytes.replace(entry + 24, 4, "\xff\xff\xff\x7f");  // to 2 GB
  CHECK(message().find("array 'ids' inflates to 2147483647 bytes") != std::string::npos);
  const std::string whole = test::npy_file<int64_t>("<\x1b[2J\n", "3, 2", {1, 2, 3, 4, 5, 6});
  bytes = test::write_zip({{"ids.npy", whole}, {"out.npy", whole}});
  CHECK(message().find("numbers of type '<?[2J?'") != std::string::npos);
}

TEST_CASE("data.npz says what is wrong with an archive") {
  const test::TempDir folder;
  const std::string file = archive(folder);
  const auto message = [](const mase::Chosen& chosen) {
    return test::message([&] {
      test::FakeContext context;
      context.open(chosen);
    });
  };
  CHECK(message(npz(file, {"idss"}, {"out"})).find("no array 'idss', did you mean 'ids'?") != std::string::npos);
  CHECK(message(npz(file, {"ids"}, {"short"})).find("differ in their number of rows") != std::string::npos);
  CHECK(message(npz(file, {}, {"out"})).find("at least one input") != std::string::npos);
  test::write(folder / "cut.npz", test::read(file).substr(0, 200));
  CHECK(message(npz(folder / "cut.npz", {"ids"}, {"out"})).find("not a whole .npz archive") != std::string::npos);
  std::string damaged = test::read(file);
  damaged[150] ^= 1;
  test::write(folder / "damaged.npz", damaged);
  CHECK(!message(npz(folder / "damaged.npz", {"ids"}, {"out"})).empty());
}
