// The batches of a split that calibration, bias correction and their like look at, and what a graph computes for them.
#pragma once
#include <mase/context.h>
#include <mase/dataset.h>
#include <mase/graph.h>

#include <functional>
#include <map>

namespace mase::quant {

struct Batches {
  std::string split = "train";
  int64_t batches = 8;
  int64_t batch_size = 64;

  template <class C>
  static void fields(Schema<C>& s) {
    s.field("split", &C::split, "whose samples are looked at").one_of({"train", "validation", "test"});
    s.field("batches", &C::batches, "how many batches; 0: all of the split").min(0);
    s.field("batch_size", &C::batch_size, "samples per batch").range(1, 10000000);
  }
};

// A result of a node, by the node's place in its graph.
using Place = std::pair<size_t, size_t>;

// The graph without formats, for comparison: what it computes is float.
Graph float_copy(const Graph& graph);

// Runs the graph on the batches and hands on what every node computes, after its formats.
void observe(Graph& graph, const Batches& batches, Context& context,
             const std::function<void(const Node&, const Tensors&)>& each);

// The values of some results over all batches, joined along the batch axis, in float32.
std::map<Place, at::Tensor> values_of(Graph& graph, const std::vector<Place>& places, const Batches& batches,
                                      Context& context);

}  // namespace mase::quant
