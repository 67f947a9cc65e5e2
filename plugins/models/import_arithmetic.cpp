// ImportBuilder: canonical forms of arithmetic: products become layers, and what changes nothing goes.
#include <ATen/ops/all.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/equal.h>

#include <algorithm>

#include "import.h"
#include "mase/text.h"

namespace models {

namespace {

constexpr int64_t kMostCompared = 1 << 20;  // elements; larger constants are not looked at

bool is_all(const Wire& wire, double value) {
  if (!wire.known() || wire.trace[0].numel() > kMostCompared) return false;
  for (const at::Tensor& t : wire.trace)
    if (!t.eq(value).all().item<bool>()) return false;
  return true;
}

// Whether `a` op `b` is `a`.
bool changes_nothing(const std::string& op, const Wire& b) {
  if (op == "add" || op == "sub") return is_all(b, 0);
  if (op == "mul" || op == "div" || op == "logical_and") return is_all(b, 1);
  if (op == "logical_or") return b.dtype() == at::kBool && is_all(b, 0);
  return false;
}

bool commutes(const std::string& op) { return op == "add" || op == "mul" || op == "logical_and" || op == "logical_or"; }

// A constant with one element as a number, where that leaves shape and type of the result as they are.
Wire as_number(const Wire& constant, const Wire& other) {
  if (!constant.known() || constant.rank() == 0 || constant.trace[0].numel() != 1 || constant.rank() > other.rank() ||
      (constant.dtype() != other.dtype() && other.dtype() != at::kFloat) || other.rank() == 0)
    return constant;
  Wire number = constant;
  for (at::Tensor& t : number.trace) t = t.reshape({});
  return number;
}

// Whether the sum is a layer of one result and its bias, which is a parameter.
bool is_bias(const std::string& op, const Wire& constant, const Wire& product) {
  return op == "add" && constant.known() && constant.rank() == 1 && product.live() &&
         product.from.node->mase_op == "linear" && !product.from.node->param("bias") && product.size(-1) == Size(1);
}

// A constant of one value as a number, where the others give the result its shape.
Wire as_uniform(const Wire& constant, const Wire& first, const Wire& second) {
  if (!constant.known() || constant.rank() == 0 || constant.trace[0].numel() == 0 ||
      (constant.dtype() != at::kFloat && constant.dtype() != at::kLong) || constant.rank() > first.rank() ||
      (second.usable() && second.dtype() != constant.dtype()))
    return constant;
  const auto covers = [](const Wire& x, int64_t i, const Size& n) {
    return i <= x.rank() && x.size(x.rank() - i) == n;
  };
  for (int64_t i = 1; i <= constant.rank(); ++i)
    if (const Size n = constant.size(constant.rank() - i);
        n != Size(1) && !covers(first, i, n) && !covers(second, i, n))
      return constant;
  const at::Tensor value = constant.trace[0].flatten()[0];
  for (const at::Tensor& t : constant.trace)
    if (t.numel() > kMostCompared || !t.eq(value).all().item<bool>()) return constant;
  return ImportBuilder::known(value.clone());
}

// The diagonal up to which (true) or from which (false) a mask of matrices shows their elements.
std::optional<std::pair<bool, int64_t>> triangle_of(const Wire& mask, const Wire& x) {
  const at::Tensor& t = mask.trace[0];
  if (mask.dtype() != at::kBool || !at::equal(t, mask.trace[1]) || x.rank() < 2 || t.dim() < 2 || t.dim() > x.rank() ||
      t.numel() != t.size(-1) * t.size(-2) || t.numel() == 0 || t.numel() > kMostCompared ||
      x.size(x.rank() - 1) != Size(t.size(-1)) || x.size(x.rank() - 2) != Size(t.size(-2)))
    return std::nullopt;
  const at::Tensor matrix = t.reshape({t.size(-2), t.size(-1)}), counts = matrix.sum(1);
  const int64_t rows = matrix.size(0), columns = matrix.size(1);
  for (int64_t row = 0; row < rows; ++row) {
    const auto count = counts[row].item<int64_t>();
    if (const int64_t diagonal = count - 1 - row;
        count > 0 && at::equal(matrix, matrix.new_ones({}).expand_as(matrix).tril(diagonal)))
      return std::pair(true, diagonal);
    if (const int64_t diagonal = columns - count - row;
        count < columns && at::equal(matrix, matrix.new_ones({}).expand_as(matrix).triu(diagonal)))
      return std::pair(false, diagonal);
  }
  return std::nullopt;
}

// Whether all matrices of a stack are the same one.
bool repeats_one(const Wire& stack) {
  const at::Tensor& t = stack.trace[0];
  return t.numel() > 0 && t.numel() <= kMostCompared && t.size(0) > 1 && t.eq(t.narrow(0, 0, 1)).all().item<bool>();
}

bool is_weight(const Wire& wire) { return wire.known() && wire.rank() == 2 && at::isFloatingType(wire.dtype()); }

}  // namespace

Wire ImportBuilder::cast(const std::string& name, const Wire& x, at::ScalarType dtype) {
  if (!x.usable() || x.dtype() == dtype) return x;
  if (x.known()) {
    Wire result = x;
    for (size_t at = 0; at < 2; ++at)
      result.trace[at] = at && x.trace[0].is_same(x.trace[1]) ? result.trace[0] : x.trace[at].to(dtype);
    return result;
  }
  return call(name, "cast", {x}, {{"dtype", dtype_name(dtype)}});
}

Wire ImportBuilder::binary(const std::string& name, const std::string& op, Wire a, Wire b, mase::Map with) {
  // A mask that is left out hides nothing.
  if (op == "logical_and" && a.absent()) return b;
  if (op == "logical_and" && b.absent()) return a;
  if (a.usable() && b.usable() && !(a.known() && b.known())) {
    const auto is_own_batch = [&](const Size& n) { return literal_batch_ && n == Size(batch_[0]); };
    const auto leaves = [&](const Wire& x, const Wire& constant) {
      if (!constant.known() || x.rank() < constant.rank() || !changes_nothing(op, constant)) return false;
      for (int64_t i = 1; i <= constant.rank(); ++i)
        if (const Size n = constant.size(constant.rank() - i);
            n != Size(1) && n != x.size(x.rank() - i) && !(i == x.rank() && is_own_batch(n) && x.size(0) == batch()))
          return false;
      if (op == "logical_and" || op == "logical_or") return x.dtype() == at::kBool;
      const bool is_small = constant.rank() == 0 && at::isIntegralType(constant.dtype(), false);
      return at::isFloatingType(x.dtype()) || x.dtype() == constant.dtype() ||
             (is_small && at::isIntegralType(x.dtype(), false) && op != "div");
    };
    if (with.empty() && leaves(a, b)) return a;
    if (with.empty() && commutes(op) && leaves(b, a)) return b;
    const Wire factor = op == "mul" ? (a.known() ? a : b) : Wire();
    if (!is_bias(op, a, b) && !is_bias(op, b, a)) a = as_number(a, b), b = as_number(b, a);
    if (op == "maximum" || op == "minimum") {
      const Wire &x = a.known() ? b : a, &limit = a.known() ? a : b;
      if (limit.known() && limit.rank() == 0 && limit.dtype() == x.dtype() && at::isFloatingType(x.dtype()) &&
          limit.trace[0].is_same(limit.trace[1])) {
        const mase::Value value(limit.trace[0].item<double>());
        return op == "maximum" ? clamp(name, x, value, {}) : clamp(name, x, {}, value);
      }
    }
    const Wire result = call(name, op, {a, b}, std::move(with));
    if (factor.known() && !factor.key.empty() && result.live()) factors_[result.from.node] = factor;
    return result;
  }
  return call(name, op, {a, b}, std::move(with));
}

// Of where(x > 0, x, slopes * x), or where(x < 0, slopes * x, x), with one slope, or one for each channel, that has a
// name in the file. `op` is the condition's.
std::optional<Wire> ImportBuilder::slopes_of(const Wire& condition, std::string_view op, const Wire& x,
                                             const Wire& scaled) const {
  const mase::Node* above = condition.live() ? condition.from.node : nullptr;
  const auto is_x = [&](const mase::Argument& arg) {
    return arg.node && arg.node == x.from.node && arg.result == x.from.result;
  };
  if (!x.live() || !scaled.live() || !above || above->mase_op != op || !is_x(above->args[0]) || above->args[1].node ||
      !above->args[1].constant.is_number() || above->args[1].constant.as_double() != 0)
    return std::nullopt;
  const auto found = factors_.find(scaled.from.node);
  if (found == factors_.end() || !(is_x(scaled.from.node->args[0]) || is_x(scaled.from.node->args[1])))
    return std::nullopt;
  const Wire& slopes = found->second;
  const int64_t count = slopes.trace[0].numel(), channels = x.rank() - slopes.rank();
  const bool is_per_channel = x.rank() >= 2 && slopes.rank() >= 1 && channels <= 1 && channels >= 0 &&
                              slopes.size(1 - channels) == Size(count) && x.size(1) == Size(count);
  if (slopes.dtype() != x.dtype() || (count != 1 && !is_per_channel)) return std::nullopt;
  return slopes;
}

Wire ImportBuilder::prelu(const std::string& name, const Wire& x, const Wire& slopes) {
  Wire weight = slopes;
  if (weight.rank() != 1) weight.trace.fill(weight.trace[0].reshape({-1}));
  mase::Map with;
  if (const int64_t count = weight.trace[0].numel(); count != 1) with.set("num_parameters", count);
  return apply(name, mase::Chosen("nn.prelu", with), {x}, {{"weight", weight}}).front();
}

Wire ImportBuilder::pow(const std::string& name, const Wire& x, const Wire& exponent) {
  if (x.live() && exponent.known() && exponent.trace[0].numel() == 1 && exponent.rank() <= x.rank() &&
      at::isFloatingType(x.dtype()) && exponent.trace[0].is_same(exponent.trace[1])) {
    const double e = exponent.trace[0].to(at::kDouble).item<double>();
    if (e == 0.5) return call(name, "sqrt", {x});
    if (e == 1) return x;
  }
  return binary(name, "pow", x, exponent);
}

// The mean of an image's or a volume's pixels is a pool, which torch.export's decompositions write as a mean.
Wire ImportBuilder::mean(const std::string& name, const Wire& x, std::vector<int64_t> axes, bool keepdim) {
  std::sort(axes.begin(), axes.end());
  const int64_t rank = x.usable() ? x.rank() : 0;
  if (x.live() && keepdim && (rank == 4 || rank == 5) && static_cast<int64_t>(axes.size()) == rank - 2 && axes[0] == 2)
    return call(name, mase::format("adaptive_avg_pool{}d", rank - 2), {x}, {{"output_size", 1}});
  mase::Map with;
  if (!axes.empty()) with.set("dim", mase::Value(axes));
  if (keepdim) with.set("keepdim", true);
  return call(name, "mean", {x}, std::move(with));
}

mase::Chosen clamp_between(const mase::Value& low, const mase::Value& high) {
  const auto is = [](const mase::Value& limit, double value) {
    return limit.is_number() && limit.as_double() == value;
  };
  if (is(low, 0) && high.is_null()) return mase::Chosen("nn.relu");
  if (is(low, 0) && is(high, 6)) return mase::Chosen("nn.relu6");
  if (is(low, -1) && is(high, 1)) return mase::Chosen("nn.hardtanh");
  mase::Map with;
  if (!low.is_null()) with.set("min", low);
  if (!high.is_null()) with.set("max", high);
  return mase::Chosen("nn.clamp", std::move(with));
}

Wire ImportBuilder::clamp(const std::string& name, const Wire& x, const mase::Value& low, const mase::Value& high) {
  if (low.is_null() && high.is_null()) return x;
  if (x.usable() && at::isFloatingType(x.dtype())) return apply(name, clamp_between(low, high), {x}).front();
  mase::Map with;
  if (!low.is_null()) with.set("min", low);
  if (!high.is_null()) with.set("max", high);
  return call(name, "clamp", {x}, std::move(with));
}

Wire ImportBuilder::where(const std::string& name, const Wire& condition, Wire a, Wire b) {
  if (condition.known() && a.live() && b.known() && is_all(b, 0))
    if (const auto triangle = triangle_of(condition, a))
      return call(name, triangle->first ? "tril" : "triu", {a}, {{"diagonal", triangle->second}});
  if (condition.live() && a.usable() && b.usable()) {
    if (const auto slopes = slopes_of(condition, "gt", a, b)) return prelu(name, a, *slopes);
    if (const auto slopes = slopes_of(condition, "lt", b, a)) return prelu(name, b, *slopes);
    a = as_uniform(a, condition, b);
    b = as_uniform(b, condition, a);
  }
  return call(name, "where", {condition, a, b});
}

Wire ImportBuilder::matmul(const std::string& name, const Wire& a, const Wire& b) {
  if (a.live() && a.rank() >= 2 && is_weight(b)) {
    Wire weight = known(b.trace[0].t(), b.key);
    return linear(name, a, weight, absent());
  }
  // A weight from the left works on columns.
  if (b.live() && b.rank() >= 3 && is_weight(a)) {
    const Wire rows = transpose(name + "_rows", b, -2, -1);
    return transpose(name, linear(name + "_layer", rows, a, absent()), -2, -1);
  }
  // A matrix with axes of one before it.
  if (a.live() && b.known() && b.rank() > 2 && a.rank() >= b.rank() && at::isFloatingType(b.dtype()) &&
      b.trace[0].numel() == b.trace[0].size(-1) * b.trace[0].size(-2) && b.trace[0].numel() > 0)
    return linear(name, a, known(b.trace[0].reshape({b.trace[0].size(-2), b.trace[0].size(-1)}).t(), b.key), absent());
  // A weight that was repeated for each sample.
  if (a.live() && a.rank() == 3 && b.known() && b.rank() == 3 && at::isFloatingType(b.dtype()) &&
      (b.trace[0].stride(0) == 0 || repeats_one(b)) &&
      (b.size(0) == a.size(0) || (literal_batch_ && b.size(0).at[0] == a.size(0).at[0])))
    return linear(name, a, known(b.trace[0].select(0, 0).t(), b.repeated), absent());
  if (const auto stack = stack_of(b); stack && a.live() && a.rank() == 3 && a.size(0) == b.size(0)) {
    const Wire parts = reshape(name + "_parts", a, {batch(), stack->size(0), a.size(1), a.size(2)});
    const Wire product = call(name + "_each", "matmul", {parts, *stack});
    return reshape(name, product, {a.size(0), a.size(1), b.size(2)});
  }
  return call(name, "matmul", {a, b});
}

// Matrices that are repeated for each sample: [batch * n, a, b]. Then the first n.
std::optional<Wire> ImportBuilder::stack_of(const Wire& matrices) const {
  if (!matrices.known() || matrices.rank() != 3 || matrices.size(0).fixed() || !at::isFloatingType(matrices.dtype()))
    return std::nullopt;
  const int64_t count = matrices.size(0).at[0] / std::max<int64_t>(batch_[0], 1);
  if (count < 1 || matrices.size(0) != Size(count * batch_[0], count * batch_[1])) return std::nullopt;
  for (const at::Tensor& t : matrices.trace) {
    const at::Tensor samples = t.reshape({-1, count, t.size(1), t.size(2)});
    if (t.numel() > kMostCompared || !samples.eq(samples.narrow(0, 0, 1)).all().item<bool>()) return std::nullopt;
  }
  return known(matrices.trace[0].narrow(0, 0, count).contiguous(), matrices.repeated);
}

Wire ImportBuilder::linear(const std::string& name, const Wire& x, const Wire& weight, const Wire& bias,
                           std::string target) {
  const bool is_layer = x.live() && is_weight(weight) &&
                        (bias.absent() || (bias.known() && bias.trace[0].numel() == weight.trace[0].size(0)));
  if (!is_layer) {
    if (!x.usable() || !weight.usable() || bias.state == Wire::State::unknown)
      return call(name, "matmul", {x, weight});  // nothing that can be computed
    const Wire product = matmul(name, x, transpose(name + "_t", weight, -2, -1));
    return bias.absent() ? product : binary(name + "_bias", "add", product, bias);
  }
  std::map<std::string, Wire> params{{"weight", weight}};
  if (bias.usable()) {
    params["bias"] = bias;
    if (bias.rank() != 1) params["bias"].trace.fill(bias.trace[0].reshape({-1}));
  }
  return apply(name,
               mase::Chosen("nn.linear", {{"in_features", weight.trace[0].size(1)},
                                          {"out_features", weight.trace[0].size(0)},
                                          {"bias", bias.usable()}}),
               {x}, std::move(params), SIZE_MAX, std::move(target))
      .front();
}

Wire ImportBuilder::embedding(const std::string& name, const Wire& weight, const Wire& indices, mase::Map with,
                              std::string target) {
  // Constant indices (positions) select constant rows, which exporters to ONNX write right away.
  if (!is_weight(weight) || indices.known()) return call(name, "index_select", {weight, indices}, {{"dim", 0}});
  with.set("num_embeddings", weight.trace[0].size(0));
  with.set("embedding_dim", weight.trace[0].size(1));
  return apply(name, mase::Chosen("nn.embedding", std::move(with)), {indices}, {{"weight", weight}}, SIZE_MAX,
               std::move(target))
      .front();
}

}  // namespace models
