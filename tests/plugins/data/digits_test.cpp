// data.digits and the splits that all data sets share.
#include <catch2/catch.hpp>

#include <map>
#include <numeric>
#include <set>

#include "files.h"

using namespace test;
using Catch::Contains;
using mase::List;
using mase::Map;

namespace {

std::map<int64_t, int64_t> histogram(const at::Tensor& labels) {
  std::map<int64_t, int64_t> out;
  for (int64_t label : integers(labels)) ++out[label];
  return out;
}

std::string splits_refusal(const TempDir& dir, Map splits) {
  return refusal(dir, "data.toy", {{"samples", 100}, {"splits", std::move(splits)}});
}

}  // namespace

TEST_CASE("data.digits has the classes and pixels of the UCI test set") {
  TempDir dir;
  auto context = opened(dir, "data.digits", {});
  // scikit-learn's class counts and pixel sum of load_digits().
  const int64_t expected[] = {178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
  std::map<int64_t, int64_t> counts;
  double sum = 0;
  for (const char* split : {"train", "validation", "test"}) {
    const auto batch = whole(*context, split);
    CHECK(batch.inputs[0].size(1) == 64);
    for (const auto& [label, n] : histogram(batch.targets[0])) counts[label] += n;
    for (float v : floats(batch.inputs[0])) sum += 16.0 * v;
  }
  for (int64_t k = 0; k < 10; ++k) CHECK(counts[k] == expected[k]);
  CHECK(sum == 561718.0);
  CHECK(context->dataset("test").size() == 360);
  CHECK(context->dataset("validation").size() == 360);
  CHECK(context->dataset("train").size() == 1077);
}

TEST_CASE("stratified splits keep the proportions of the classes, disjointly") {
  TempDir dir;
  auto context = opened(dir, "data.digits", {{"flatten", false}});
  const auto test = whole(*context, "test");
  CHECK(test.inputs[0].sizes() == at::IntArrayRef{360, 1, 8, 8});
  for (const auto& [label, n] : histogram(test.targets[0])) CHECK((n >= 34 && n <= 37));  // a fifth of 174...183
  std::set<std::vector<float>> images;
  for (const char* split : {"train", "validation", "test"}) {
    const auto x = whole(*context, split).inputs[0].reshape({-1, 64});
    for (int64_t i = 0; i < x.size(0); ++i) images.insert(floats(x.narrow(0, i, 1)));
  }
  CHECK(images.size() == 1797);  // no image is twice in the data, none is lost
}

TEST_CASE("the same splits come again whatever the run's seed, and another splits seed moves rows") {
  TempDir dir;
  FakeContext a, b, c;
  b.seed = 99;
  a.open(mase::Chosen("data.digits")), b.open(mase::Chosen("data.digits"));
  c.open(mase::Chosen("data.digits", {{"splits", Map{{"seed", 1}}}}));
  CHECK(whole(a, "test").inputs[0].equal(whole(b, "test").inputs[0]));
  CHECK_FALSE(whole(a, "test").inputs[0].equal(whole(c, "test").inputs[0]));
}

TEST_CASE("a sample has the shape that the recipe gives it") {
  TempDir dir;
  auto context = opened(dir, "data.digits", {{"shape", List{4, 16}}});
  CHECK(context->dataset("train").batch(0, 2).inputs[0].sizes() == at::IntArrayRef{2, 4, 16});
  CHECK_THAT(refusal(dir, "data.digits", {{"shape", List{3, 5}}}), Contains("64 values") && Contains("'shape'"));
}

TEST_CASE("batches are narrow views, short at the end, refused beyond it") {
  TempDir dir;
  auto context = opened(dir, "data.digits", {});
  const auto& split = context->dataset("test");
  const auto one = split.batch(0, 100), two = split.batch(300, 100);
  CHECK(one.inputs[0].storage().data() == two.inputs[0].storage().data());
  CHECK(two.inputs[0].size(0) == 60);
  CHECK_THAT(message([&] { split.batch(360, 1); }), Contains("which has 360"));
  CHECK_THAT(message([&] { context->data->size("tset"); }), Contains("'test'"));
}

TEST_CASE("standardisation is fitted on the training split only") {
  TempDir dir;
  std::string text = "x,y\n";
  for (int i = 0; i < 10; ++i) text += std::to_string(i < 6 ? i : 100 + i) + "," + std::to_string(i % 2) + "\n";
  write(dir / "t.csv", text);
  auto context = opened(dir, "data.csv", {{"file", "t.csv"}, {"standardize", true}, {"splits", ten_rows()}});
  // Mean of 0...5 is 2.5, variance 35/12.
  CHECK(floats(whole(*context, "train").inputs[0])[0] == Approx(-2.5 / std::sqrt(35.0 / 12)));
  CHECK(floats(whole(*context, "test").inputs[0])[1] == Approx((109 - 2.5) / std::sqrt(35.0 / 12)));
}

TEST_CASE("images are standardised per channel, constant features become zero") {
  TempDir dir;
  std::vector<uint8_t> bytes;  // 10 images of 2 channels of 1x2 pixels: channel 0 is 0 and 2, channel 1 is always 7
  for (int i = 0; i < 10; ++i) bytes.insert(bytes.end(), {0, 2, 7, 7});
  write(dir / "x.npy", npy_header("|u1", "(10, 2, 1, 2)") + bytes_of(bytes));
  write(dir / "y.npy", npy_header("|u1", "(10,)") + std::string(10, '\1'));
  auto context = opened(dir, "data.npy",
                        {{"inputs", "x.npy"}, {"targets", "y.npy"}, {"standardize", true}, {"splits", ten_rows()}});
  CHECK(floats(whole(*context, "test").inputs[0]) == std::vector<float>{-1, 1, 0, 0, -1, 1, 0, 0});
}

TEST_CASE("fractions round up as scikit-learn's, and splits in order stay in order") {
  TempDir dir;
  std::string text = "x,y\n";
  for (int i = 0; i < 11; ++i) text += std::to_string(i) + ",0\n";
  write(dir / "t.csv", text);
  auto context = opened(dir, "data.csv",
                        {{"file", "t.csv"}, {"splits", Map{{"shuffle", false}, {"validation", 0.1}, {"test", 0.2}}}});
  CHECK(floats(whole(*context, "train").inputs[0]) == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(floats(whole(*context, "validation").inputs[0]) == std::vector<float>{6, 7});
  CHECK(floats(whole(*context, "test").inputs[0]) == std::vector<float>{8, 9, 10});
}

TEST_CASE("splits that overlap, leave the data or contradict themselves are refused") {
  TempDir dir;
  const auto rows = [](List train, List test) { return Map{{"rows", Map{{"train", train}, {"test", test}}}}; };
  CHECK_THAT(splits_refusal(dir, rows({0, 60}, {50, 100})), Contains("'train' and 'test' overlap"));
  CHECK_THAT(splits_refusal(dir, rows({0, 60}, {60, 101})), Contains("ends at row 101"));
  CHECK_THAT(splits_refusal(dir, rows({60, 60}, {0, 10})), Contains("[first, end)"));
  CHECK_THAT(splits_refusal(dir, rows({0}, {60, 70})), Contains("[first, end)"));
  CHECK_THAT(splits_refusal(dir, rows({}, {})), Contains("names no rows"));
  Map rested = rows({}, {60, 70});
  CHECK(splits_refusal(dir, rested).empty());  // a finished model needs no rows to train on
  CHECK_THAT(refusal(dir, "data.toy", {{"samples", 100}, {"standardize", true}, {"splits", rested}}),
             Contains("there are none"));
  CHECK_THAT(splits_refusal(dir, {{"validation", 0.9}, {"test", 0.9}}), Contains("twentieth"));
  CHECK_THAT(splits_refusal(dir, {{"validation", 2}}), Contains("2"));
  Map both = rows({0, 60}, {60, 100});
  both.set("seed", 3);
  CHECK_THAT(splits_refusal(dir, both), Contains("'seed' has no meaning"));
}

TEST_CASE("an empty split is refused when it is asked for, with the remedy") {
  TempDir dir;
  auto context = opened(dir, "data.toy", {{"samples", 100}, {"splits", Map{{"rows", Map{{"train", List{0, 100}}}}}}});
  CHECK(context->dataset("test").size() == 0);
  CHECK_THAT(message([&] { context->dataset("test").batch(0, 1); }), Contains("which has 0") && Contains("'splits'"));
}
