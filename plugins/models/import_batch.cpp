// Which size of a reshape grows with the batch, in a file that has one batch size written out in its shapes: the one
// that holds the elements' step from one sample to the next.
#include <algorithm>

#include "import.h"

namespace models {

namespace {

// The only axis that grows; nothing where several do, or none.
std::optional<size_t> growing_axis(const Sizes& sizes) {
  const auto grows = [](const Size& n) { return !n.fixed(); };
  const auto found = std::find_if(sizes.begin(), sizes.end(), grows);
  if (found == sizes.end() || std::any_of(found + 1, sizes.end(), grows)) return std::nullopt;
  return static_cast<size_t>(found - sizes.begin());
}

int64_t elements_behind(const Sizes& sizes, size_t axis) {
  int64_t count = 1;
  for (size_t i = axis + 1; i < sizes.size(); ++i) count *= sizes[i].at[0];
  return count;
}

// With a batch of one, a step may stand at the edge of two axes: at the inner end of `outer`, which then is that many
// samples, or at the outer end of `inner`, which then is several times as large in each of them. The former where an
// axis stays as it was, or all that stood behind the batch became one.
size_t at_edge(const Sizes& from, size_t batch_axis, const Sizes& to, size_t outer, size_t inner) {
  const bool is_kept = to[outer].at[0] == from[batch_axis].at[0] ||
                       (batch_axis + 1 < from.size() && from[batch_axis + 1].at[0] == to[inner].at[0]);
  return is_kept || elements_behind(to, inner) == 1 ? outer : inner;
}

}  // namespace

int64_t Wire::batch_step(int64_t batch) const {
  const Sizes all = sizes();
  const auto axis = growing_axis(all);
  if (!axis || batch < 1) return 0;
  return (inside ? inside : all[*axis].at[0] / batch) * elements_behind(all, *axis);
}

std::optional<size_t> axis_of_batch(const Wire& x, const Sizes& to, int64_t batch) {
  const Sizes from = x.sizes();
  const auto was = growing_axis(from);
  const int64_t step = x.batch_step(batch);
  std::vector<size_t> fitting;  // from the outermost
  for (size_t i = 0; i < to.size() && step > 0; ++i) {
    const int64_t behind = elements_behind(to, i), all = behind * to[i].at[0];
    if (behind > 0 && all > 0 && step % behind == 0 && all % (step * batch) == 0) fitting.push_back(i);
  }
  if (fitting.size() < 2) return fitting.empty() ? std::nullopt : std::optional(fitting.front());
  const auto is_one = [&](size_t i) { return to[i].at[0] == 1; };
  if (std::find(fitting.begin(), fitting.end(), *was) != fitting.end() && is_one(*was)) return was;
  const auto one = std::find_if(fitting.begin(), fitting.end(), is_one);
  return one != fitting.end() ? *one : at_edge(from, *was, to, fitting.front(), fitting.back());
}

void Wire::keep_batch_step(const Wire& x, int64_t batch) {
  const Sizes to = sizes();
  const auto axis = growing_axis(to);
  const int64_t step = x.batch_step(batch), behind = axis ? elements_behind(to, *axis) : 0;
  inside = behind > 0 && step % behind == 0 ? step / behind : 0;
}

void Wire::keep_batch_axis(const std::vector<Wire>& inputs) {
  const Sizes all = sizes();
  const auto axis = growing_axis(all);
  for (const Wire& x : inputs) {
    if (!axis || !x.inside) continue;
    const Sizes from = x.sizes();
    const auto same = growing_axis(from);
    if (same && from[*same] == all[*axis]) inside = x.inside;
  }
}

}  // namespace models
