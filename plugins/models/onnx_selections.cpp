// ONNX's operators that pick elements: slices, indices, triangles.
#include <ATen/ops/flip.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/select.h>

#include <algorithm>
#include <limits>

#include "mase/text.h"
#include "onnx_operators.h"

namespace models::onnx {

namespace {

constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

// One axis of Slice, limits as ONNX clamps them.
Wire slice_axis(const Node& n, const std::string& name, const Wire& x, int64_t axis, Size start, Size end,
                int64_t step) {
  const Size size = x.size(axis);
  if (step == 0) throw mase::Error("its step is 0");
  if (!start.fixed()) throw OneBatchOnly{mase::format("node '{}' starts at a multiple of the batch", n.name())};
  if (end == size) end = Size(kEnd);
  if (!end.fixed()) throw OneBatchOnly{mase::format("node '{}' ends at a multiple of the batch", n.name())};
  if (step > 0) return n.build().slice(name, x, axis, start.at[0], end.at[0], step);
  if (start.at[0] < 0) start = Size(start.at[0] + size.at[0]);
  if (step != -1 || start.at[0] < size.at[0] - 1 || end.at[0] > -size.at[0] - 1 || !size.fixed())
    throw Unsupported{"it goes backwards through a part of an axis"};
  return n.build().call(name, "flip", {x}, {{"dims", mase::List{axis}}});
}

Values slice(const Node& n) {
  Wire x = n.in(0);
  const auto list = [&](const char* name, int input) -> std::optional<Sizes> {
    if (n.has(input)) return n.sizes(input, name);
    const auto given = n.integers(name);
    return given ? std::optional(Sizes(given->begin(), given->end())) : std::nullopt;
  };
  const auto starts = list("starts", 1), ends = list("ends", 2), axes = list("axes", 3), steps = list("steps", 4);
  if (!starts || !ends || starts->size() != ends->size() || (axes && axes->size() != starts->size()) ||
      (steps && steps->size() != starts->size()))
    throw mase::Error("its starts, ends, axes and steps are not as many as each other");
  for (size_t i = 0; i < starts->size(); ++i) {
    const int64_t axis = n.axis(axes ? (*axes)[i].at[0] : static_cast<int64_t>(i), x.rank());
    const int64_t step = steps ? (*steps)[i].at[0] : 1;
    const std::string name = starts->size() == 1 ? n.name() : mase::format("{}_{}", n.name(), i);
    x = slice_axis(n, name, x, axis, (*starts)[i], (*ends)[i], step);
  }
  return {x};
}

Values gather(const Node& n) {
  ImportBuilder& b = n.build();
  const Wire x = n.in(0), index = n.in(1);
  const int64_t axis = n.axis(n.integer("axis", 0), x.rank());
  if (axis == 0 && x.known() && index.live() && x.rank() == 2 && at::isFloatingType(x.dtype()))
    return {b.embedding(n.name(), n.reader().with_format(n.value(0)), index)};
  if (index.known() && index.rank() == 0 && index.trace[0].equal(index.trace[1])) {
    const auto place = index.trace[0].item<int64_t>();
    if (x.size(axis).fixed() || place >= 0) return {b.call(n.name(), "select", {x}, {{"dim", axis}, {"index", place}})};
  }
  return {b.index_select(n.name(), x, axis, index)};
}

Values gather_elements(const Node& n) {
  const Wire x = n.in(0);
  const int64_t axis = n.axis(n.integer("axis", 0), x.rank());
  return {n.build().call(n.name(), "gather", {x, n.in(1)}, {{"dim", axis}})};
}

// What the last axis of the indices has for each axis of the input behind the first `shared` ones.
Wires places_of(const Node& n, const Wire& x, const Wire& index, int64_t shared = 0) {
  if (index.rank() < 1) throw mase::Error("its indices are a single number");
  const Size count = index.size(-1);
  if (!count.fixed() || count.at[0] < 1 || count.at[0] > x.rank() - shared)
    throw mase::Error(mase::format("its indices have {} places for {} axes", count.at[0], x.rank() - shared));
  if (auto columns = n.build().columns(n.name(), index)) return *columns;
  Wires places;
  for (int64_t i = 0; i < count.at[0]; ++i) {
    if (!index.known()) {
      places.push_back(
          n.build().call(mase::format("{}_{}", n.name(), i), "select", {index}, {{"dim", -1}, {"index", i}}));
      continue;
    }
    Wire& place = places.emplace_back(ImportBuilder::known(index.trace[0].select(-1, i)));
    if (!index.trace[0].is_same(index.trace[1])) place.trace[1] = index.trace[1].select(-1, i);
  }
  return places;
}

// Behind the axes that both share, the last axis of the indices has a place in each of the next ones.
Values gather_nd(const Node& n) {
  const Wire x = n.in(0), index = n.in(1);
  const int64_t shared = n.integer("batch_dims", 0);
  if (shared != 0 && (shared < 0 || shared >= index.rank() || shared >= x.rank()))
    throw mase::Error(mase::format("its batch_dims is {} for {} and {} axes", shared, x.rank(), index.rank()));
  const Wires places = places_of(n, x, index, shared);
  if (shared == 0) return {n.build().index(n.name(), x, {places.begin(), places.end()})};
  Wires inputs{x};
  mase::List axes;
  for (const Wire& place : places) axes.push_back(shared + static_cast<int64_t>(axes.size())), inputs.push_back(place);
  return {n.build().call(n.name(), "index", inputs, {{"axes", axes}, {"batch_dims", shared}})};
}

// Exporters assign to parts of masks so.
Values scatter_nd(const Node& n) {
  const Wire x = n.in(0), index = n.in(1), values = n.in(2);
  if (n.text("reduction", "none") != "none") throw Unsupported{"it reduces what it writes to one place"};
  if (!x.known() || !index.known() || !values.known())
    throw Unsupported{"it assigns to a part of a tensor that is computed"};
  return {n.build().assigned(x, places_of(n, x, index), values)};
}

Values triangle(const Node& n) {
  const Wire x = n.in(0);
  const int64_t diagonal = n.has(1) ? static_cast<int64_t>(n.number(1, "diagonal")) : 0;
  return {n.build().call(n.name(), n.integer("upper", 1) ? "triu" : "tril", {x}, {{"diagonal", diagonal}})};
}

// The places that a constant lists; others depend on values that are not there yet.
Values nonzero(const Node& n) {
  const Wire x = n.in(0);
  if (!x.known() || x.rank() < 1) throw Unsupported{"how many places it finds depends on values"};
  Wire places = ImportBuilder::known(x.trace[0].nonzero().t().contiguous());
  if (!x.trace[0].is_same(x.trace[1])) places.trace[1] = x.trace[1].nonzero().t().contiguous();
  return {places};
}

}  // namespace

void add_selections(Table& t) {
  t["Slice"] = slice, t["Gather"] = gather, t["GatherElements"] = gather_elements, t["GatherND"] = gather_nd;
  t["ScatterND"] = scatter_nd;
  t["Trilu"] = triangle, t["NonZero"] = nonzero;
}

}  // namespace models::onnx
