// safetensors files: the layout byte by byte, and a sentence for each way in which a file can lie.
#include "mase/safetensors.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "support/fake_components.h"
#include "support/scratch.h"

using namespace mase;
using Catch::Contains;
using test::error_of;

namespace {

// A file with this header and these data bytes, the header length as given or as it is.
std::string make(const std::string& header, const std::string& data, int64_t length = -1) {
  const uint64_t n = length < 0 ? header.size() : static_cast<uint64_t>(length);
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &n, 8);
  return bytes + header + data;
}

std::string refusal(const std::string& bytes) {
  test::Scratch scratch;
  const std::string file = scratch.write("t.safetensors", bytes);
  const std::string text = error_of([&] { read_safetensors(file); });
  CHECK_THAT(text, Contains("t.safetensors: "));
  return text;
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

std::string floats(std::initializer_list<float> values) {
  std::string bytes;
  for (const float v : values) bytes.append(reinterpret_cast<const char*>(&v), sizeof v);
  return bytes;
}

}  // namespace

TEST_CASE("a file written by hand is read") {
  test::Scratch scratch;
  // Not aligned, not sorted, with metadata and padding, as other writers may have it.
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[3,11]},)"
      R"("a":{"shape":[3,1],"dtype":"U8","data_offsets":[0,3]},"e":{"dtype":"I64","shape":[0],"data_offsets":[11,11]}}   )";
  const auto tensors = read_safetensors(scratch.write("f", make(header, "\x01\x02\xff" + floats({1.5f, -2.0f}))));
  REQUIRE(tensors.size() == 3);
  CHECK(tensors[0].first == "b");
  CHECK(at::equal(tensors[0].second, at::tensor({1.5f, -2.0f})));
  CHECK(tensors[1].first == "a");
  CHECK(at::equal(tensors[1].second, at::tensor({1, 2, 255}, at::kByte).view({3, 1})));
  CHECK(tensors[2].second.numel() == 0);
}

TEST_CASE("what is written has the layout of the format") {
  test::Scratch scratch;
  write_safetensors(scratch.file("f"),
                    {{"n", at::tensor({1, 0}, at::kByte).to(at::kBool)}, {"w", at::tensor({1.0f, 2.0f}).view({2, 1})}});
  const std::string bytes = test::read_bytes(scratch.file("f"));
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
  const std::string header = bytes.substr(8, length);
  // Wide elements come first, so that a mapped reader finds them aligned.
  CHECK(
      header.substr(0, header.find_last_of('}') + 1) ==
      R"({"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"n":{"dtype":"BOOL","shape":[2],"data_offsets":[8,10]}})");
  CHECK(bytes.substr(8 + length) == floats({1.0f, 2.0f}) + std::string("\x01\x00", 2));
}

TEST_CASE("every dtype survives") {
  test::Scratch scratch;
  NamedTensors tensors;
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort,
                                    at::kChar, at::kByte, at::kBool})
    tensors.emplace_back(c10::toString(type), at::arange(6).view({2, 3}).to(type));
  tensors.emplace_back("scalar", at::tensor(2.5));
  tensors.emplace_back("transposed", at::arange(6.0f).view({2, 3}).t());
  write_safetensors(scratch.file("f"), tensors);
  auto read = read_safetensors(scratch.file("f"));
  REQUIRE(read.size() == tensors.size());
  for (const auto& [key, tensor] : tensors) {
    const auto found = std::find_if(read.begin(), read.end(), [&key = key](const auto& r) { return r.first == key; });
    REQUIRE(found != read.end());
    CHECK(found->second.scalar_type() == tensor.scalar_type());
    CHECK(at::equal(found->second, tensor));
  }
}

