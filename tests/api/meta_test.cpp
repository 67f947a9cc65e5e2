// Metadata: grids, look-ups and attachments.
#include "mase/meta.h"

#include <catch2/catch.hpp>

using namespace mase;

TEST_CASE("a grid knows its range and its Q-notation") {
  const FixedPoint q44{8, 4, true}, uq26{8, 6, false}, big{8, -2, true};
  CHECK(q44.low() == -8.0);
  CHECK(q44.high() == 7.9375);
  CHECK(q44.str() == "Q4.4");
  CHECK(uq26.low() == 0.0);
  CHECK(uq26.high() == 255.0 / 64);
  CHECK(uq26.str() == "UQ2.6");
  CHECK(big.high() == 508.0);
  CHECK(big.low() == -512.0);
}

TEST_CASE("tensors are looked up by name, and the nearest one is suggested") {
  TensorMetas metas;
  metas.add("data_in_0").shape = {1, 4};
  metas.add("weight");
  CHECK(&metas.add("data_in_0") == &metas[0]);
  CHECK(metas.size() == 2);
  CHECK(metas.find("bias") == nullptr);
  CHECK_THROWS_WITH(metas.at("wieght"), Catch::Contains("did you mean 'weight'?"));
  CHECK(metas[1].type() == "float");
  CHECK(metas[1].precision() == std::vector<int64_t>{32});
}

namespace {
struct Mask {
  static constexpr const char* kKey = "prune.mask/1";
  double sparsity = 0;
  std::vector<int64_t> kept;
  static void schema(Schema<Mask>& s) {
    s.field("sparsity", &Mask::sparsity, "share of zeros");
    s.field("kept", &Mask::kept, "what stays");
  }
};
}  // namespace

TEST_CASE("an attached struct is data that can be read without its header") {
  Meta meta;
  CHECK_FALSE(meta.attached<Mask>());
  meta.attach(Mask{0.5, {1, 3}});
  CHECK(meta.attachments.at("prune.mask/1").as_map().at("sparsity") == Value(0.5));
  CHECK(meta.attached<Mask>()->kept == std::vector<int64_t>{1, 3});
}

TEST_CASE("the hardware branch is written and read by its schema") {
  HardwareMeta hardware;
  hardware.module = "fixed_linear";
  hardware.max_parallelism = {4, 4};
  hardware.verilog_param.set("DATA_IN_0_PRECISION_0", 8);
  HardwareMeta again;
  CHECK(parse(again, dump(hardware), "hardware").empty());
  CHECK(dump(again) == dump(hardware));
  CHECK(again.filled());
  CHECK_FALSE(HardwareMeta{}.filled());
}
