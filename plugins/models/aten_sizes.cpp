// ATen: Python's numbers. Sizes, what is computed from them, and what is asked of them.
#include <algorithm>
#include <cmath>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

// A Python number: an integer at both batch sizes, or a real one.
struct Number {
  Size integer;
  double real = 0;
  bool is_integer = true;
  double at(size_t i) const { return is_integer ? static_cast<double>(integer.at[i]) : real; }
};

Number number_of(const AtenCall& call, const std::string& name) {
  const AtenValue& value = call.arg(name);
  if (const auto* real = value.get<double>()) return {{}, *real, false};
  if (const auto* wire = value.get<Wire>(); wire && wire->known() && at::isFloatingType(wire->dtype()))
    return {{}, call.number(name), false};
  return {call.size(name), 0, true};
}

// The same result at both batch sizes, or none that holds for any batch.
template <class T>
T agreed(const AtenCall& call, T small, T large) {
  if (small != large) throw OneBatchOnly{mase::format("node '{}' is a number that depends on the batch", call.node)};
  return small;
}

int64_t floor_divided(const AtenCall& call, int64_t a, int64_t b) {
  if (b == 0 || (a == INT64_MIN && b == -1)) call.refuse(mase::format("{} is divided by {}", a, b));
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

int64_t integer_result(const AtenCall& call, char op, int64_t a, int64_t b) {
  int64_t result = 0;
  bool overflows = false;
  switch (op) {
    case '+':
      overflows = __builtin_add_overflow(a, b, &result);
      break;
    case '-':
      overflows = __builtin_sub_overflow(a, b, &result);
      break;
    case '*':
      overflows = __builtin_mul_overflow(a, b, &result);
      break;
    case '/':
      return floor_divided(call, a, b);
    case '%':
      return b == -1 ? 0 : a - floor_divided(call, a, b) * b;
    case 'M':
      return std::max(a, b);
    default:
      return std::min(a, b);
  }
  if (overflows) call.refuse("integers beyond 63 bits");
  return result;
}

double real_result(char op, double a, double b) {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return std::floor(a / b);
    case '%':
      return a - std::floor(a / b) * b;
    case 'M':
      return std::max(a, b);
    default:
      return std::min(a, b);
  }
}

AtenValue computed(const AtenCall& call, char op) {
  const Number a = number_of(call, "a"), b = number_of(call, "b");
  if (a.is_integer && b.is_integer)
    return Size(integer_result(call, op, a.integer.at[0], b.integer.at[0]),
                integer_result(call, op, a.integer.at[1], b.integer.at[1]));
  return agreed(call, real_result(op, a.at(0), b.at(0)), real_result(op, a.at(1), b.at(1)));
}

bool compared(const std::string& op, double a, double b) {
  if (op == "eq") return a == b;
  if (op == "ne") return a != b;
  if (op == "lt") return a < b;
  if (op == "le") return a <= b;
  return op == "gt" ? a > b : a >= b;
}

AtenValue comparison(const AtenCall& call, const std::string& op) {
  const auto *x = call.arg("a").get<std::string>(), *y = call.arg("b").get<std::string>();
  if (x && y) return (*x == *y) == (op == "eq");
  if (x || y) call.refuse(mase::format("compares {} with {}", call.arg("a").type_name(), call.arg("b").type_name()));
  if (const auto* list = call.arg("a").get<AtenValue::List>(); list && call.arg("b").get<AtenValue::List>())
    return (call.sizes("a") == call.sizes("b")) == (op == "eq");
  if (call.arg("a").is_none() || call.arg("b").is_none())
    return (call.arg("a").is_none() && call.arg("b").is_none()) == (op == "eq");
  const Number a = number_of(call, "a"), b = number_of(call, "b");
  return agreed(call, compared(op, a.at(0), b.at(0)), compared(op, a.at(1), b.at(1)));
}

AtenValue real_function(const AtenCall& call, double (*function)(double)) {
  const Number a = number_of(call, call.args.contains("a") ? "a" : "self");
  return agreed(call, function(a.at(0)), function(a.at(1)));
}

