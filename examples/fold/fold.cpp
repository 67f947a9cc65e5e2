// fold.batch_norm: a batch normalisation behind a linear or convolution becomes part of its weights.
#include <mase/pass.h>
#include <mase/plugin.h>
#include <mase/tensor.h>

struct FoldBatchNorm final : mase::Pass {
  void run(mase::Graph& graph, mase::Context& ctx) override {
    int64_t folded = 0;
    for (mase::Node* norm : std::vector<mase::Node*>(ctx.selected())) {
      if (!norm->mase_op.starts_with("batch_norm")) continue;
      mase::Node* layer = norm->args.at(0).node;
      if (layer->users().size() != 1) ctx.fail(*norm, layer->name + " has other readers, who want its plain result");
      if (!layer->param("weight") || !layer->param("bias") || layer->mase_op.starts_with("batch_norm"))
        ctx.fail(*norm, layer->name + " (" + layer->mase_op + ") has no weight and bias to fold it into");
      fold(graph, *norm, *layer);
      graph.replace_all_uses(*norm, *layer);
      graph.erase(*norm);
      ++folded;
    }
    ctx.report("folded", folded);
    ctx.info("{} batch normalisations folded", folded);
  }

 private:
  // y = (Wx + b - mean) * gamma / sqrt(variance + eps) + beta
  static void fold(mase::Graph& graph, const mase::Node& norm, const mase::Node& layer) {
    const auto tensor = [&](const mase::Node& node, const char* name) { return graph.tensor(node.param(name)->key); };
    const mase::Value* eps = norm.op.with().find("eps");
    at::Tensor scale = tensor(norm, "running_var").add(eps ? eps->as_double() : 1e-5).rsqrt();
    if (norm.param("weight")) scale = scale.mul(tensor(norm, "weight"));
    at::Tensor bias = tensor(layer, "bias").sub(tensor(norm, "running_mean")).mul(scale);
    if (norm.param("bias")) bias = bias.add(tensor(norm, "bias"));
    const at::Tensor weight = tensor(layer, "weight");
    mase::Shape column(static_cast<size_t>(weight.dim()), 1);
    column[0] = weight.size(0);
    graph.set_tensor(layer.param("weight")->key, weight.mul(scale.view(column)));
    graph.set_tensor(layer.param("bias")->key, bias);
  }
};

MASE_PLUGIN("fold", "0.1.0", "Batch normalisation becomes part of the layer before it") {
  r.add<FoldBatchNorm>("fold.batch_norm", "Fold batch normalisations into the linear or convolution before them");
}
