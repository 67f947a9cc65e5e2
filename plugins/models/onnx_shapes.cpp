// ONNX's shapes and constants: what folds away while a file is read.
#include <ATen/ops/arange.h>
#include <ATen/ops/diagonal.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/fill.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "mase/text.h"
#include "onnx_operators.h"

namespace models::onnx {

namespace {

Values constant(const Node& n) {
  const auto known = [&](at::Tensor t) -> Values {
    // Integers and masks are parameters of nothing: equal ones may be one, whatever their names.
    const std::string key = at::isFloatingType(t.scalar_type()) ? n.message().output(0) : std::string();
    return {ImportBuilder::known(std::move(t), key)};
  };
  if (const auto* a = n.attribute("value")) {
    Values values = known(n.reader().file().tensor(a->t()));
    values[0].type = a->t().data_type();
    return values;
  }
  if (const auto* a = n.attribute("value_float")) return known(at::scalar_tensor(a->f()));
  if (const auto* a = n.attribute("value_int"))
    return known(at::scalar_tensor(a->i(), at::TensorOptions().dtype(at::kLong)));
  if (const auto* a = n.attribute("value_floats"))
    return known(at::tensor(std::vector<float>(a->floats().begin(), a->floats().end())));
  if (const auto* a = n.attribute("value_ints"))
    return known(at::tensor(std::vector<int64_t>(a->ints().begin(), a->ints().end()), at::kLong));
  throw Unsupported{"it holds text or a sparse tensor"};
}

// Elements of a range.
constexpr int64_t kMost = int64_t{1} << 28;

// One value in every place: no memory until something else is made of it.
Wire filled(const Sizes& sizes, const at::Tensor& value) {
  Wire wire = ImportBuilder::known(at::Tensor());
  for (size_t at = 0; at < 2; ++at) {
    mase::Shape shape;
    for (const Size& s : sizes) shape.push_back(s.at[at]);
    count_elements(shape);
    wire.trace[at] = value.expand(shape);
  }
  bool fixed = true;
  for (const Size& s : sizes) fixed &= s.fixed();
  if (fixed) wire.trace[1] = wire.trace[0];
  return wire;
}

Values constant_of_shape(const Node& n) {
  at::Tensor value = at::scalar_tensor(0.0F);
  if (const auto* a = n.attribute("value")) value = n.reader().file().tensor(a->t()).reshape({-1});
  if (value.numel() != 1) throw mase::Error(mase::format("its value has {} elements, expected one", value.numel()));
  return {filled(n.sizes(0, "shape"), value.reshape({}))};
}

// Ones on a diagonal of a matrix as large as the input.
Values eye_like(const Node& n) {
  const Sizes sizes = n.value(0).wire.sizes();
  if (sizes.size() != 2) throw mase::Error(mase::format("its input has {} axes, expected two", sizes.size()));
  const int64_t k = n.integer("k", 0);
  const auto* type = n.attribute("dtype");
  const at::ScalarType dtype = type ? scalar_type(static_cast<int>(type->i())) : n.value(0).wire.dtype();
  Wire wire = ImportBuilder::known(at::Tensor());
  for (size_t at = 0; at < 2; ++at) {
    const int64_t rows = sizes[0].at[at], columns = sizes[1].at[at];
    count_elements({rows, columns});
    n.build().make_room({}, static_cast<uint64_t>(rows) * static_cast<uint64_t>(columns) * sizeof(int64_t));
    wire.trace[at] = at::zeros({rows, columns}, at::TensorOptions().dtype(dtype));
    if (k > -rows && k < columns) wire.trace[at].diagonal(k).fill_(1);
    n.build().hold(wire.trace[at]);
    if (sizes[0].fixed() && sizes[1].fixed()) {
      wire.trace[1] = wire.trace[0];
      break;
    }
  }
  return {wire};
}

Values shape(const Node& n) {
  const Sizes sizes = n.value(0).wire.sizes();
  const auto rank = static_cast<int64_t>(sizes.size());
  const auto place = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const int64_t start = place(n.integer("start", 0)), end = std::max(start, place(n.integer("end", rank)));
  return {ImportBuilder::known(Sizes(sizes.begin() + start, sizes.begin() + end))};
}

Values size(const Node& n) {
  Size count(1);
  for (const Size& s : n.value(0).wire.sizes()) count = {count.at[0] * s.at[0], count.at[1] * s.at[1]};
  return {ImportBuilder::known(count)};
}

Values range(const Node& n) {
  std::array<Wire, 3> ends{n.in(0), n.in(1), n.in(2)};
  Wire wire = ImportBuilder::known(at::Tensor());
  std::array<double, 3> before{};
  for (size_t at = 0; at < 2; ++at) {
    std::array<at::Scalar, 3> numbers;
    std::array<double, 3> reals{};
    for (size_t i = 0; i < 3; ++i) {
      if (!ends[i].known() || ends[i].trace[at].numel() != 1) throw Unsupported{"its limits are computed"};
      numbers[i] = ends[i].trace[at].reshape({}).item();
      reals[i] = numbers[i].toDouble();
    }
    if (reals[2] == 0) throw mase::Error("its step is 0");
    const double count = (reals[1] - reals[0]) / reals[2];
    if (!(count < static_cast<double>(kMost))) throw mase::Error("a range of so many numbers is too large");
    const auto options = at::TensorOptions().dtype(ends[0].dtype());
    n.build().make_room({}, static_cast<uint64_t>(std::max(count, 0.0)) * sizeof(int64_t));
    if (at && reals == before) {
      wire.trace[1] = wire.trace[0];
      break;
    }
    before = reals;
    wire.trace[at] = count <= 0 ? at::empty({0}, options) : at::arange(numbers[0], numbers[1], numbers[2], options);
    n.build().hold(wire.trace[at]);
  }
  return {wire};
}

// The branch that a constant condition chooses.
Values choose(const Node& n) {
  const Wire condition = n.in(0);
  if (!condition.known() || condition.trace[0].numel() != 1) throw Unsupported{"its condition is computed"};
  const bool yes = condition.trace[0].to(at::kBool).item<bool>();
  if (condition.trace[1].to(at::kBool).item<bool>() != yes)
    throw OneBatchOnly{mase::format("node '{}': its condition depends on the batch size", n.name())};
  const auto* a = n.attribute(yes ? "then_branch" : "else_branch");
  if (!a || !a->has_g()) throw mase::Error("it has no branch for its condition");
  return n.reader().branch(n, a->g(), n.name() + "/");
}

}  // namespace

void add_shapes(Table& t) {
  t["Constant"] = constant, t["ConstantOfShape"] = constant_of_shape, t["Shape"] = shape, t["Size"] = size;
  t["Range"] = range, t["EyeLike"] = eye_like, t["If"] = choose;
  for (const char* op : {"LSTM", "GRU", "RNN"}) t[op] = Refused{"recurrent networks cannot be read"};
  for (const char* op : {"Loop", "Scan"}) t[op] = Refused{"loops cannot be read"};
}

}  // namespace models::onnx
