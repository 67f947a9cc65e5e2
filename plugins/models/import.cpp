// ImportBuilder: writing one operator after the other.
#include "import_call.h"

#include <ATen/ops/allclose.h>
#include <c10/core/GradMode.h>
#include <c10/core/ScalarType.h>

#include <algorithm>
#include <filesystem>

#include "mase/text.h"

namespace models {

using mase::Argument;
using mase::Chosen;
using mase::Tensors;

namespace {

// Elements of a result: 32 GB in float32. What follows from constants alone would be computed anew whenever the graph
// runs, and is 2 GB at most.
constexpr int64_t kMostLive = int64_t{1} << 33, kMostOfConstants = int64_t{1} << 29;

constexpr int64_t kMostRows = 1 << 20;  // elements that are compared
constexpr double kRounding = 1e-6;  // vectors of a processor round the same numbers otherwise than what is left over

// A file of few bytes may ask for any shape; what no memory holds is said before the graph runs.
void check_result(const at::Tensor& t, int64_t most) {
  int64_t count = 1;
  for (const int64_t n : t.sizes())
    if (__builtin_mul_overflow(count, n, &count) || count > most)
      throw mase::Error(mase::format("its result of shape {} is too large", mase::Value(mase::shape_of(t)).json()), {},
                        mase::format("at most {} elements{}", most, most == kMostLive ? "" : " of constants alone"));
}

// Equal rows, as many as the file's batch, of which a layer makes others: they follow the batch, as in a file of an
// open one.
void follow_batch(Wires& inputs, const Size& batch) {
  const auto are_rows = [&](const Wire& w) {
    const at::Tensor& t = w.trace[0];
    return w.known() && t.is_same(w.trace[1]) && t.dim() > 1 && t.size(0) == batch.at[0] && t.numel() > 0 &&
           t.numel() <= kMostRows && at::allclose(t.narrow(0, 0, 1).expand_as(t), t, kRounding, kRounding);
  };
  if (!std::all_of(inputs.begin(), inputs.end(), are_rows)) return;
  for (Wire& wire : inputs) {
    mase::Shape shape = mase::shape_of(wire.trace[0]);
    shape[0] = batch.at[1];
    wire.trace[1] = wire.trace[0].narrow(0, 0, 1).expand(shape), wire.key.clear();
  }
}

bool have_same_shapes(const Tensors& a, const Tensors& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const at::Tensor& x, const at::Tensor& y) { return x.sizes() == y.sizes(); });
}

std::string first_line(const c10::Error& error) {
  std::string text = error.what_without_backtrace();
  text.resize(std::min(text.size(), text.find('\n')));
  return text;
}

std::string module_of(const std::string& key) {
  const size_t dot = key.rfind('.');
  return dot == key.npos ? std::string() : key.substr(0, dot);
}

}  // namespace

Sizes Wire::sizes() const {
  Sizes all;
  for (int64_t i = 0; i < rank(); ++i) all.push_back(size(i));
  return all;
}

const Wire& result_of(const Wires& results, size_t index) {
  return index < results.size() ? results[index] : results.back();
}

ImportBuilder::ImportBuilder(const ImportFields& fields, mase::Context& context, ForBatch batch)
    : fields_(fields),
      context_(context),
      components_(context.components()),
      any_batch_(batch != ForBatch::own),
      expands_to_batch_(batch == ForBatch::any) {}

// "float32 [1,4], weight float32 [4,2]"
std::string ImportBuilder::given(const Call& call) {
  std::string text;
  const auto add = [&](const std::string& name, const Wire& wire) {
    if (!wire.usable()) return;
    const std::string shape = mase::Value(mase::shape_of(wire.trace[0])).json();
    text += mase::format("{}{}{} {}", text.empty() ? "" : ", ", name, dtype_name(wire.dtype()), shape);
  };
  for (const Wire& wire : call.inputs) add("", wire);
  for (const auto& [param, wire] : call.params) add(param + " ", wire);
  return text;
}

void ImportBuilder::fail(const std::string& node, const std::string& why, const std::string& hint) const {
  throw mase::Error(mase::format("'{}': node '{}': {}", fields_.file.name, node, why), fields_.file.loc, hint);
}

std::optional<Sizes> ImportBuilder::integers(const Wire& wire) {
  if (!wire.known() || wire.rank() > 1 || wire.trace[0].sizes() != wire.trace[1].sizes() || wire.dtype() == at::kBool ||
      !at::isIntegralType(wire.dtype(), false))
    return std::nullopt;
  Sizes sizes(static_cast<size_t>(wire.trace[0].numel()));
  for (size_t at = 0; at < 2; ++at) {
    const at::Tensor flat = wire.trace[at].to(at::kLong).reshape({-1}).contiguous();
    for (size_t i = 0; i < sizes.size(); ++i) sizes[i].at[at] = flat.const_data_ptr<int64_t>()[i];
  }
  return sizes;
}

