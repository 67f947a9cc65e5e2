// data.npy: types, versions and orders of NumPy's format, and files that lie.
#include <catch2/catch.hpp>

#include "files.h"

using namespace test;
using Catch::Contains;
using mase::Map;

namespace {

const std::vector<float> kTwenty{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19};

std::vector<float> test_rows(const std::string& npy) {
  TempDir dir;
  write(dir / "x.npy", npy);
  write(dir / "y.npy", npy_header("<i4", "(10,)") + bytes_of(std::vector<int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  auto context = opened(dir, "data.npy", {{"inputs", "x.npy"}, {"targets", "y.npy"}, {"splits", ten_rows()}});
  CHECK(integers(whole(*context, "test").targets[0]) == std::vector<int64_t>{8, 9});
  return floats(whole(*context, "test").inputs[0]);
}

std::string refused(const std::string& npy) {
  TempDir dir;
  write(dir / "x.npy", npy);
  write(dir / "y.npy", npy_header("|u1", "(10,)") + std::string(10, '\0'));
  return refusal(dir, "data.npy", {{"inputs", "x.npy"}, {"targets", "y.npy"}, {"splits", ten_rows()}});
}

}  // namespace

TEST_CASE("data.npy reads every plain type in all three versions") {
  const std::vector<float> expected{16, 17, 18, 19};
  CHECK(test_rows(npy_header("<f4", "(10, 2)") + bytes_of(kTwenty)) == expected);
  CHECK(test_rows(npy_header("<f8", "(10, 2)", false, 2) +
                  bytes_of(std::vector<double>(kTwenty.begin(), kTwenty.end()))) == expected);
  CHECK(test_rows(npy_header("<i8", "(10, 2)", false, 3) +
                  bytes_of(std::vector<int64_t>(kTwenty.begin(), kTwenty.end()))) == expected);
  CHECK(test_rows(npy_header("<i2", "(10, 2)") + bytes_of(std::vector<int16_t>(kTwenty.begin(), kTwenty.end()))) ==
        expected);
  CHECK(test_rows(npy_header("|i1", "(10, 2)") + bytes_of(std::vector<int8_t>(kTwenty.begin(), kTwenty.end()))) ==
        expected);
  CHECK(test_rows(npy_header("|u1", "(10, 2)") + bytes_of(std::vector<uint8_t>(kTwenty.begin(), kTwenty.end()))) ==
        expected);
  // One half precision number per row: 0x4c00 is 16, 0x4c80 is 18.
  CHECK(test_rows(npy_header("<f2", "(10, 1)") +
                  bytes_of(std::vector<uint16_t>{0, 0, 0, 0, 0, 0, 0, 0, 0x4c00, 0x4c80})) ==
        std::vector<float>{16, 18});
}

TEST_CASE("data.npy turns Fortran order and takes a list of numbers as one feature") {
  // Column-major (10, 2): the first ten numbers are the first column.
  CHECK(test_rows(npy_header("<f4", "(10, 2)", true) + bytes_of(kTwenty)) == std::vector<float>{8, 18, 9, 19});
  CHECK(test_rows(npy_header("<f4", "(10,)") + bytes_of(std::vector<float>(kTwenty.begin(), kTwenty.begin() + 10))) ==
        std::vector<float>{8, 9});
}

TEST_CASE("data.npy keeps real targets as values") {
  TempDir dir;
  write(dir / "x.npy", npy_header("<f4", "(10, 2)") + bytes_of(kTwenty));
  auto context =
      opened(dir, "data.npy", {{"inputs", "x.npy"}, {"targets", "x.npy"}, {"scale", 0.5}, {"splits", ten_rows()}});
  CHECK(floats(whole(*context, "test").targets[0]) == std::vector<float>{16, 17, 18, 19});
  CHECK(floats(whole(*context, "test").inputs[0]) == std::vector<float>{8, 8.5, 9, 9.5});
}

TEST_CASE("data.npy believes no header") {
  const std::string good = npy_header("<f4", "(10, 2)") + bytes_of(kTwenty);
  CHECK_THAT(refused("PK\3\4 something else"), Contains("not a .npy file"));
  CHECK_THAT(refused(good.substr(0, 40)), Contains("longer than the file"));
  CHECK_THAT(refused(good.substr(0, good.size() - 1)), Contains("cut off"));
  CHECK_THAT(refused(good + "x"), Contains("1 bytes behind"));
  CHECK_THAT(refused(npy_header("<f4", "(10, 4611686018427387904)") + bytes_of(kTwenty)), Contains("cut off"));
  CHECK_THAT(refused(npy_header("<f4", "(99999999999999999999,)")), Contains("shape"));
  CHECK_THAT(refused(npy_header("<f4", "(-1, 2)")), Contains("shape"));
  CHECK_THAT(refused(npy_header(">f4", "(10, 2)") + bytes_of(kTwenty)), Contains("'>f4'") && Contains("little-endian"));
  CHECK_THAT(refused(npy_header("|O", "(10, 2)") + bytes_of(kTwenty)), Contains("'|O'"));
  CHECK_THAT(refused(npy_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (10,), }")),
             Contains("structured"));
  CHECK_THAT(refused(npy_header("{'descr': '<f4', 'shape': ")), Contains("header"));
  CHECK_THAT(refused(npy_header("<f4", "()") + bytes_of(std::vector<float>{1})), Contains("single number"));
  CHECK_THAT(refused(npy_header("<f4", "(9, 2)") + bytes_of(std::vector<float>(18))),
             Contains("10 targets for the 9 samples"));
  std::vector<float> broken = kTwenty;
  broken[7] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THAT(refused(npy_header("<f4", "(10, 2)") + bytes_of(broken)), Contains("sample 3, feature 1"));
  std::string other = good;
  other[6] = 9;
  CHECK_THAT(refused(other), Contains("version 9"));
}
