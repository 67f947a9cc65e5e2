// nn.repeat: the whole input several times along each axis.
#include "nn.h"

namespace mase::nn {
namespace {

class Repeat final : public PassThrough {
 public:
  struct Config {
    std::vector<int64_t> repeats;
    static void schema(Schema<Config>& s) {
      s.field("repeats", &Config::repeats, "how often along each axis; more entries than axes add axes in front")
          .min(0)
          .required();
    }
  };
  explicit Repeat(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    if (config_.repeats.size() < shape.size())
      throw Error("repeats is " + Value(config_.repeats).json() + ", but the input's shape is " + Value(shape).json() +
                  ", expected a number for each axis");
    return {inputs[0].repeat(config_.repeats)};
  }

 private:
  Config config_;
};

}  // namespace

void add_repeat(Registrar& r) { r.add<Repeat>("nn.repeat", "The whole input several times along each axis"); }

}  // namespace mase::nn
