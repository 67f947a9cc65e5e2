// Bounds of memory that follow from a file's size.
#include "plugins/models/limits.h"

#include <catch2/catch.hpp>

#include "mase/error.h"

namespace {

bool fits(const std::string& json, uint64_t file_bytes) {
  try {
    models::check_json_size(json, file_bytes);
    return true;
  } catch (const mase::Error&) {
    return false;
  }
}

std::string zeros(size_t n) {
  std::string json = "[0";
  for (size_t i = 1; i < n; ++i) json += ",0";
  return json + "]";
}

}  // namespace

TEST_CASE("a file may take 64 MB and one and a half times its size") {
  CHECK(models::memory_for(0) == 64 << 20);
  CHECK(models::memory_for(1000) == (64 << 20) + 1500);
}

TEST_CASE("JSON is judged by its values, not by the signs in its texts") {
  CHECK(fits("{}", 2));
  CHECK(fits(zeros(100'000), 200'000));
  CHECK_FALSE(fits(zeros(1'000'000), 2'000'000));
  CHECK(fits(zeros(1'000'000), 100'000'000));
  const std::string commas(5'000'000, ',');
  CHECK(fits("\"" + commas + "\"", commas.size()));
  CHECK(fits("\"\\\"" + commas + "\"", commas.size()));
  CHECK_FALSE(fits("\"\\\\\"" + commas, commas.size()));
}
