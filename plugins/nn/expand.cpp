// nn.expand: axes of size one repeated to a given shape, which may take the batch size from a second input.
#include "nn.h"

namespace mase::nn {
namespace {

class Expand final : public PassThrough {
 public:
  struct Config {
    std::vector<int64_t> shape;
    static void schema(Schema<Config>& s) {
      s.field("shape", &Config::shape,
              "sizes of all axes; -1 keeps the size of the input, 0 is the batch size of a second input")
          .min(-1)
          .required();
    }
  };
  explicit Expand(Config c) : config_(std::move(c)) {}

  std::pair<int, int> arity() const override { return {1, 2}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape from = shape_of(inputs[0]);
    Shape to = config_.shape;
    if (to.size() < from.size()) refuse(from, "expected at least as many axes");
    const size_t added = to.size() - from.size();
    for (size_t i = 0; i < to.size(); ++i) {
      const int64_t own = i < added ? 1 : from[i - added];
      if (to[i] == 0) to[i] = batch_of(inputs);
      if (to[i] == -1 && i < added) refuse(from, "-1 keeps a size, but there is none to keep for a new axis");
      if (to[i] == -1) to[i] = own;
      if (own != 1 && own != to[i]) refuse(from, "only axes of size one can be repeated");
    }
    return {inputs[0].expand(to)};
  }

 private:
  [[noreturn]] void refuse(const Shape& from, const char* why) const {
    throw Error("shape is " + Value(config_.shape).json() + ", but the input's shape is " + Value(from).json() + ": " +
                why);
  }
  int64_t batch_of(const Tensors& inputs) const {
    if (inputs.size() < 2)
      throw Error("shape is " + Value(config_.shape).json() + ", in which 0 means the batch size of a second input, " +
                      "but there is one input",
                  {}, "give the input whose batch size counts");
    if (inputs[1].dim() == 0) throw Error("found a second input without axes, expected one with a batch");
    return inputs[1].size(0);
  }
  Config config_;
};

}  // namespace

void add_expand(Registrar& r) { r.add<Expand>("nn.expand", "Axes of size one repeated to a given shape"); }

}  // namespace mase::nn
