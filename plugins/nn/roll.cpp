// nn.roll: moves along axes; what leaves at the end enters at the start.
#include <ATen/ops/roll.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Roll final : public PassThrough {
 public:
  struct Config {
    std::vector<int64_t> shifts;
    std::vector<int64_t> dims;
    static void schema(Schema<Config>& s) {
      s.field("shifts", &Config::shifts, "how many places along each axis of dims; negative goes backwards").required();
      s.field("dims", &Config::dims, "the axes, negative ones from the end; empty: one shift of the elements in order");
    }
    void check(const Value& v) const {
      if (shifts.size() == (dims.empty() ? 1 : dims.size())) return;
      throw Error("found " + std::to_string(shifts.size()) + " shifts for " + std::to_string(dims.size()) +
                      " axes, expected one for each, or one alone",
                  v.loc);
    }
  };
  explicit Roll(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    Shape axes;
    for (const int64_t dim : config_.dims) axes.push_back(axis_at(dim, shape_of(inputs[0]), "dims"));
    return {at::roll(inputs[0], config_.shifts, axes)};
  }

 private:
  Config config_;
};

}  // namespace

void add_roll(Registrar& r) { r.add<Roll>("nn.roll", "Moves along axes; what leaves at the end enters at the start"); }

}  // namespace mase::nn
