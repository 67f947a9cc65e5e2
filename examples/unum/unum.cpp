// unum.posit: the number format posit<8, es>, tapered precision around 1.
#include <ATen/ops/empty.h>
#include <mase/format.h>
#include <mase/plugin.h>
#include <mase/text.h>

#include "posit.h"

struct Posit final : mase::Format {
  struct Config {
    int es = 2;
    std::string nan = "error";
    static void schema(mase::Schema<Config>& s) {
      s.field("es", &Config::es, "exponent bits; 2 in the standard of 2022").range(0, 4).unit("bits");
      s.field("nan", &Config::nan, "what a NaN does: stop with an error, or become NaR").one_of({"error", "propagate"});
    }
  };
  explicit Posit(Config c) : config(std::move(c)), posit(config.es) {}

  at::Tensor quantize(const at::Tensor& x, const mase::QuantizeContext& ctx) const override {
    return decode(encode(x, ctx)).to(x.scalar_type());
  }

  mase::Codes encode(const at::Tensor& x, const mase::QuantizeContext& ctx) const override {
    mase::Codes codes;
    codes.elements = map<double, int64_t>(x.to(at::kDouble), [&](double v) { return posit.code(v); });
    if (config.nan == "error" && codes.elements.eq(unum::Posit8::kNaR).any().item<bool>())
      throw mase::Error(mase::format("{} holds a NaN", ctx.tensor.empty() ? "a tensor" : ctx.tensor), {},
                        "find out where it comes from, or set nan: propagate");
    return codes;
  }

  at::Tensor decode(const mase::Codes& codes) const override {
    return map<int64_t, double>(codes.elements, [&](int64_t code) { return posit.value(code); });
  }

  int64_t bits(const mase::Shape& shape) const override {
    int64_t bits = 8;
    for (const int64_t size : shape) bits *= size;
    return bits;
  }
  std::vector<int64_t> precision() const override { return {8, config.es}; }

 private:
  template <class From, class To, class F>
  static at::Tensor map(const at::Tensor& x, F f) {
    const at::Tensor in = x.contiguous();
    at::Tensor out = at::empty(in.sizes(), c10::CppTypeToScalarType<To>::value);
    std::transform(in.const_data_ptr<From>(), in.const_data_ptr<From>() + in.numel(), out.mutable_data_ptr<To>(), f);
    return out;
  }

  Config config;
  unum::Posit8 posit;
};

MASE_PLUGIN("unum", "0.1.0", "Posits") {
  r.add<Posit>("unum.posit",
               "8-bit posit with es exponent bits: most precise around 1, range 2^(-6*2^es) to 2^(6*2^es)");
}
