// What all formats with blocks share: fields, and the way of a tensor through a kernel. A format's own file holds its
// fields, the functor of its elements, its codes, MASE's formula, and its metadata.
#pragma once
#include <ATen/Parallel.h>

#include "block_elements.h"

namespace mase::quant {

// Fields of formats whose blocks the recipe shapes; a Config derives from them and sets the default shape.
struct BlockFields : CommonFields {
  BlockShape block_size = BlockShape::along(-1, 16);
  bool skip_first_dim = true;
  Rounding rounding = Rounding::nearest_even;
  Rule rule = Rule::standard;
};
template <class C>
void block_fields(Schema<C>& s) {
  s.field(
      "block_size", &C::block_size,
      "elements that share: {axis: -1, size: 32}, or a list as in MASE ([16]: all rows x 16, [1, 16]: 16 of a row)");
  s.field("skip_first_dim", &C::skip_first_dim,
          "for a block_size that is a list: the first axis counts samples, which share nothing");
  s.field("rounding", &C::rounding, "which neighbour a value between two numbers becomes");
}

// One call of a format: a dense tensor and what goes with it.
struct BlockCall {
  at::Tensor x;  // contiguous, with elements
  const QuantizeContext& context;
  BlockGeometry geometry;
  BlockLayout layout;
  uint64_t key = 0;  // of draws
};

// One block under `rule: mase`, gathered. `fill` is `max`, or what MASE puts in its place for blocks of zeros.
template <class T>
struct MaseBlock {
  const T* x;
  T* y;
  int64_t count;
  T max, fill;
  int64_t* codes;        // nullptr: not asked for
  int64_t exponent = 0;  // out
  bool carried = true;   // out: codes and exponent say all that y says
};

enum class Scales { none, block, tensor };

class BlockFormat : public Format {
 public:
  BlockFormat(const char* name, const BlockFields& fields) : name_(name), fields_(fields) {}

  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context) const override;
  Codes encode(const at::Tensor& x, const QuantizeContext& context) const override;
  at::Tensor decode(const Codes& codes) const override;
  int64_t bits(const Shape& shape) const override;
  Tensors backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const override;

 protected:
  struct Widths {
    int element, shared, tensor;    // bits of an element, of what a block shares, of what the tensor shares
    bool integers_in_block = true;  // what a block shares is, or has with its scale, an integer
  };
  virtual Widths widths() const = 0;
  virtual BlockGeometry geometry(const Shape& shape, const QuantizeContext&) const {
    return block_geometry(fields_.block_size, fields_.skip_first_dim, shape);
  }
  // The value of an element's code in a block with this exponent and scale.
  virtual double value(int64_t code, int64_t exponent, double scale) const = 0;

  // BlockFormatOf's part. Whether there was a NaN:
  virtual bool fill(const BlockCall& call, at::Tensor& y) const = 0;
  // the same element by element, NaNs kept, numbers drawn:
  virtual void fill_slowly(const BlockCall& call, at::Tensor& y) const = 0;
  virtual void fill_codes(const BlockCall& call, Codes& codes) const = 0;
  virtual void clip(const BlockCall& call, const at::Tensor& gradient, at::Tensor& out) const = 0;
  // `codes`: nullptr when not asked for. Whether the codes carry everything.
  virtual bool fill_as_mase(const BlockCall& call, at::Tensor& y, Codes* codes) const = 0;

  BlockCall call_of(const at::Tensor& x, const QuantizeContext& context) const;
  const char* name() const { return name_; }
  const BlockFields& fields() const { return fields_; }
  // The sizes of a block as MASE lists them, for precision().
  std::vector<int64_t> with_block_size(std::vector<int64_t> precision) const;

 private:
  const char* name_;
  BlockFields fields_;
};

// Work on the blocks in parts, by several threads if there is enough; whether a part returned true.
bool share_out_blocks(const BlockLayout& layout, int64_t count, const std::function<bool(const BlockWork&)>& part);

