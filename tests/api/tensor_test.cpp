// Copy-on-write clones and generators.
#include "mase/tensor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ones.h>

#include <catch2/catch.hpp>

using namespace mase;

TEST_CASE("a lazy clone is separate from the moment that either side is written") {
  const at::Tensor a = at::ones({3});
  const at::Tensor b = lazy_clone(a), c = lazy_clone(b);
  CHECK(a.const_data_ptr() == c.const_data_ptr());
  b.fill_(7);
  CHECK(a[0].item<float>() == 1);
  CHECK(c[0].item<float>() == 1);
  a.fill_(9);
  CHECK(c[0].item<float>() == 1);
}

TEST_CASE("memory of others is copied at once") {
  float memory[2] = {1, 2};
  const at::Tensor a = at::from_blob(
      memory, {2}, [](void*) {}, at::TensorOptions().dtype(at::kFloat));
  const at::Tensor b = lazy_clone(a);
  memory[0] = 5;
  CHECK(b[0].item<float>() == 1);
}

TEST_CASE("equal streams give equal LibTorch generators") {
  const auto draw = [](uint64_t seed) { return at::empty({8}).uniform_(0, 1, torch_generator(Random(seed))); };
  CHECK(at::equal(draw(3), draw(3)));
  CHECK_FALSE(at::equal(draw(3), draw(4)));
}
