// ONNX's losses, which stand behind the results of models that take labels.
#include "mase/text.h"
#include "onnx_operators.h"

namespace models::onnx {

namespace {

constexpr int64_t kIgnored = -100;  // no class, where the file ignores none

Values likelihood(const Node& n) {
  ImportBuilder& b = n.build();
  if (n.has(2)) throw Unsupported{"its classes have weights"};
  const bool is_log = n.op() == "NegativeLogLikelihoodLoss";
  const Wire x = n.in(0);
  const Wire scores = is_log ? x : b.call(n.name() + "_log", "log_softmax", {x}, {{"dim", x.rank() == 1 ? 0 : 1}});
  const std::string reduction = n.text("reduction", "mean");
  if (reduction != "mean" && reduction != "sum" && reduction != "none")
    throw mase::Error(mase::format("its reduction is '{}'", reduction));
  Values results{b.negative_log_likelihood(n.name(), scores, n.in(1), n.integer("ignore_index", kIgnored), reduction)};
  if (!is_log) results.emplace_back(scores);
  return results;
}

}  // namespace

void add_losses(Table& t) { t["SoftmaxCrossEntropyLoss"] = t["NegativeLogLikelihoodLoss"] = likelihood; }

}  // namespace models::onnx
