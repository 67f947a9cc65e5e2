// data.csv: cells, columns, labels, and errors that name row and column.
#include <catch2/catch.hpp>

#include "files.h"

using namespace test;
using Catch::Contains;
using mase::List;
using mase::Map;

namespace {

std::string ten(const std::string& header) {
  std::string text = header;
  for (int i = 0; i < 10; ++i)
    text += std::to_string(i) + "," + std::to_string(i * 0.5) + "," + (i % 3 ? "cat" : "ape") + "\n";
  return text;
}

std::string bad_row(const TempDir& dir, const std::string& row, Map with = {}) {
  write(dir / "t.csv", ten("a,b,kind\n") + row);
  with.set("file", "t.csv");
  return refusal(dir, "data.csv", with);
}

}  // namespace

TEST_CASE("data.csv reads named columns and sorts class names") {
  TempDir dir;
  write(dir / "t.csv", ten("a,b,kind\n"));
  auto context = opened(dir, "data.csv", {{"file", "t.csv"}, {"splits", ten_rows()}});
  const auto train = whole(*context, "train"), test = whole(*context, "test");
  CHECK(floats(train.inputs[0]) == std::vector<float>{0, 0, 1, .5, 2, 1, 3, 1.5, 4, 2, 5, 2.5});
  CHECK(integers(train.targets[0]) == std::vector<int64_t>{0, 1, 1, 0, 1, 1});  // ape, cat
  CHECK(floats(test.inputs[0]) == std::vector<float>{8, 4, 9, 4.5});
  CHECK(integers(test.targets[0]) == std::vector<int64_t>{1, 0});
}

TEST_CASE("data.csv takes features, label and class order as the recipe names them") {
  TempDir dir;
  write(dir / "t.csv.gz", gzipped(ten("a,b,kind\n")));
  auto context = opened(dir, "data.csv",
                        {{"file", "t.csv.gz"},
                         {"features", List{"b"}},
                         {"label", "kind"},
                         {"classes", List{"cat", "ape"}},
                         {"splits", ten_rows()}});
  CHECK(floats(whole(*context, "validation").inputs[0]) == std::vector<float>{3, 3.5});
  CHECK(integers(whole(*context, "validation").targets[0]) == std::vector<int64_t>{1, 0});
}

TEST_CASE("data.csv predicts numbers, splits at other delimiters and understands quotes") {
  TempDir dir;
  std::string text;
  for (int i = 0; i < 10; ++i)
    text += "\"" + std::to_string(i) + "\"; " + std::to_string(i) + "e-1 ;+" + std::to_string(i * i) + "\r\n";
  write(dir / "t.csv", text);
  auto context = opened(dir, "data.csv",
                        {{"file", "t.csv"},
                         {"delimiter", ";"},
                         {"header", false},
                         {"label", 2},
                         {"task", "regression"},
                         {"splits", ten_rows()}});
  const auto test = whole(*context, "test");
  CHECK(floats(test.inputs[0]) == std::vector<float>{8, .8f, 9, .9f});
  CHECK(test.targets[0].sizes() == at::IntArrayRef{2, 1});
  CHECK(floats(test.targets[0]) == std::vector<float>{64, 81});
}

TEST_CASE("data.csv names the row and the column of a bad cell") {
  TempDir dir;
  CHECK_THAT(bad_row(dir, "10,oops,cat\n"), Contains("t.csv:12:2") && Contains("'oops'") && Contains("('b')"));
  CHECK_THAT(bad_row(dir, "10,,cat\n"), Contains("t.csv:12:2") && Contains("not a number"));
  CHECK_THAT(bad_row(dir, "nan,1,cat\n"), Contains("t.csv:12:1") && Contains("finite"));
  CHECK_THAT(bad_row(dir, "1e999,1,cat\n"), Contains("t.csv:12:1"));
  CHECK_THAT(bad_row(dir, "1e99,1,cat\n"), Contains("t.csv:12:1"));  // no float32
  CHECK_THAT(bad_row(dir, "1,2\n"), Contains("t.csv:12") && Contains("2 cells, expected 3"));
  CHECK_THAT(bad_row(dir, "1,2,\n"), Contains("t.csv:12:3") && Contains("empty label"));
  CHECK_THAT(bad_row(dir, "1,\"2,cat\n"), Contains("never closed"));
  CHECK_THAT(bad_row(dir, "1,2,cat\n", {{"label", "knd"}}), Contains("no column 'knd'") && Contains("'kind'"));
  CHECK_THAT(bad_row(dir, "1,2,cat\n", {{"label", 7}}), Contains("no column 7"));
  CHECK_THAT(bad_row(dir, "1,2,cow\n", {{"classes", List{"ape", "cat"}}}), Contains("label 'cow'"));
  CHECK_THAT(bad_row(dir, "1,2,cat\n", {{"features", List{"kind"}}}), Contains("both label and feature"));
  CHECK_THAT(bad_row(dir, "1,2,cat\n", {{"header", false}}), Contains("t.csv:1:1") && Contains("header: true"));
}

