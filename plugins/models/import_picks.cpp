// ImportBuilder: indices that are rows along one axis after the other, a table's rows, or a padding.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>

#include <algorithm>

#include "import.h"
#include "mase/text.h"

namespace models {

namespace {

bool is_index(const Wire& wire) { return wire.usable() && wire.dtype() != at::kBool && wire.dtype() != at::kByte; }

// Indices of axes next to each other that share none of the axes that they broadcast to, each without the axes of the
// others: x[:, i, j] with i [a, 1] and j [b] is x[:, i'][:, :, j'].
std::optional<std::pair<size_t, Wires>> crossing(ImportBuilder& builder, const std::string& name,
                                                 const std::vector<std::optional<Wire>>& indices) {
  size_t first = 0, rank = 0, last = indices.size();
  while (first < last && !indices[first]) ++first;
  while (last > first && !indices[last - 1]) --last;
  for (size_t i = first; i < last; ++i) {
    if (!indices[i] || !is_index(*indices[i])) return std::nullopt;
    rank = std::max(rank, static_cast<size_t>(indices[i]->rank()));
  }
  Wires own;
  size_t next = 0;  // of the axes that they broadcast to
  for (size_t i = first; i < last; ++i) {
    const Wire& index = *indices[i];
    const Sizes sizes = index.sizes();
    const size_t before = rank - sizes.size();
    size_t end = 0;
    for (size_t k = 0; k < sizes.size(); ++k)
      if (sizes[k] != Size(1)) end = before + k + 1;
    if (i + 1 == last) end = rank;
    Sizes kept;
    for (size_t k = 0; k < sizes.size(); ++k)
      if (before + k >= next && before + k < end)
        kept.push_back(sizes[k]);
      else if (sizes[k] != Size(1))
        return std::nullopt;
    if (kept.size() != end - std::min(end, next) || kept.empty()) return std::nullopt;
    own.push_back(builder.reshape(mase::format("{}_at{}", name, i), index, kept));
    next = end;
  }
  if (own.empty()) return std::nullopt;
  return std::pair(first, std::move(own));
}

// How many elements a list of places adds in front of n elements and behind them: mirrored, or the same one again.
std::optional<std::pair<int64_t, int64_t>> added(const at::Tensor& places, int64_t n, bool mirrors) {
  const int64_t count = places.size(0);
  if (n < 2 || count <= n || count > 3 * n) return std::nullopt;
  for (int64_t left = 0; left <= count - n; ++left) {
    at::Tensor expected = at::arange(-left, count - left);
    const int64_t right = count - n - left;
    if (mirrors && (left >= n || right >= n)) continue;
    if (mirrors) expected = n - 1 - (n - 1 - expected.abs()).abs();
    if (at::equal(mirrors ? expected : expected.clamp(0, n - 1), places)) return std::pair(left, right);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Wire> ImportBuilder::index_rows(const std::string& name, const Wire& x,
                                              const std::vector<std::optional<Wire>>& indices) {
  if (x.known() && x.rank() == 2 && indices.size() == 1 && indices[0] && is_index(*indices[0]) && indices[0]->live() &&
      at::isFloatingType(x.dtype()))
    return embedding(name, x, *indices[0]);
  const auto rows = crossing(*this, name, indices);
  if (!rows) return std::nullopt;
  Wire y = x;
  auto axis = static_cast<int64_t>(rows->first);
  for (size_t i = 0; i < rows->second.size(); axis += rows->second[i].rank(), ++i)
    y = index_select(i + 1 == rows->second.size() ? name : mase::format("{}_{}", name, i), y, axis, rows->second[i]);
  return y;
}

// Rows that continue an image beyond its edges, which decompositions pick one after the other.
std::optional<mase::Map> ImportBuilder::picks_padding(const Wire& x, int64_t axis, const Wire& index) const {
  constexpr int64_t kMostPlaces = 4096;
  if (!x.live() || x.rank() < 3 || x.rank() > 5 || axis < 2 || !x.size(axis).fixed() || !index.known() ||
      index.rank() != 1 || !index.trace[0].equal(index.trace[1]) || index.trace[0].numel() > kMostPlaces ||
      !is_index(index))
    return std::nullopt;
  for (const bool mirrors : {true, false}) {
    const auto ends = added(index.trace[0].to(at::kLong), x.size(axis).at[0], mirrors);
    if (!ends) continue;
    std::vector<int64_t> pad(static_cast<size_t>(x.rank() - 2) * 2);
    const auto place = static_cast<size_t>(x.rank() - 1 - axis) * 2;
    pad[place] = ends->first, pad[place + 1] = ends->second;
    return mase::Map{{"pad", mase::Value(pad)}, {"mode", mirrors ? "reflect" : "replicate"}};
  }
  return std::nullopt;
}

}  // namespace models
