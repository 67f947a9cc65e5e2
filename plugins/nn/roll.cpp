// nn.roll: moves along axes; what leaves at the end enters at the start.
#include <ATen/ops/roll.h>

#include <algorithm>

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
    // Whole turns change nothing, and LibTorch's differences of great shifts would wrap.
    Shape axes, shifts;
    for (size_t i = 0; i < config_.shifts.size(); ++i) {
      int64_t places = inputs[0].numel();
      if (!config_.dims.empty()) {
        axes.push_back(axis_at(config_.dims[i], shape_of(inputs[0]), "dims"));
        places = inputs[0].size(axes.back());
      }
      shifts.push_back(config_.shifts[i] % std::max<int64_t>(places, 1));
    }
    return {at::roll(inputs[0], shifts, axes)};
  }

 private:
  Config config_;
};

}  // namespace

void add_roll(Registrar& r) { r.add<Roll>("nn.roll", "Moves along axes; what leaves at the end enters at the start"); }

}  // namespace mase::nn