TEST_CASE("data.csv lists the columns, and says how it came to read one as it did") {
  TempDir dir;
  CHECK_THAT(bad_row(dir, "1,2,cat\n", {{"label", "target"}}),
             Contains("t.csv has no column 'target'") && Contains("columns are: a, b, kind"));
  CHECK_THAT(bad_row(dir, "1,2,cat\n", {{"label", 7}}), Contains("no column 7, its rows have 3 cells"));
  write(dir / "first.csv", "kind,a,b\ncat,1,2\n");
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "first.csv"}}),
             Contains("'cat' in column 0 ('kind') is not a number") &&
                 Contains("the label is the last column ('b'), unless 'label' names another"));
  write(dir / "semicolons.csv", "a;b;kind\n1;2;cat\n");
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "semicolons.csv"}}), Contains("delimiter: \";\""));
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "absent.csv"}}),
             Contains("(looked at " + (std::filesystem::absolute(dir.path()) / "absent.csv").string()));
}

TEST_CASE("data.csv refuses files without rows, and labels that are no class indices") {
  TempDir dir;
  write(dir / "e.csv", ""), write(dir / "h.csv", "a,b\n"), write(dir / "n.csv", "a,b\n1,-1\n2,0\n3,1\n");
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "e.csv"}}), Contains("no rows"));
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "h.csv"}}), Contains("header but no rows"));
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "n.csv"}}), Contains("label -1"));
}

TEST_CASE("files that are absent, folders, cut off or damaged are refused by name") {
  TempDir dir;
  const std::string gz = gzipped(ten("a,b,kind\n"));
  write(dir / "cut.gz", gz.substr(0, gz.size() - 9));
  std::string flipped = gz;
  flipped[flipped.size() / 2] ^= 0x55;
  write(dir / "flipped.gz", flipped);
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "none.csv"}}), Contains("no file 'none.csv'"));
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "."}}), Contains("is a folder"));
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "/dev/null"}}), Contains("not a regular file"));
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "cut.gz"}}), Contains("cut.gz") && Contains("cut off"));
  CHECK_THAT(refusal(dir, "data.csv", {{"file", "flipped.gz"}}), Contains("flipped.gz"));
}

TEST_CASE("the jet rows as CSV equal the same rows as .npy") {
  const std::string csv = shared("jsc/jsc_hlf_5120.csv.gz");
  if (csv.empty()) return;
  TempDir dir;
  const mase::Value rows =
      Map{{"rows", Map{{"train", List{0, 3277}}, {"validation", List{3277, 4096}}, {"test", List{4096, 5120}}}}};
  auto a = opened(dir, "data.csv", {{"file", csv}, {"splits", rows}});
  auto b = opened(
      dir, "data.npy",
      {{"inputs", shared("jsc/X_5120x16_f32.npy")}, {"targets", shared("jsc/y_5120_i64.npy")}, {"splits", rows}});
  for (const char* split : {"train", "validation", "test"}) {
    CHECK(whole(*a, split).inputs[0].equal(whole(*b, split).inputs[0]));
    CHECK(whole(*a, split).targets[0].equal(whole(*b, split).targets[0]));
  }
  // NumPy's figures for column 3, fitted on the training rows alone.
  auto s = opened(dir, "data.csv", {{"file", csv}, {"splits", rows}, {"standardize", true}});
  CHECK(floats(whole(*s, "test").inputs[0].narrow(0, 0, 1))[3] == Approx(-0.05409026).epsilon(1e-5));
}
