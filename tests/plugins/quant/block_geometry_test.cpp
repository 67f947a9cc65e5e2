// Shapes of blocks from the recipe, and where their elements lie, against counting element by element.
#include "plugins/quant/block_geometry.h"

#include <catch2/catch.hpp>
#include <set>

using namespace mase;
using namespace mase::quant;

namespace {

BlockShape parsed(const Value& v) {
  Problems problems;
  BlockShape b;
  Codec<BlockShape>::read(b, v, problems);
  if (!problems.empty()) throw problems.front();
  return b;
}

Shape block_of(const Value& v, bool skip, const Shape& shape) { return block_geometry(parsed(v), skip, shape).block; }

// The number of the block that the element at `place` (in C order) belongs to.
int64_t block_at(const BlockGeometry& g, int64_t place) {
  int64_t block = 0, stride = 1;
  for (size_t axis = g.shape.size(); axis-- > 0;) {
    block += place % g.shape[axis] / g.block[axis] * stride;
    stride *= (g.shape[axis] + g.block[axis] - 1) / g.block[axis];
    place /= g.shape[axis];
  }
  return block;
}

}  // namespace

TEST_CASE("a block shape means what MASE means by it") {
  CHECK(block_of(List{4}, false, {2, 4}) == Shape{2, 4});
  CHECK(block_of(List{1, 4}, false, {2, 4}) == Shape{1, 4});
  CHECK(block_of(List{4}, true, {2, 4}) == Shape{1, 4});
  CHECK(block_of(List{4}, true, {2, 3, 4}) == Shape{1, 3, 4});
  CHECK(block_of(List{4, 4}, false, {21}) == Shape{4});
  CHECK(block_of(List{16}, true, {21}) == Shape{16});
  CHECK(block_of(List{-1, 2}, false, {5, 7}) == Shape{5, 2});
  CHECK(block_of(Map{{"axis", -2}, {"size", 32}}, true, {3, 64, 5}) == Shape{1, 32, 1});
  CHECK(block_of(Map{{"size", 32}}, true, {3, 5}) == Shape{1, 5});
  CHECK(block_geometry(parsed(List{4}), true, {}).block.empty());
  CHECK_THROWS_AS(block_of(Map{{"axis", 2}, {"size", 4}}, true, {3, 5}), Error);
  CHECK(Codec<BlockShape>::write(parsed(List{1, 16})) == Value(List{1, 16}));
  CHECK(Codec<BlockShape>::write(BlockShape::along(-1, 32)) == Value(Map{{"axis", -1}, {"size", 32}}));
}

TEST_CASE("every element lies in the block that counting finds, once") {
  const std::vector<std::pair<Shape, Shape>> cases = {{{1}, {1}},
                                                      {{7}, {3}},
                                                      {{6, 32}, {1, 16}},
                                                      {{6, 20}, {1, 16}},
                                                      {{5, 20}, {4, 4}},
                                                      {{8, 32}, {8, 16}},
                                                      {{8, 32}, {8, 32}},
                                                      {{4, 3, 5}, {1, 2, 1}},
                                                      {{4, 3, 5}, {2, 3, 5}},
                                                      {{4, 6, 5}, {1, 4, 5}},
                                                      {{3, 4, 5}, {3, 1, 5}},
                                                      {{2, 7, 3, 3}, {1, 4, 1, 1}},
                                                      {{2, 2, 5, 3, 4}, {2, 1, 3, 2, 4}},
                                                      {{9, 1, 8}, {4, 1, 3}}};
  for (const auto& [shape, block] : cases) {
    const BlockGeometry g{shape, block};
    const BlockLayout layout(g);
    INFO(Value(shape).json() << " in blocks of " << Value(block).json());
    REQUIRE(layout.blocks() == block_count(g));
    std::set<int64_t> seen;
    std::vector<int64_t> places;
    for (int64_t b = 0; b < layout.blocks(); ++b) {
      layout.places(b, places);
      for (const int64_t place : places) {
        REQUIRE(block_at(g, place) == b);
        seen.insert(place);
      }
    }
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    REQUIRE(static_cast<int64_t>(seen.size()) == count);
  }
}

TEST_CASE("axes are joined wherever blocks stay in one piece, and sizes beyond 2^31 are counted") {
  CHECK(BlockLayout({{64, 16}, {64, 16}}).contiguous());
  CHECK(BlockLayout({{6, 32}, {1, 16}}).last().size == 192);
  CHECK(BlockLayout({{6, 20}, {1, 16}}).contiguous());
  CHECK_FALSE(BlockLayout({{6, 32}, {2, 16}}).contiguous());
  const BlockLayout large({{int64_t{1} << 20, int64_t{1} << 13}, {1, 32}});
  CHECK(large.blocks() == int64_t{1} << 28);
  std::vector<int64_t> places;
  large.places(large.blocks() - 1, places);
  CHECK(places.back() == (int64_t{1} << 33) - 1);
}
