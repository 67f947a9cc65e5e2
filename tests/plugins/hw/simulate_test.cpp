// hw.simulate: what it refuses before it builds anything, the words on disk, and a design that lies.
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "design.h"

using namespace mase;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

// An emitted design and samples for it.
struct Emitted : test::Workshop {
  Graph graph = test::quantized_graph();
  Emitted() {
    context.open(Chosen("data.toy", {{"kind", "blobs"}, {"features", 16}, {"classes", 5}, {"samples", 100}}));
    run(graph, "hw.emit");
  }
  std::string failure(Map with = {}) {
    try {
      run(graph, "hw.simulate", std::move(with));
    } catch (const std::exception& e) {
      return e.what();
    }
    return {};
  }
};

bool has_verilator() {
  if (std::system("command -v verilator >/dev/null 2>&1") == 0) return true;
  std::cout << "SKIP: verilator is not installed\n";
  return false;
}

std::vector<int64_t> words(const std::string& file) {
  const std::string bytes = test::read(file);
  std::vector<int64_t> w(bytes.size() / sizeof(int64_t));
  std::copy(bytes.begin(), bytes.begin() + static_cast<int64_t>(w.size() * sizeof(int64_t)),
            reinterpret_cast<char*>(w.data()));
  return w;
}

}  // namespace

TEST_CASE("hw.simulate needs an emitted design, of this graph") {
  test::Workshop shop;
  Graph graph = test::quantized_graph();
  CHECK_THAT(shop.refusal(graph, "hw.simulate"), Contains("no emitted design") && Contains("hardware"));
  Emitted emitted;
  std::string design = test::read(emitted.dir / "hardware/design.json");
  for (size_t at = design.find("\"relu1\""); at != design.npos; at = design.find("\"relu1\"", at))
    design.replace(at, 7, "\"gone1\"");
  test::write(emitted.dir / "hardware/design.json", design);
  CHECK_THAT(emitted.failure(), Contains("names the node 'gone1', which the graph lacks"));
}

TEST_CASE("a simulation that could not fail is a failure") {
  Emitted emitted;
  emitted.graph.set_tensor("fc1.weight", at::zeros({8, 16}));
  CHECK_THAT(emitted.failure(), Contains("every sample gives the same output"));
}

TEST_CASE("every word is compared, and a changed memory is found at its node") {
  if (!has_verilator()) return;
  Emitted emitted;
  INFO(emitted.context.log);
  REQUIRE(emitted.failure({{"samples", 8}, {"split", "test"}}) == "");
  const Map& reported = emitted.context.reported;
  CHECK(reported.at("mismatches") == Value(0));
  CHECK(reported.at("samples") == Value(8));
  CHECK(reported.at("words") == Value(2 * 8 * 5));               // at full speed and with pauses
  CHECK(reported.at("cycles_per_inference").as_double() >= 10);  // fc2 alone reads 5 rows of 2 tiles

  // The words on disk against the network in double: Q8.4 inputs, and the decoded result.
  const at::Tensor x = emitted.context.dataset("test").batch(0, 8).inputs.at(0);
  const std::vector<int64_t> in = words(emitted.dir / "hardware/vectors/data_in_0.bin");
  REQUIRE(in.size() == 8 * 16);
  for (int64_t i = 0; i < 8 * 16; ++i) {
    const double code = std::nearbyint(double{x[i / 16][i % 16].item<float>()} * 16);
    CHECK(in[static_cast<size_t>(i)] == static_cast<int64_t>(std::min(127.0, std::max(-128.0, code))));
  }

  // The sign bit of one weight's word in the emitted memory; the model is built already.
  const std::string rom = emitted.dir / "hardware/rtl/fc2_weight_rom.dat";
  std::string rows = test::read(rom);
  rows[0] = "89abcdef01234567"[std::stoi(rows.substr(0, 1), nullptr, 16)];
  test::write(rom, rows);
  CHECK_THAT(emitted.failure({{"samples", 8}, {"split", "test"}}),
             Contains("mismatches at full speed") && Contains("node 'fc2', data_out_0: sample"));
  CHECK(emitted.context.reported.at("mismatches").as_int() > 0);
}