TEST_CASE("a file that lies is refused with a sentence") {
  const std::string four = floats({1});
  CHECK_THAT(refusal(""), Contains("the file has 0 bytes"));
  CHECK_THAT(refusal("1234567"), Contains("the file has 7 bytes"));
  CHECK_THAT(refusal(make("{}", "", 3)), Contains("the header length is 3, but only 2 bytes follow"));
  CHECK_THAT(refusal(std::string(8, '\xff') + "{}"), Contains("the header length is 18446744073709551615"));
  CHECK_THAT(refusal(make("7", "")), Contains("the header is 7, expected a map"));
  CHECK_THAT(refusal(make(R"({"a":1})", "")), Contains("tensor 'a' is 1, expected a map"));
  CHECK_THAT(refusal(make(R"({"a":{"shape":{"a":1,"a":2}}})", "")), Contains("duplicate key 'a'"));
  CHECK_THAT(refusal(make("[1]", "")), Contains("the header is [1], expected a map"));
  CHECK_THAT(refusal(make("{\"a\":", "")), Contains("not valid JSON"));
  CHECK_THAT(refusal(make(std::string(5000, '['), "")), Contains("nested deeper"));
  CHECK_THAT(refusal(make(entry("F31", "[1]", "[0,4]"), four)), Contains("has dtype 'F31', expected one of F64, F32"));
  CHECK_THAT(refusal(make(entry("F32", "[1]", "[0,8]"), four)), Contains("lies at bytes 0 to 8, but the file has 4"));
  CHECK_THAT(refusal(make(entry("F32", "[1]", "[4,0]"), four)), Contains("lies at bytes 4 to 0"));
  CHECK_THAT(refusal(make(entry("F32", "[2]", "[0,4]"), four)),
             Contains("has 4 bytes, but its shape and dtype need 8"));
  CHECK_THAT(refusal(make(entry("F32", "[-1]", "[0,4]"), four)),
             Contains("shape holds -1, expected an integer of at least 0"));
  CHECK_THAT(refusal(make(entry("F32", "[1.0]", "[0,4]"), four)), Contains("shape holds 1.0"));
  CHECK_THAT(refusal(make(entry("F32", "[4294967296,4294967296]", "[0,4]"), four)),
             Contains("more elements than 63 bits count"));
  CHECK_THAT(refusal(make(entry("F32", "[0,9223372036854775807,4]", "[0,0]"), "")),
             Contains("more elements than 63 bits count"));
  CHECK_THAT(refusal(make(entry("F32", "[18446744073709551615]", "[0,4]"), four)), Contains("shape holds"));
  CHECK_THAT(refusal(make(entry("F32", "[1]", "[0]"), four)), Contains("has 1 data_offsets, expected 2"));
  CHECK_THAT(refusal(make(entry("F32", "[1]", "null"), four)), Contains("data_offsets is null, expected a list"));
  CHECK_THAT(refusal(make(R"({"a":{"dtype":"F32","shape":[1]}})", four)), Contains("tensor 'a' has no 'data_offsets'"));
  CHECK_THAT(refusal(make(R"({"a":[]})", "")), Contains("tensor 'a' is [], expected a map"));
  CHECK_THAT(refusal(make(R"({"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", four)), Contains("empty name"));
  const std::string one = R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  CHECK_THAT(refusal(make("{\"a\":" + one + ",\"a\":" + one + "}", four)), Contains("duplicate key 'a'"));
  CHECK_THAT(refusal(make("{\"a\":" + one + ",\"b\":" + one + "}", four)), Contains("overlaps"));
  CHECK_THAT(refusal(make(entry("F32", "[1]", "[4,8]"), four + four)),
             Contains("bytes 0 to 4 of the data belong to no tensor"));
  CHECK_THAT(refusal(make(entry("F32", "[1]", "[0,4]"), four + "x")), Contains("1 bytes follow the last tensor"));
  CHECK_THAT(refusal(make(entry("BOOL", "[1]", "[0,1]"), "\x02")), Contains("other than 0 and 1"));
  std::string many = "{", numbers = "[0";
  while (numbers.size() < 300'000) numbers += ",0";
  for (int i = 0; i < 60'000; ++i)
    many += (i ? ",\"" : "\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  CHECK_THAT(refusal(make(many + "}", "")), Contains("more than") && Contains("tensors, which a file of"));
  CHECK_THAT(refusal(make("{\"__metadata__\":" + numbers + "]}", "")), Contains("an entry of more than 100000 values"));
  std::string axes = "[1";
  for (int i = 0; i < 100; ++i) axes += ",1";
  CHECK_THAT(refusal(make(entry("F32", axes + "]", "[0,4]"), four)), Contains("has 101 axes, expected at most 64"));
}

TEST_CASE("a place that is no file is refused") {
  test::Scratch scratch;
  CHECK_THAT(error_of([&] { read_safetensors(scratch.file("absent")); }), Contains("cannot be opened"));
  CHECK_THAT(error_of([&] { read_safetensors(scratch.path().string()); }), Contains("no regular file"));
  CHECK_THAT(error_of([&] { write_safetensors(scratch.file("no/such/folder"), {}); }), Contains("cannot be written"));
}
