// nn.split: parts of given sizes along an axis, one result each.
#include <ATen/ops/split_with_sizes.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Split final : public PassThrough {
 public:
  struct Config {
    std::vector<int64_t> sizes;
    int64_t dim = 0;
    static void schema(Schema<Config>& s) {
      s.field("sizes", &Config::sizes, "sizes of the parts, as many as there are results").min(0).required();
      s.field("dim", &Config::dim, "the axis; 0 is the batch, negative counts from the end");
    }
    void check(const Value& v) const {
      if (sizes.empty()) throw Error("sizes is empty, expected the size of each part", v.loc);
    }
  };
  explicit Split(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    const int64_t axis = axis_at(config_.dim, shape, "dim");
    // Unsigned, and stopped at the first excess: sizes near 2^63 must not wrap.
    uint64_t sum = 0;
    for (const int64_t size : config_.sizes)
      if (sum <= static_cast<uint64_t>(size_at(shape, axis))) sum += static_cast<uint64_t>(size);
    if (sum != static_cast<uint64_t>(size_at(shape, axis)))
      throw Error("sizes is " + Value(config_.sizes).json() + ", but axis " + std::to_string(axis) +
                  " of the input's shape " + Value(shape).json() + " has " + std::to_string(size_at(shape, axis)) +
                  " places, expected sizes that sum to it");
    return at::split_with_sizes(inputs[0], config_.sizes, axis);
  }

 private:
  Config config_;
};

}  // namespace

void add_split(Registrar& r) { r.add<Split>("nn.split", "Parts of given sizes along an axis, one result each"); }

}  // namespace mase::nn
