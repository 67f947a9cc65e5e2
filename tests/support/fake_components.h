// Components for tests of the API library: a few operators, formats and generators, without host or plugins.
#pragma once
#include <ATen/TensorOperators.h>
#include <ATen/ops/add.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/round.h>
#include <ATen/ops/split.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <map>

#include "mase/execute.h"
#include "mase/generator.h"
#include "mase/op.h"

namespace test {

using namespace mase;

class FakeComponents final : public Components, public Registrar {
 public:
  using Registrar::add;
  void add(ComponentInfo info) override { infos_.emplace(info.name, std::move(info)); }

  std::shared_ptr<Component> create(std::string_view kind, const Chosen& chosen) override {
    const auto it = infos_.find(chosen.name());
    if (it == infos_.end() || it->second.kind != kind) throw Error("no component '" + chosen.name() + "'");
    ++created;
    return it->second.create(Value(chosen.with()));
  }
  std::shared_ptr<Component> shared(std::string_view kind, const Chosen& chosen) override {
    auto& slot = shared_[chosen.key()];
    if (!slot) slot = create(kind, chosen);
    return slot;
  }
  std::vector<const ComponentInfo*> list(std::string_view kind) const override {
    std::vector<const ComponentInfo*> found;
    for (const auto& [name, info] : infos_)
      if (info.kind == kind) found.push_back(&info);
    return found;
  }
  using Components::create;
  using Components::shared;
  int created = 0;

 private:
  std::map<std::string, ComponentInfo> infos_;
  std::map<std::string, std::shared_ptr<Component>> shared_;
};

// y = x W^T + b, with an accumulator of 8 guard bits.
struct FakeLinear final : Op {
  struct Config {
    int64_t out = 1;
    static void schema(Schema<Config>& s) { s.field("out", &Config::out, "size of the result"); }
  };
  explicit FakeLinear(Config c) : config(c) {}
  std::vector<ParameterInfo> parameters() const override { return {{"weight"}, {"bias", false, true}}; }
  Tensors forward(const Tensors& in, Tensors& p, OpContext&) const override { return {at::linear(in[0], p[0], p[1])}; }
  Tensors initialize(const std::vector<Shape>& in, Random& random) const override {
    at::Tensor weight = at::zeros({config.out, in[0].back()});
    for (int64_t i = 0; i < weight.numel(); ++i) weight.view(-1)[i] = random.uniform() - 0.5;
    return {weight, at::zeros({config.out})};
  }
  std::optional<FixedPoint> result_format(const OpFormats& f) const override {
    if (!f.inputs[0] || !f.params[0]) return std::nullopt;
    const int frac = f.inputs[0]->frac_width + f.params[0]->frac_width;
    const int width = f.inputs[0]->width + f.params[0]->width + 8;
    const int bias = f.params[1] ? f.params[1]->width - f.params[1]->frac_width + frac : 0;
    return FixedPoint{std::max(width, bias + 1), frac, true};
  }
  Config config;
};

struct FakeRelu final : Op {
  Tensors forward(const Tensors& in, Tensors&, OpContext&) const override { return {at::relu(in[0])}; }
  std::optional<FixedPoint> result_format(const OpFormats& f) const override { return f.inputs[0]; }
};

struct FakeAdd final : Op {
  std::pair<int, int> arity() const override { return {2, 2}; }
  Tensors forward(const Tensors& in, Tensors&, OpContext&) const override { return {at::add(in[0], in[1])}; }
};

// Two results: the halves of the last axis.
struct FakeHalves final : Op {
  Tensors forward(const Tensors& in, Tensors&, OpContext&) const override {
    return at::split(in[0], in[0].size(-1) / 2, -1);
  }
};

// Multiplies by a random number while training and counts its calls in a buffer.
struct FakeNoise final : Op {
  std::vector<ParameterInfo> parameters() const override { return {{"calls", true}}; }
  Tensors forward(const Tensors& in, Tensors& p, OpContext& c) const override {
    if (!c.training) return {in[0]};
    p[0].add_(1);
    return {at::mul(in[0], c.random->uniform())};
  }
  Tensors initialize(const std::vector<Shape>&, Random&) const override { return {at::zeros({})}; }
};

// Nearest even, saturated.
struct FakeFixed final : Format {
  struct Config {
    int width = 8, frac_width = 4;
    static void schema(Schema<Config>& s) {
      s.field("width", &Config::width, "bits");
      s.field("frac_width", &Config::frac_width, "bits right of the point");
    }
  };
  explicit FakeFixed(Config c) : point{c.width, c.frac_width, true} {}
  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& c) const override {
    ++calls, last = std::string(c.tensor);
    return from_codes(to_codes(x, point), point).to(x.scalar_type());
  }
  Codes encode(const at::Tensor& x, const QuantizeContext&) const override {
    Codes codes;
    codes.elements = to_codes(x, point), codes.point = point;
    return codes;
  }
  at::Tensor decode(const Codes& codes) const override { return from_codes(codes.elements, point); }
  int64_t bits(const Shape&) const override { return point.width; }
  std::vector<int64_t> precision() const override { return {point.width, point.frac_width}; }
  std::optional<FixedPoint> fixed_point() const override { return point; }
  FixedPoint point;
  mutable int calls = 0;
  mutable std::string last;
};