void add_queries(AtenTable& t) {
  t["sym_size"] = t["size"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    if (c.has("dim")) return {x.size(c.axis("dim", x.rank()))};
    AtenValue::List all;
    for (const Size& n : x.sizes()) all.emplace_back(n);
    return {AtenValue(all)};
  };
  t["sym_numel"] = t["numel"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    return {Size(x.trace[0].numel(), x.trace[1].numel())};
  };
  t["dim"] = [](AtenCall& c) -> AtenValues { return {Size(c.tensor("self").rank())}; };
  t["is_floating_point"] = [](AtenCall& c) -> AtenValues { return {at::isFloatingType(c.tensor("self").dtype())}; };
  t["dtype"] = [](AtenCall& c) -> AtenValues { return {Size(static_cast<int64_t>(c.tensor("a").dtype()))}; };
  for (const char* name : {"is_nested", "is_cuda", "is_sparse", "is_mkldnn", "is_quantized", "is_complex", "is_meta",
                           "is_autocast_enabled", "is_autocast_cpu_enabled"})
    t[name] = [](AtenCall&) -> AtenValues { return {false}; };
  // As while training: torch.nn's fused shortcuts for inference are not taken.
  t["requires_grad"] = t["is_grad_enabled"] = [](AtenCall&) -> AtenValues { return {true}; };
  t["type"] = t["device"] = [](AtenCall&) -> AtenValues { return {std::string("cpu")}; };
}

// A number out of a tensor that is not known yet: noted, and everything that follows from it is unknown, too.
std::optional<AtenValues> lost(const AtenCall& call) {
  const auto* wire = call.args.empty() ? nullptr : call.args.begin()->second.get<Wire>();
  if (call.args.contains("self")) wire = call.arg("self").get<Wire>();
  if (!wire || wire->known()) return std::nullopt;
  return AtenValues{AtenValue(
      call.builder.unknown(call.node, call.op, 1, "takes a number out of a tensor that is computed when the model runs")
          .front())};
}

// A tensor's only element as a number, and back.
void add_conversions(AtenTable& t) {
  t["Int"] = t["IntImplicit"] = [](AtenCall& c) -> AtenValues {
    if (const auto given_up = lost(c)) return *given_up;
    const Number n = number_of(c, c.args.begin()->first);
    if (n.is_integer) return {n.integer};
    return {Size(static_cast<int64_t>(std::trunc(n.real)))};
  };
  t["item"] = t["_local_scalar_dense"] = t["ScalarImplicit"] = [](AtenCall& c) -> AtenValues {
    if (const auto given_up = lost(c)) return *given_up;
    const std::string name = c.args.contains("self") ? "self" : c.args.begin()->first;
    const Number n = number_of(c, name);
    if (n.is_integer) return {n.integer};
    return {n.real};
  };
  t["Float"] = t["FloatImplicit"] = [](AtenCall& c) -> AtenValues {
    if (const auto given_up = lost(c)) return *given_up;
    return {c.number(c.args.begin()->first)};
  };
  t["Bool"] = [](AtenCall& c) -> AtenValues {
    if (const auto given_up = lost(c)) return *given_up;
    return {c.number(c.args.begin()->first) != 0};
  };
  t["NumToTensor"] = [](AtenCall& c) -> AtenValues {
    if (const auto* real = c.arg("a").get<double>()) {
      AtenCall part{c.builder, c.node, c.op, c.target, {{"a", *real}}};
      return {part.tensor("a")};
    }
    return {c.tensor("a")};
  };
}

}  // namespace