namespace detail {

// Calls each(block, place, amax, p, n) for every element, n rounded but not yet back from units of the block.
template <class T, class F, class Each>
void visit(const F& f, const BlockCall& call, bool draws, Each each) {
  const T* x = call.x.const_data_ptr<T>();
  std::vector<int64_t> places;
  for (int64_t block = 0; block < call.layout.blocks(); ++block) {
    call.layout.places(block, places);
    BitsOf<T> amax = 0;
    for (const int64_t i : places)
      if (x[i] == x[i]) amax = larger<T>(amax, bits_of(x[i]) & kMagnitudeMask<T>);
    T p[F::kParams];
    if constexpr (F::kTable)
      for (int k = 0; k < F::kParams; ++k) p[k] = f.table[k][block];
    else
      f.prepare(amax, p, 1);
    for (const int64_t i : places)
      each(block, i, amax, p,
           x[i] != x[i] ? x[i]
           : draws      ? f.drawn(p, x[i], draw(call.key, i))
                        : f.template element<false>(p, x[i]));
  }
}

}  // namespace detail

// Derived has, besides BlockFormat's virtual functions,
//   template <class T> void with_kernel(const BlockCall&, auto use) const    use(functor) for this tensor
//   kScales                                             what Codes::scale holds
//   template <class F> int64_t shared(const F&, BitsOf<T> amax, int64_t block) const     Codes::exponents of a block
//   int64_t code(double n, int64_t shared) const                            of an element in units of the block
//   template <class T> void mase(MaseBlock<T>&) const                        MASE's formula, and with it
//   kMaseFolds                                     whether MASE puts the blocks together with torch's fold
template <class Derived>
class BlockFormatOf : public BlockFormat {
 public:
  using BlockFormat::BlockFormat;

 protected:
  bool fill(const BlockCall& call, at::Tensor& y) const override {
    return by_type(call.x, [&]<class T>(T) { return fill_as<T>(call, y); });
  }
  void fill_slowly(const BlockCall& call, at::Tensor& y) const override {
    by_type(call.x, [&]<class T>(T) {
      T* out = y.mutable_data_ptr<T>();
      self().template with_kernel<T>(call, [&](const auto& f) {
        detail::visit<T>(f, call, draws(),
                         [&](int64_t, int64_t i, auto, const T* p, T n) { out[i] = n != n ? n : f.value(p, n); });
      });
      return false;
    });
  }
  void fill_codes(const BlockCall& call, Codes& codes) const override {
    by_type(call.x, [&]<class T>(T) { return fill_codes_as<T>(call, codes); });
  }
  void clip(const BlockCall& call, const at::Tensor& gradient, at::Tensor& out) const override {
    by_type(call.x, [&]<class T>(T) {
      const T *g = gradient.const_data_ptr<T>(), *x = call.x.const_data_ptr<T>();
      T* to = out.mutable_data_ptr<T>();
      self().template with_kernel<T>(call, [&](const auto& f) {
        detail::visit<T>(f, call, false, [&](int64_t, int64_t i, auto, const T* p, T) {
          to[i] = x[i] >= f.lowest(p) && x[i] <= f.highest(p) ? g[i] : T(0);
        });
      });
      return false;
    });
  }
  bool fill_as_mase(const BlockCall& call, at::Tensor& y, Codes* codes) const override {
    if constexpr (requires(MaseBlock<float> & b) { self().mase(b); })
      return by_type(call.x, [&]<class T>(T) { return mase_as<T>(call, y, codes); });
    return true;
  }

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
  bool draws() const { return fields().rounding == Rounding::stochastic; }

  template <class Use>
  static bool by_type(const at::Tensor& x, Use use) {
    return x.scalar_type() == at::kFloat ? use(float()) : use(double());
  }

