// quant.equalize: the scales of each pair of layers, again and again until they stay.
#include "equalize.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/div.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/where.h>
#include <mase/output.h>
#include <mase/tensor.h>
#include <mase/text.h>

#include <algorithm>
#include <cmath>

namespace mase::quant {
namespace {

// The second layer's weight as [groups, outputs, channels, columns * taps]: channel c of the first layer meets it in
// group c / channels at place c % channels.
at::Tensor by_channel(const at::Tensor& weight, const LayerPair& pair, int64_t channels) {
  const int64_t inputs = weight.size(1) / pair.columns;
  const int64_t groups = channels / inputs;
  return weight.reshape({groups, weight.size(0) / groups, inputs, -1});
}

at::Tensor rows(const at::Tensor& scale, const at::Tensor& like) {
  Shape shape(static_cast<size_t>(like.dim()), 1);
  shape[0] = -1;
  return scale.reshape(shape);
}

// Moves scales between the two layers; returns how far the greatest one was from 1, as |log s|.
double equalize(Graph& graph, const LayerPair& pair) {
  const std::string &first = pair.first->param("weight")->key, &second = pair.second->param("weight")->key;
  const at::Tensor a = graph.tensor(first).to(at::kDouble), b = graph.tensor(second).to(at::kDouble);
  const at::Tensor b4 = by_channel(b, pair, a.size(0));
  const at::Tensor r1 = at::amax(at::abs(a.reshape({a.size(0), -1})), {1});
  const at::Tensor r2 = at::amax(at::abs(b4), {1, 3}).reshape({-1});
  at::Tensor s = at::div(at::sqrt(at::mul(r1, r2)), r2);
  s = at::where(at::gt(at::mul(r1, r2), 0), s, at::ones_like(s));  // a channel that is nothing stays so

  graph.set_tensor(first, at::div(a, rows(s, a)).to(at::kFloat));
  if (const Parameter* bias = pair.first->param("bias"))
    graph.set_tensor(bias->key, at::div(graph.tensor(bias->key).to(at::kDouble), s).to(at::kFloat));
  const at::Tensor factors = s.reshape({b4.size(0), 1, b4.size(2), 1});
  graph.set_tensor(second, at::mul(b4, factors).reshape(b.sizes()).to(at::kFloat));
  return at::abs(s.log()).max().item<double>();
}

// The greatest ratio between the ranges of two channels.
double spread(const Graph& graph, const Node& node) {
  const at::Tensor& w = graph.tensor(node.param("weight")->key);
  const at::Tensor range = at::amax(at::abs(w.reshape({w.size(0), -1})), {1});
  const double least = range.min().item<double>();
  return least > 0 ? range.max().item<double>() / least : INFINITY;
}

}  // namespace

void Equalize::Config::schema(Schema<Config>& s) {
  s.field("iterations", &Config::iterations, "at most so many rounds over all pairs").range(1, 10000);
  s.field("tolerance", &Config::tolerance, "stops when no scale differs from 1 by more").range(0, 1);
}

void Equalize::run(Graph& graph, Context& context) {
  const std::vector<Node*>& nodes = context.selected();
  std::vector<LayerPair> pairs;
  for (Node* node : nodes)
    if (const auto pair = pair_from(*node); pair && std::find(nodes.begin(), nodes.end(), pair->second) != nodes.end())
      pairs.push_back(*pair);
  if (pairs.empty())
    throw Error(
        "no two selected layers follow each other with nothing but relu, leaky_relu, pooling, dropout or flatten "
        "between them",
        {}, "equalization scales the channels of one layer and undoes it in the next");
  std::vector<double> before;
  for (const LayerPair& pair : pairs) before.push_back(spread(graph, *pair.first));
  int64_t rounds = 0;
  for (double moved = INFINITY; rounds < config_.iterations && moved > std::log1p(config_.tolerance); ++rounds) {
    moved = 0;
    for (const LayerPair& pair : pairs) moved = std::max(moved, equalize(graph, pair));
  }
  std::string csv = csv_row({"first", "second", "range_ratio_before", "range_ratio_after"});
  for (size_t i = 0; i < pairs.size(); ++i)
    csv += csv_row({pairs[i].first->name, pairs[i].second->name, before[i], spread(graph, *pairs[i].first)});
  write_file(context.out_dir() + "/equalize.csv", csv);
  context.report("pairs", static_cast<int64_t>(pairs.size()));
  context.report("iterations", rounds);
  context.info("{} pairs of layers equalized in {} rounds", pairs.size(), rounds);
}

}  // namespace mase::quant