// x * scale, with scale trainable and a backward of its own that triples the gradient of x.
struct FakeScaled final : Format {
  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& c) const override {
    return at::mul(x, c.parameters.at(0));
  }
  Codes encode(const at::Tensor&, const QuantizeContext&) const override { throw Error("no codes"); }
  at::Tensor decode(const Codes&) const override { throw Error("no codes"); }
  int64_t bits(const Shape&) const override { return 32; }
  std::vector<int64_t> precision() const override { return {32, 1}; }
  std::vector<FormatParameter> parameters(const Shape&) const override { return {{"scale", at::tensor(2.0f)}}; }
  Tensors backward(const at::Tensor& g, const at::Tensor& x, const QuantizeContext&) const override {
    return {at::mul(g, 3), at::mul(g, x).sum().view({1})};
  }
};

// The integer model of FakeLinear, term by term.
struct FakeLinearGenerator final : Generator {
  std::string mase_op() const override { return "linear"; }
  std::string refuses(const Node& node) const override {
    return node.meta.common.args.at("weight").point()->width > 16 ? "weights are wider than 16 bits" : "";
  }
  RtlModule emit(const Node&) const override { return {}; }
  std::vector<Codes> model(const Node& node, const std::vector<Codes>& in, const std::vector<Codes>& p) const override {
    const at::Tensor &x = in[0].elements, &w = p[0].elements, &b = p[1].elements;
    const int frac = in[0].point->frac_width + p[0].point->frac_width;
    Codes out;
    out.elements = at::zeros({x.size(0), w.size(0)}, at::TensorOptions().dtype(at::kLong));
    for (int64_t n = 0; n < x.size(0); ++n)
      for (int64_t o = 0; o < w.size(0); ++o) {
        int64_t sum = b[o].item<int64_t>() << (frac - p[1].point->frac_width);
        for (int64_t i = 0; i < w.size(1); ++i) sum += x[n][i].item<int64_t>() * w[o][i].item<int64_t>();
        out.elements[n][o] = sum;
      }
    out.point = node.meta.common.results[0].format ? FixedPoint{62, frac, true} : *node.meta.common.results[0].point();
    return {out};
  }
};

struct FakeReluGenerator final : Generator {
  std::string mase_op() const override { return "relu"; }
  std::string refuses(const Node&) const override { return ""; }
  RtlModule emit(const Node&) const override { return {}; }
  std::vector<Codes> model(const Node&, const std::vector<Codes>& in, const std::vector<Codes>&) const override {
    Codes out = in[0];
    out.elements = at::clamp(out.elements, 0);
    return {out};
  }
};

inline FakeComponents fake_components() {
  FakeComponents c;
  c.Registrar::add<FakeLinear>("t.linear", "linear");
  c.Registrar::add<FakeRelu>("t.relu", "relu");
  c.Registrar::add<FakeAdd>("t.add", "add");
  c.Registrar::add<FakeHalves>("t.split", "split");
  c.Registrar::add<FakeNoise>("t.noise", "noise");
  c.Registrar::add<FakeFixed>("t.fixed", "fixed point");
  c.Registrar::add<FakeScaled>("t.scaled", "scaled");
  c.Registrar::add<FakeLinearGenerator>("t.rtl_linear", "linear");
  c.Registrar::add<FakeReluGenerator>("t.rtl_relu", "relu");
  return c;
}

inline Chosen fixed(int width, int frac_width) { return {"t.fixed", {{"width", width}, {"frac_width", frac_width}}}; }

// x [1, 4] -> fc1 (4 to 3) -> relu1 -> fc2 (3 to 2) -> output
inline Graph two_layers(Components& components) {
  Graph graph("two_layers");
  Node* node = &add_placeholder(graph, "x", {4});
  node = &add_module(graph, components, "fc1", {"t.linear", {{"out", 3}}}, {node}, Random(1));
  node = &add_module(graph, components, "relu1", {"t.relu"}, {node}, Random(2), true);
  node = &add_module(graph, components, "fc2", {"t.linear", {{"out", 2}}}, {node}, Random(3));
  add_output(graph, {node});
  graph.set_tensor("fc1.bias", at::tensor({0.1f, -0.2f, 0.3f}));
  graph.set_tensor("fc2.bias", at::tensor({0.7f, -1.3f}));
  return graph;
}

// Formats on inputs and weights of both linear layers.
inline void quantize_all(Graph& graph) {
  for (const char* name : {"fc1", "fc2"})
    for (const char* argument : {"data_in_0", "weight"})
      graph.at(name).meta.common.args.at(argument).format = fixed(8, 4);
}

template <class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

}  // namespace test