  template <class T>
  bool fill_as(const BlockCall& call, at::Tensor& y) const {
    const T* in = call.x.const_data_ptr<T>();
    T* out = y.mutable_data_ptr<T>();
    const Isa isa = best_isa();
    const bool even = fields().rounding == Rounding::nearest_even;
    bool nan = false;
    self().template with_kernel<T>(call, [&](const auto& f) {
      nan = share_out_blocks(call.layout, call.x.numel(), [&](const BlockWork& w) {
        return even ? run_blocks<true>(f, w, in, out, isa) : run_blocks<false>(f, w, in, out, isa);
      });
    });
    return nan;
  }

  template <class T>
  bool fill_codes_as(const BlockCall& call, Codes& codes) const {
    int64_t* elements = codes.elements.mutable_data_ptr<int64_t>();
    int64_t* shared = codes.exponents.defined() ? codes.exponents.mutable_data_ptr<int64_t>() : nullptr;
    double* scale = nullptr;
    if constexpr (Derived::kScales != Scales::none) {
      const bool one = Derived::kScales == Scales::tensor;
      codes.scale = empty_tensor(one ? Shape{1} : block_counts(call.geometry), at::kDouble);
      scale = codes.scale.mutable_data_ptr<double>();
    }
    self().template with_kernel<T>(call, [&](const auto& f) {
      detail::visit<T>(f, call, draws(), [&](int64_t block, int64_t i, auto amax, const T* p, T n) {
        if (n != n) refuse_nan(call.context, name());
        const int64_t common = self().shared(f, amax, block);
        elements[i] = self().code(static_cast<double>(n), common);
        if (shared) shared[block] = common;
        if constexpr (Derived::kScales != Scales::none)
          scale[Derived::kScales == Scales::tensor ? 0 : block] = static_cast<double>(f.scale(p));
      });
    });
    return true;
  }

  template <class T>
  bool mase_as(const BlockCall& call, at::Tensor& y, Codes* codes) const;
};

// MASE fills blocks of zeros with the smallest maximum that is not zero, or 1.
template <class Derived>
template <class T>
bool BlockFormatOf<Derived>::mase_as(const BlockCall& call, at::Tensor& y, Codes* codes) const {
  const T* x = call.x.const_data_ptr<T>();
  T* out = y.mutable_data_ptr<T>();
  const auto blocks = static_cast<size_t>(call.layout.blocks());
  std::vector<int64_t> places, elements;
  std::vector<T> most(blocks, T(0)), in, values;
  T least = 0;
  for (size_t b = 0; b < blocks; ++b) {
    call.layout.places(static_cast<int64_t>(b), places);
    for (const int64_t i : places) most[b] = std::max(most[b], std::fabs(x[i]));
    if (most[b] > 0 && (least == 0 || most[b] < least)) least = most[b];
  }
  if (least == 0) least = 1;
  // fold adds to zeros, which turns -0 into +0.
  const bool folds = Derived::kMaseFolds && (call.x.dim() > 2 || (call.x.dim() == 2 && !fields().skip_first_dim));
  const T zero = folds ? T(0) : -T(0);
  bool carried = true;
  for (size_t b = 0; b < blocks; ++b) {
    call.layout.places(static_cast<int64_t>(b), places);
    const size_t n = places.size();
    in.resize(n), values.resize(n), elements.resize(n);
    for (size_t i = 0; i < n; ++i) in[i] = x[places[i]];
    MaseBlock<T> block{in.data(),
                       values.data(),
                       static_cast<int64_t>(n),
                       most[b],
                       most[b] > 0 ? most[b] : least,
                       codes ? elements.data() : nullptr};
    self().mase(block);
    for (size_t i = 0; i < n; ++i) out[places[i]] = values[i] + zero;
    carried &= block.carried;
    if (!codes) continue;
    for (size_t i = 0; i < n; ++i) codes->elements.mutable_data_ptr<int64_t>()[places[i]] = elements[i];
    if (codes->exponents.defined()) codes->exponents.mutable_data_ptr<int64_t>()[b] = block.exponent;
  }
  return carried;
}

}  // namespace mase::quant
