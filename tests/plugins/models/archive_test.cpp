// Zip archives: what lies where, and a sentence for each way in which one can deceive.
#include "plugins/models/archive.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <zip.h>

#include <catch2/catch.hpp>

#include "support/fake_components.h"
#include "support/scratch.h"
#include "zip_bytes.h"

using Catch::Contains;
using models::Archive;
using test::error_of;
using test::ZipMember;

namespace {

std::string float_bytes(int64_t n) {
  const at::Tensor values = at::arange(n, at::kFloat);
  return {static_cast<const char*>(values.const_data_ptr()), values.nbytes()};
}

std::string archive_refusal(const std::string& bytes) {
  test::Scratch scratch;
  const std::string file = scratch.write("a.zip", bytes);
  const std::string text = error_of([&] { Archive archive(file); });
  CHECK_THAT(text, Contains("a.zip: "));
  return text;
}

// The archive with a deflated member that inflates to `bytes` zeros; its directory may claim another size.
std::string bomb(uint64_t bytes, int64_t claimed = -1) {
  test::Scratch scratch;
  int error = 0;
  zip_t* zip = zip_open(scratch.file("a.zip").c_str(), ZIP_CREATE, &error);
  REQUIRE(zip);
  const std::string zeros(bytes, '\0');
  zip_file_add(zip, "z", zip_source_buffer(zip, zeros.data(), zeros.size(), 0), 0);
  REQUIRE(zip_close(zip) == 0);
  std::string file = test::read_bytes(scratch.file("a.zip"));
  if (claimed >= 0) file.replace(file.rfind("PK\1\2") + 24, 4, test::little(static_cast<uint64_t>(claimed), 4));
  return file;
}

}  // namespace