// With arguments a and b as TorchScript's schemas have them; Python's operators in .pt2 files are given the same names.
AtenValue python_arithmetic(AtenCall& call) {
  const std::string base = call.base();
  if (base == "add" && call.arg("a").get<AtenValue::List>() && call.arg("b").get<AtenValue::List>()) {
    AtenValue::List all = *call.arg("a").get<AtenValue::List>();
    for (const AtenValue& value : *call.arg("b").get<AtenValue::List>()) all.push_back(value);
    return all;
  }
  if (base == "add") return computed(call, '+');
  if (base == "sub") return computed(call, '-');
  if (base == "mul") return computed(call, '*');
  if (base == "floordiv") return computed(call, '/');
  if (base == "remainder" || base == "mod") return computed(call, '%');
  if (base == "max") return computed(call, 'M');
  if (base == "min") return computed(call, 'm');
  if (base != "div" && base != "pow") return comparison(call, base);
  const Number a = number_of(call, "a"), b = number_of(call, "b");
  if (base == "div") return agreed(call, a.at(0) / b.at(0), a.at(1) / b.at(1));
  const double small = std::pow(a.at(0), b.at(0)), large = std::pow(a.at(1), b.at(1));
  if (a.is_integer && b.is_integer && std::abs(small) < 1e15 && std::abs(large) < 1e15 && b.integer.at[0] >= 0)
    return Size(static_cast<int64_t>(small), static_cast<int64_t>(large));
  return agreed(call, small, large);
}

// Python's `is`: attention asks whether its key is its query.
static bool is_same_object(const AtenCall& c) {
  const AtenValue &a = c.arg("self"), &b = c.arg("obj");
  if (a.is_none() || b.is_none()) return a.is_none() && b.is_none();
  const Wire *x = a.get<Wire>(), *y = b.get<Wire>();
  if (x && y && x->live() && y->live()) return x->from.node == y->from.node && x->from.result == y->from.result;
  if (x && y) return x->known() && y->known() && x->trace[0].is_same(y->trace[0]);
  const bool *p = a.get<bool>(), *q = b.get<bool>();
  if (!p || !q) c.refuse(mase::format("asks whether {} is {}", a.type_name(), b.type_name()));
  return *p == *q;
}

static void add_questions(AtenTable& t) {
  t["__is__"] = [](AtenCall& c) -> AtenValues { return {is_same_object(c)}; };
  t["__isnot__"] = [](AtenCall& c) -> AtenValues { return {!is_same_object(c)}; };
  t["__not__"] = [](AtenCall& c) -> AtenValues { return {!c.flag("self")}; };
  t["__and__.bool"] = [](AtenCall& c) -> AtenValues { return {c.flag("a") && c.flag("b")}; };
  t["__or__.bool"] = [](AtenCall& c) -> AtenValues { return {c.flag("a") || c.flag("b")}; };
  // What only checks or warns.
  for (const char* name : {"_assert_async", "_assert_scalar", "_assert_tensor_metadata", "sym_constrain_range",
                           "sym_constrain_range_for_size", "_check", "_check_is_size", "warn", "manual_seed"})
    t[name] = [](AtenCall&) -> AtenValues { return {}; };
}

void add_aten_sizes(AtenTable& t) {
  add_queries(t), add_conversions(t);
  t["floordiv"] = t["mod"] = [](AtenCall& c) -> AtenValues { return {python_arithmetic(c)}; };
  t["neg.int"] = t["neg.float"] = t["neg.Scalar"] = [](AtenCall& c) -> AtenValues {
    const Number n = number_of(c, "a");
    if (n.is_integer) return {Size(-n.integer.at[0], -n.integer.at[1])};
    return {-n.real};
  };
  t["sqrt.int"] = t["sqrt.float"] = t["sqrt.Scalar"] = [](AtenCall& c) -> AtenValues {
    return {real_function(c, [](double x) { return std::sqrt(x); })};
  };
  t["floor.int"] = t["floor.float"] = [](AtenCall& c) -> AtenValues {
    const Number n = number_of(c, "a");
    return {n.is_integer ? n.integer : Size(static_cast<int64_t>(std::floor(n.real)))};
  };
  t["ceil.int"] = t["ceil.float"] = [](AtenCall& c) -> AtenValues {
    const Number n = number_of(c, "a");
    return {n.is_integer ? n.integer : Size(static_cast<int64_t>(std::ceil(n.real)))};
  };
  t["trunc.int"] = t["trunc.float"] = [](AtenCall& c) -> AtenValues {
    const Number n = number_of(c, "a");
    return {n.is_integer ? n.integer : Size(static_cast<int64_t>(std::trunc(n.real)))};
  };
  t["to_float"] = [](AtenCall& c) -> AtenValues { return {c.number("a")}; };
  add_questions(t);
}

}  // namespace models