Wires ImportBuilder::unknown(const std::string& node, const std::string& op, size_t results, const std::string& why) {
  unknown_[{op, why}].insert(node);
  return Wires(std::max<size_t>(results, 1), unknown());
}

Wire ImportBuilder::unknown() {
  Wire wire;
  wire.state = Wire::State::unknown;
  return wire;
}

Wires ImportBuilder::apply(const std::string& name, Chosen op, Wires inputs, std::map<std::string, Wire> params,
                           size_t required, std::string target) {
  const c10::AutoGradMode no_gradients(false);
  Wire given_up;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].state == Wire::State::unknown) given_up.state = Wire::State::unknown;
  for (const auto& [key, wire] : params)
    if (wire.state == Wire::State::unknown) given_up.state = Wire::State::unknown;
  if (given_up.state == Wire::State::unknown) return {given_up};
  while (inputs.size() > required && inputs.back().absent()) inputs.pop_back();
  for (const Wire& wire : inputs)
    if (wire.absent()) return {given_up};
  Call call{name, std::move(target), std::move(op), std::move(inputs), std::move(params), nullptr};
  try {
    call.op = components_.shared<mase::Op>(call.chosen);
    const bool is_known = std::all_of(call.inputs.begin(), call.inputs.end(), [](const Wire& w) { return w.known(); });
    if (is_known && call.params.empty())
      if (std::optional<Wires> results = fold(call)) return std::move(*results);
    return emit(call);
  } catch (const mase::Error& e) {
    fail(name, mase::format("{}: {}", call.chosen.short_name(), e.message()), e.hint());
  } catch (const c10::Error& e) {
    fail(name, mase::format("{} cannot work on {}: {}", call.chosen.short_name(), given(call), first_line(e)));
  }
}

Wire ImportBuilder::call(const std::string& name, const std::string& op, Wires inputs, mase::Map with) {
  return apply(name, Chosen("nn." + op, std::move(with)), std::move(inputs)).front();
}

void ImportBuilder::add_params(Call& call, mase::Node& node) {
  for (const mase::ParameterInfo& info : call.op->parameters()) {
    const Wire& wire = call.params.at(info.name);
    const std::string key =
        wire.key.empty() ? (call.target.empty() ? node.name : call.target) + "." + info.name : wire.key;
    if (repeated_part(wire.trace[0]).defined()) make_room({wire}, wire.trace[0].nbytes());
    node.params.push_back({info.name, store(key, wire.trace[0])});
    record(node.meta.common.args.add(info.name), wire);
    if (call.target.empty()) call.target = module_of(key);
  }
}

// Whether constant indices are as many as the file's own batch, or a multiple of it: gather() would leave other samples
// out silently.
bool ImportBuilder::gathers_own_batch(const Call& call) const {
  if (call.chosen.name() != "nn.gather" || !literal_batch_ || call.inputs.size() != 2) return false;
  const Wire &x = call.inputs[0], &index = call.inputs[1];
  return x.live() && x.rank() > 1 && !x.size(0).fixed() && index.known() && index.rank() == x.rank() &&
         index.size(0) == Size(x.size(0).at[0]);
}

// The shapes of the results at both batch sizes, with constants fitted to them.
std::array<Tensors, 2> ImportBuilder::trace_both(Call& call) {
  is_doubtful_ = false;
  if (expands_to_batch_ && literal_batch_ && batch_[0] > 1 && !call.params.empty()) follow_batch(call.inputs, batch());
  const Tensors own = trace(call, 0);
  if (!any_batch_) return {own, own};
  if (gathers_own_batch(call) && !fit_constants(call.chosen, call.inputs))
    throw OneBatchOnly{mase::format("node '{}': its indices are of one batch size", call.name)};
  for (bool is_fitted = false;; is_fitted = true) {
    std::string why;
    try {
      std::array<Tensors, 2> traced{is_fitted ? trace(call, 0) : own, trace(call, 1)};
      if (have_same_shapes(traced[0], own)) return traced;
      why = "its constants are of one batch size";
    } catch (const c10::Error& e) {
      why = e.what_without_backtrace();
    } catch (const std::exception& e) {
      why = e.what();
    }
    if (!fit_constants(call.chosen, call.inputs)) throw OneBatchOnly{mase::format("node '{}': {}", call.name, why)};
  }
}