TEST_CASE("an archive lists its members without the folder that all share") {
  test::Scratch scratch;
  const std::string values = float_bytes(20'000);
  const Archive archive(scratch.write(
      "a.zip", test::zip_bytes(
                   {{"net.v1/", ""}, {"net.v1/data.pkl", "text"}, {"net.v1/data/0", values}, {"net.v1/empty", ""}})));
  CHECK(archive.folder() == "net.v1/");
  CHECK(archive.members() == std::vector<std::string>{"data.pkl", "data/0", "empty"});
  CHECK(archive.has("data.pkl"));
  CHECK_FALSE(archive.has("net.v1/data.pkl"));
  CHECK(archive.text("data.pkl") == "text");
  CHECK(archive.text("empty").empty());
  CHECK(archive.size("data/0") == 80'000);
  const at::Tensor t = archive.tensor("data/0", at::kFloat, {100, 200});
  CHECK(at::equal(t, at::arange(20'000, at::kFloat).view({100, 200})));
  CHECK(reinterpret_cast<uintptr_t>(t.const_data_ptr()) % 64 == 0);  // where it lies in the file: not copied
  CHECK(at::equal(archive.tensor("data/0", at::kFloat, {2}, 8), at::arange(2.0f, 4.0f)));
  CHECK(archive.tensor("empty", at::kFloat, {0}).numel() == 0);
  CHECK_THAT(error_of([&] { archive.text("data.plk"); }), Contains("no member 'data.plk', did you mean 'data.pkl'?"));
  CHECK_THAT(error_of([&] { archive.text("data/0", 1000); }), Contains("has 80000 bytes, expected at most 1000"));
  CHECK_THAT(error_of([&] { archive.tensor("data/0", at::kFloat, {20'001}); }), Contains("80000 bytes, fewer than"));
  CHECK_THAT(error_of([&] { archive.tensor("data/0", at::kFloat, {1}, 80'000); }), Contains("fewer than"));
  CHECK_THAT(error_of([&] { archive.tensor("data/0", at::kFloat, {1}, UINT64_MAX); }), Contains("fewer than"));
  CHECK_THAT(error_of([&] { archive.tensor("data/0", at::kFloat, {-1}); }), Contains("axis of -1"));
  CHECK_THAT(error_of([&] {
               archive.tensor("data/0", at::kFloat, {int64_t{1} << 40, int64_t{1} << 40, 16});
             }),
             Contains("fewer than"));
}

TEST_CASE("a deflated member is inflated, but not to more than the file can account for") {
  test::Scratch scratch;
  const Archive small(scratch.write("a.zip", bomb(200)));
  CHECK(small.text("z") == std::string(200, '\0'));
  CHECK(at::equal(small.tensor("z", at::kByte, {100}, 50), at::zeros({100}, at::kByte)));
  const Archive big(scratch.write("b.zip", bomb(100 << 20)));
  CHECK_THAT(error_of([&] { big.text("z"); }), Contains("has 104857600 bytes, expected at most 67108864"));
  CHECK_THAT(error_of([&] { big.tensor("z", at::kByte, {1}); }), Contains("one and a half times the file"));
  const Archive text(scratch.write("t.zip", bomb(3 << 20)));
  CHECK(text.text("z").size() == 3 << 20);
  CHECK_THAT(error_of([&] { text.text("z"); }), Contains("texts inflate to more than twice the file"));  // 6 MB in all
  const Archive liar(scratch.write("c.zip", bomb(100 << 20, 100)));
  CHECK_THAT(error_of([&] { liar.text("z"); }), Contains("c.zip: ") && Contains("100 bytes that it claims"));
  CHECK_THAT(error_of([&] { liar.tensor("z", at::kByte, {100}); }), Contains("100 bytes that it claims"));
}

TEST_CASE("an archive that deceives is refused with a sentence") {
  for (const char* name : {"../x", "a/../../x", "/etc/passwd", "a/..", "..", "\\x", "a\\..\\x", "C:x"})
    CHECK_THAT(archive_refusal(test::zip_bytes({{"a", "b"}, {name, "x"}})), Contains("outside of the archive's own"));
  CHECK_THAT(archive_refusal(test::zip_bytes({{"", "x"}})), Contains("outside of the archive's own"));
  CHECK_THAT(archive_refusal(test::zip_bytes({{"a", "x"}, {"a", "y"}})), Contains("two members of the archive"));
  CHECK_THAT(archive_refusal(test::zip_bytes({{"a", "x", -1, 0, 1}})), Contains("'a' is encrypted"));
  CHECK_THAT(archive_refusal(test::zip_bytes({{"a", "x", -1, 12}})), Contains("compressed by method 12"));
  CHECK_THAT(archive_refusal(test::zip_bytes({{"a", "x", 2}})), Contains("size that contradicts itself"));
  CHECK_THAT(archive_refusal("PK\3\4 and no more"), Contains("no whole zip archive"));
  CHECK_THAT(archive_refusal("something else"), Contains("is no zip archive"));
  const std::string whole = test::zip_bytes({{"a", float_bytes(100)}});
  CHECK_THAT(archive_refusal(whole.substr(0, whole.size() - 30)), Contains("no whole zip archive"));
  // A zip64 record that claims 2^40 members.
  const std::string record = "PK\6\6" + test::little(44, 8) + test::little(45, 2) + test::little(45, 2) +
                             test::little(0, 8) + test::little(1ull << 40, 8) + test::little(1ull << 40, 8) +
                             test::little(46ull << 40, 8) + test::little(0, 8);
  const std::string locator = "PK\6\7" + test::little(0, 4) + test::little(4, 8) + test::little(1, 4);
  const std::string end =
      "PK\5\6" + test::little(0, 4) + test::little(0xffffffff, 4) + test::little(~0ull, 8) + test::little(0, 2);
  CHECK_THAT(archive_refusal("PK\3\4" + record + locator + end), Contains("claims more than 100000 members"));
}

TEST_CASE("a damaged member is refused when it is read") {
  test::Scratch scratch;
  std::string bytes = test::zip_bytes({{"f/text", "some text"}, {"f/0", float_bytes(20'000)}});
  bytes[bytes.find("some text")] ^= 1;
  bytes[bytes.find(float_bytes(100)) + 50'000] ^= 1;
  const Archive archive(scratch.write("a.zip", bytes));
  CHECK_THAT(error_of([&] { archive.text("text"); }), Contains("'text' is damaged"));
  CHECK_THAT(error_of([&] { archive.tensor("0", at::kFloat, {1}); }), Contains("'0' is damaged"));
}
