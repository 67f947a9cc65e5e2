// Files of weights with a bit flipped or an end missing: the right tensors or a sentence, and nothing else.
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/sum.h>

#include <catch2/catch.hpp>
#include <map>

#include "mase/random.h"
#include "pickle_bytes.h"
#include "plugins/models/state_dict.h"
#include "support/fake_components.h"
#include "support/scratch.h"

using namespace test;

namespace {

constexpr int kPlaces = 2000;

at::Tensor damage_weight() { return at::arange(6000, at::kFloat).view({60, 100}); }  // enough to be mapped

std::string honest_pt() {
  const at::Tensor weight = damage_weight();
  const std::string bytes(static_cast<const char*>(weight.const_data_ptr()), weight.nbytes());
  const auto tensor = [](const char* key, int64_t rows) {
    return pickled_tensor(pickled_storage("FloatStorage", key, rows * 100), 0, {rows, 100}, {100, 1});
  };
  return pt_bytes(pickled(pickled_dict({pickled_text("fc1.weight"), tensor("0", 60), pickled_text("fc2.weight"),
                                        tensor("1", 2), pickled_text("epoch"), "K\5"})),
                  {bytes, bytes.substr(0, 800)});
}

// Refused with an Error that names the file, or read; anything else ends the test.
bool is_read(const Scratch& scratch, const std::string& bytes, mase::NamedTensors& tensors) {
  const std::string file = scratch.write("w", bytes);
  try {
    tensors = models::read_state_dict(file);
    return true;
  } catch (const mase::Error& e) {
    CHECK(std::string(e.what()).find(file) != std::string::npos);
    CHECK(std::string(e.what()).size() < 600);
    return false;
  }
}

void flip(std::string& bytes, uint64_t bit) { bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8)); }

}  // namespace

TEST_CASE("a bit flipped in a .pt file is seen, or lies where it has no meaning") {
  Scratch scratch;
  const std::string whole = honest_pt();
  mase::NamedTensors tensors;
  REQUIRE(is_read(scratch, whole, tensors));
  REQUIRE(tensors.size() == 2);
  mase::Random random(11);
  int refused = 0;
  for (int i = 0; i < kPlaces; ++i) {
    std::string bytes = whole;
    // Half of the places outside of the values, where all that is believed about them stands.
    const size_t values = whole.find(std::string(8, '\0') + "\x80\x3f"), from = values + 24'000;
    const uint64_t bit =
        i % 2 ? random.below(whole.size() * 8) : (from + random.below(whole.size() - from)) * 8 + random.below(8);
    flip(bytes, bit);
    INFO("bit " << bit);
    if (!is_read(scratch, bytes, tensors)) {
      ++refused;
      continue;
    }
    REQUIRE(tensors.size() == 2);
    CHECK(tensors[0].first == "fc1.weight");
    CHECK(at::equal(tensors[0].second, damage_weight()));
    CHECK(at::equal(tensors[1].second, damage_weight().narrow(0, 0, 2)));
  }
  CHECK(refused > kPlaces / 2);
}

TEST_CASE("a bit flipped in a .safetensors file gives a sound table of tensors or a sentence") {
  Scratch scratch;
  mase::write_safetensors(scratch.file("honest"),
                          {{"fc1.weight", damage_weight()}, {"fc2.weight", damage_weight()[0]}});
  const std::string whole = read_bytes(scratch.file("honest"));
  const size_t header = whole.find('\0', 8);
  mase::Random random(12);
  for (int i = 0; i < kPlaces; ++i) {
    std::string bytes = whole;
    flip(bytes, random.below((i % 2 ? whole.size() : header) * 8));
    mase::NamedTensors tensors;
    if (!is_read(scratch, bytes, tensors)) continue;
    // The format has no checksum: names and values may differ, but every byte is somewhere and readable.
    size_t total = 0;
    for (const auto& [name, tensor] : tensors) {
      total += tensor.nbytes();
      CHECK(tensor.to(at::kDouble).sum().numel() == 1);
    }
    CHECK(total == damage_weight().nbytes() + 400);
  }
}

TEST_CASE("a file of weights that ends early is refused wherever it ends") {
  Scratch scratch;
  mase::write_safetensors(scratch.file("honest"), {{"fc1.weight", damage_weight()}});
  mase::NamedTensors tensors;
  for (const std::string& whole : {honest_pt(), read_bytes(scratch.file("honest"))})
    for (int i = 0; i < kPlaces; ++i) {
      const size_t size = whole.size() * static_cast<size_t>(i) / kPlaces;
      INFO("cut to " << size << " of " << whole.size() << " bytes");
      CHECK_FALSE(is_read(scratch, whole.substr(0, size), tensors));
    }
}
