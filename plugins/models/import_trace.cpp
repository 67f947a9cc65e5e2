// ImportBuilder: what an operator gives, at both batch sizes: shapes, or values where all inputs are known.
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

#include <algorithm>

#include "import_call.h"
#include "mase/text.h"

namespace models {

using mase::Tensors;

namespace {

// Elements that an operator without a rule is run on to see its shapes, and those up to which one with a rule is, too:
// what is wrong with its inputs is said then, not when the graph runs.
constexpr int64_t kMostRun = int64_t{1} << 26, kMostChecked = int64_t{1} << 20;

// Masks and tables of positions that files compute take a few megabytes: a file may always make this much. Beyond it,
// one and a half times what it holds.
constexpr int64_t kAlways = int64_t{32} << 20;
// Elements to compute with, whatever is made of them: constants that repeat one element need no memory, but time.
constexpr int64_t kMostComputed = int64_t{1} << 28;
constexpr int64_t kWatched = 4096;  // bytes: smaller tensors are taken to stay
constexpr int64_t kSmall = 256;     // of an input: two of them cannot make much
// Operators whose results may have any size, whatever their inputs.
constexpr std::array<std::string_view, 5> kGrowing{"nn.expand", "nn.interpolate", "nn.one_hot", "nn.pad", "nn.repeat"};

Tensors only_shapes(Tensors tensors) {
  for (at::Tensor& t : tensors) t = only_shape(t);
  return tensors;
}

int64_t count(const Tensors& tensors) {
  int64_t sum = 0;
  for (const at::Tensor& t : tensors)
    if (__builtin_add_overflow(sum, t.numel(), &sum)) return INT64_MAX;
  return sum;
}

// The number where values are not known; one element for many.
Tensors with_values(Tensors tensors, int number) {
  for (at::Tensor& t : tensors) {
    if (!t.is_meta()) continue;
    const auto options = at::TensorOptions().dtype(t.scalar_type());
    t = t.numel() <= kMostChecked ? at::full(t.sizes(), number, options)
                                  : at::full({}, number, options).expand(t.sizes());
  }
  return tensors;
}

Tensors forward(const mase::Op& op, const Tensors& inputs, Tensors params) {
  mase::OpContext context;
  return op.forward(inputs, params, context);
}

// LibTorch's reason where that is not its lack of values.
[[noreturn]] void refuse_to_run(const std::exception_ptr& why, int64_t elements) {
  try {
    if (why) std::rethrow_exception(why);
  } catch (const c10::NotImplementedError&) {
  } catch (const std::exception& e) {
    if (!std::string_view(e.what()).starts_with("The tensor has a non-zero number of elements, but its data")) throw;
  }
  throw mase::Error(mase::format("its inputs of {} elements are too large to look at", elements), {},
                    "a smaller batch or smaller inputs can be read: `shapes` where the file leaves sizes open");
}

}  // namespace

at::Tensor only_shape(const at::Tensor& t) {
  return t.is_meta() ? t : at::empty(t.sizes(), at::TensorOptions().dtype(t.scalar_type()).device(at::kMeta));
}

Tensors ImportBuilder::trace(const Call& call, size_t at) {
  Tensors inputs, params;
  for (const Wire& wire : call.inputs) inputs.push_back(wire.trace[at]);
  for (const mase::ParameterInfo& info : call.op->parameters()) {
    const auto found = call.params.find(info.name);
    if (found == call.params.end() || !found->second.known())
      throw mase::Error(mase::format("its {} is {}", info.name,
                                     found == call.params.end() ? "missing" : "computed, expected a constant"));
    params.push_back(found->second.trace[at]);
  }
  std::exception_ptr why;
  if (!needs_values_.contains(call.chosen.name())) {
    try {
      return forward(*call.op, only_shapes(inputs), only_shapes(params));
    } catch (const std::exception&) {  // no meta kernel, or the operator looks at values; or it is wrong
      why = std::current_exception();
    }
  }
  const std::optional<Tensors> shapes = results_by_rule(call.chosen, only_shapes(inputs), only_shapes(params));
  if (shapes && (is_checked_by_rule(call.chosen) || count(inputs) > kMostChecked || count(*shapes) > kMostChecked)) {
    needs_values_.insert(call.chosen.name());
    return *shapes;
  }
  if (count(inputs) > kMostRun) refuse_to_run(why, count(inputs));
  const auto run = [&](int number) {
    return forward(*call.op, with_values(inputs, number), with_values(params, number));
  };
  Tensors results;
  try {
    results = run(0);
  } catch (const c10::Error&) {  // integers that are divided by zero
    results = run(1);
  }
  needs_values_.insert(call.chosen.name());
  return results;
}

// The file's own tensors that arithmetic needs. Small integers count as what they become: floats.
void ImportBuilder::give(const Wire& wire) {
  if (wire.key.empty()) return;
  for (const at::Tensor& t : wire.trace)
    if (t.defined() && t.has_storage() && given_.insert(t.storage().data()).second) {
      const auto bytes = static_cast<int64_t>(t.storage().nbytes());
      given_bytes_ += std::max(bytes, bytes / static_cast<int64_t>(t.itemsize()) * int64_t{4});
    }
}

void ImportBuilder::hold(const at::Tensor& made) {
  if (!made.defined() || !made.has_storage()) return;
  const auto bytes = static_cast<int64_t>(made.storage().nbytes());
  held_bytes_ += bytes;
  if (bytes >= kWatched) made_.emplace_back(made.storage().getWeakStorageImpl(), bytes);
}

bool ImportBuilder::has_room(const Wires& from, uint64_t bytes) {
  for (const Wire& wire : from) give(wire);
  const int64_t most = kAlways + given_bytes_ + given_bytes_ / 2;
  const auto fits = [&] { return held_bytes_ <= most && bytes <= static_cast<uint64_t>(most - held_bytes_); };
  if (fits()) return true;
  std::erase_if(made_, [&](const auto& entry) {
    if (!entry.first.expired()) return false;
    held_bytes_ -= entry.second;
    return true;
  });
  return fits();
}

void ImportBuilder::make_room(const Wires& from, uint64_t bytes) {
  if (!has_room(from, bytes))
    throw mase::Error("what the file makes of its constants is much larger than the constants themselves");
}

// What constants become is looked at before it is made: a file of few bytes may ask for any amount of memory.
bool ImportBuilder::may_fold(const Call& call, size_t at) {
  bool is_small =
      call.inputs.size() <= 2 && std::find(kGrowing.begin(), kGrowing.end(), call.chosen.name()) == kGrowing.end();
  int64_t elements = 0;
  for (const Wire& wire : call.inputs) {
    const at::Tensor& t = wire.trace[at];
    is_small = is_small && t.numel() <= kSmall;
    if (__builtin_add_overflow(elements, t.numel(), &elements)) return false;
  }
  if (is_small) return has_room({}, kSmall * kSmall * sizeof(double));
  for (const Wire& wire : call.inputs) give(wire);
  if (elements > kMostComputed + 16 * given_bytes_ - computed_with_) return false;
  computed_with_ += elements;
  uint64_t bytes = 0;
  for (const at::Tensor& t : trace(call, at))
    if (__builtin_add_overflow(bytes, static_cast<uint64_t>(t.nbytes()), &bytes)) return false;
  return has_room({}, bytes);
}

// Nothing where the results would take more memory than the file warrants: they are computed when the graph runs.
std::optional<Wires> ImportBuilder::fold(const Call& call) {
  const bool is_fixed =
      std::all_of(call.inputs.begin(), call.inputs.end(), [](const Wire& w) { return w.trace[0].is_same(w.trace[1]); });
  Wires results;
  for (size_t at = 0; at < (is_fixed ? 1 : 2); ++at) {
    Tensors inputs;
    for (const Wire& wire : call.inputs) inputs.push_back(wire.trace[at]);
    if (!may_fold(call, at)) return std::nullopt;
    Tensors values;
    try {
      values = forward(*call.op, inputs, {});
    } catch (const std::exception& e) {
      // Fine at the file's own batch: what was taken for the batch is another size.
      if (at == 0) throw;
      throw OneBatchOnly{mase::format("node '{}': {}", call.name, e.what())};
    }
    for (const at::Tensor& value : values) {
      const auto is_part = [&](const at::Tensor& t) { return t.is_alias_of(value); };
      if (std::none_of(inputs.begin(), inputs.end(), is_part)) hold(value);
    }
    if (at == 0) results.resize(values.size());
    for (size_t i = 0; i < results.size(); ++i) {
      if (at == 0) results[i] = known(values[i]);
      results[i].trace[1] = values.at(i);
    }
  }
  return results;
}

at::Tensor repeated_part(const at::Tensor& t) {
  at::Tensor part = t;
  for (int64_t axis = 0; axis < t.dim(); ++axis)
    if (t.stride(axis) == 0 && t.size(axis) > 1) part = part.narrow(axis, 0, 1);
  return part.numel() < t.numel() ? part : at::Tensor();
}

}  // namespace models