// A constant of equal rows, as many as some multiple of the batch: one of them does where others say how many.
void ImportBuilder::shrink_rows(Call& call, const std::array<Tensors, 2>& traced) {
  for (Wire& wire : call.inputs) {
    const Wire whole = wire, row = common_row_of(wire);
    if (!row.known()) continue;
    wire = row;
    bool fits = false;
    try {
      fits = have_same_shapes(trace(call, 0), traced[0]) && have_same_shapes(trace(call, 1), traced[1]);
    } catch (const std::exception&) {  // it needs all of them
    }
    if (!fits) wire = whole;
  }
}

Wires ImportBuilder::emit(Call& call) {
  const std::array<Tensors, 2> traced = trace_both(call);
  shrink_rows(call, traced);
  const bool is_doubtful = is_doubtful_;  // its arguments may need operators of their own
  for (const auto& [name, wire] : call.params)
    if (any_batch_ && wire.trace[0].sizes() != wire.trace[1].sizes())
      throw OneBatchOnly{mase::format("node '{}': its {} is as long as the batch", call.name, name)};
  const bool is_live = std::any_of(call.inputs.begin(), call.inputs.end(), [](const Wire& w) { return w.live(); });
  for (const at::Tensor& result : traced[0]) check_result(result, is_live ? kMostLive : kMostOfConstants);
  std::vector<Argument> args;
  for (size_t i = 0; i < call.inputs.size(); ++i)
    args.push_back(argument(mase::format("{}_{}", call.name, i), call.inputs[i]));
  const bool is_module = !call.params.empty();
  mase::Node& node = graph_.add(is_module ? mase::OpKind::call_module : mase::OpKind::call_function, call.name,
                                call.chosen, std::move(args));
  if (is_doubtful) doubtful_.insert(&node);
  for (size_t i = 0; i < call.inputs.size(); ++i)
    record(node.meta.common.args.add(mase::argument_name(node, i)), call.inputs[i]);
  add_params(call, node);
  node.target = !is_module ? node.mase_op : call.target.empty() ? node.name : call.target;
  node.meta.common.mase_type = mase::mase_type_of(node);
  Wires results;
  for (size_t i = 0; i < traced[0].size(); ++i) {
    Wire& wire = results.emplace_back();
    wire.state = Wire::State::live, wire.from = Argument(&node, static_cast<int>(i));
    wire.trace = {only_shape(traced[0][i]), only_shape(traced[1].at(i))};
    wire.keep_batch_axis(call.inputs);
    record(node.meta.common.results.add(mase::format("data_out_{}", i)), wire);
    sizes_[&node].push_back(wire.sizes());
  }
  return results;
}

// The shape for one sample, as models built from scratch record it.
void ImportBuilder::record(mase::TensorMeta& meta, const Wire& wire) const {
  meta.shape.clear();
  for (const Size& n : wire.sizes())
    meta.shape.push_back(n.fixed() ? n.at[0] : n.at[0] - (n.at[1] - n.at[0]) * (batch_[0] - 1));
  meta.torch_dtype = dtype_name(wire.dtype());
}

void ImportBuilder::set_result_format(const Wire& wire, Chosen format) {
  auto& results = wire.from.node->meta.common.results;
  results.at(static_cast<size_t>(wire.from.result)).format = std::move(format);
}

mase::Graph import_graph(const ImportFields& fields, mase::Context& context, const std::string& what,
                         const std::function<void(ImportBuilder&)>& walk,
                         const std::function<void(mase::Graph&)>& tidy) {
  std::string why;
  for (const ForBatch batch : {ForBatch::any, ForBatch::any_fixed, ForBatch::own}) try {
      ImportBuilder builder(fields, context, batch);
      walk(builder);
      mase::Graph graph = builder.finish(what);
      graph.name = std::filesystem::path(fields.file.name).stem().string();
      if (tidy) tidy(graph);
      const auto operators = std::count_if(graph.nodes().begin(), graph.nodes().end(),
                                           [](const mase::Node* node) { return bool(node->op); });
      context.info("'{}': its {} nodes become {} operators", fields.file.name, builder.visited(), operators);
      context.report("nodes_in_file", builder.visited());
      context.report("operators", operators);
      if (batch == ForBatch::own)
        context.info("'{}' runs only with the batch size it was written for: {}", fields.file.name, why);
      return graph;
    } catch (const OneBatchOnly& e) {
      if (why.empty()) why = e.why;
    }
  throw mase::Error(mase::format("'{}': {}", fields.file.name, why), fields.file.loc);
}

std::string dtype_name(at::ScalarType type) { return std::string(c10::getDtypeNames(type).first); }

}  // namespace models
