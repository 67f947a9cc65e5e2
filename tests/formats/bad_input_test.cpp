// What no format may crash on: fields without meaning, NaN, infinity, nothing, and tensors that are no numbers.
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "formats.h"

using namespace mase;

namespace {

// What the Error says, or what became of the call instead.
template <class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  } catch (const std::exception& e) {
    return std::string("not mase::Error: ") + e.what();
  }
  return "no error";
}

// Set to a value, does the field's component refuse it before anything is made?
std::string refusal(const std::string& component, const std::string& field, const Value& value) {
  return error_of([&] { test::Configured{component, {{field, value}}}.make()->quantize(test::floats({1, 2, 3}), {}); });
}

}  // namespace

TEST_CASE("a width of 0 and a block of 0 are refused, naming the field") {
  for (const std::string& component : test::all_formats())
    for (const char* name : {"width", "element_bits", "block_size", "scale_bits", "exponent_width"}) {
      const FieldInfo* info = test::field(component, name);
      if (!info) continue;
      for (const Value& value : {Value(0), Value(-1), Value(100000)}) {
        if (std::string(name) == "block_size" && value == Value(100000)) continue;  // one great block
        if (std::string(name) == "exponent_width" && value == Value(0) && !info->low) continue;
        INFO(component << " " << name << ": " << value.json());
        const std::string text = refusal(component, name, value);
        INFO(text);
        CHECK(text.find(name) != std::string::npos);
        CHECK(text.find("not mase::Error") == std::string::npos);
      }
    }
}

TEST_CASE("numbers of integer fields at the ends of int64 are refused or work") {
  for (const std::string& component : test::all_formats()) {
    const Fields* fields = test::formats().at(component).fields;
    if (!fields) continue;
    for (const auto& f : fields->all())
      for (const int64_t value : {INT64_MIN, int64_t{-1}, int64_t{0}, int64_t{1}, INT64_MAX}) {
        INFO(component << " " << f.info.name << ": " << value);
        CHECK(refusal(component, f.info.name, Value(value)).find("not mase::Error") == std::string::npos);
      }
  }
}

TEST_CASE("a NaN is an Error that names the tensor, or stays a NaN") {
  for (const std::string& component : test::all_formats()) {
    INFO(component);
    const auto f = test::Configured{component, {}}.make();
    at::Tensor x = test::interesting({4, 40}, 1);
    x[2][17] = std::nan("");
    QuantizeContext context = test::context_for(*f, {4, 40});
    context.tensor = "fc1.weight";
    CHECK(error_of([&] { f->quantize(x, context); }).find("fc1.weight") != std::string::npos);
    CHECK(error_of([&] { f->encode(x, context); }).find("fc1.weight") != std::string::npos);
    const test::Configured propagate = test::with({component, {}}, "nan", "propagate");
    if (!propagate.with.find("nan")) continue;
    const auto y = test::list(propagate.make()->quantize(x, context));
    for (size_t i = 0; i < y.size(); ++i) {
      if (i == 2 * 40 + 17)
        CHECK(std::isnan(y[i]));
      else if (test::is_elementwise(propagate))
        CHECK_FALSE(std::isnan(y[i]));
    }
  }
}

TEST_CASE("infinities and the greatest numbers saturate") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const std::string& component : test::all_formats()) {
    INFO(component);
    const auto f = test::Configured{component, {}}.make();
    const at::Tensor x = test::floats({inf, -inf, 3.4e38, -3.4e38, 1e-45, -1e-45, 1, 0.5});
    const QuantizeContext context = test::context_for(*f, {8});
    const auto y = test::list(f->quantize(x, context)), z = test::list(f->decode(f->encode(x, context)));
    for (size_t i = 0; i < y.size(); ++i) {
      INFO("element " << i << ": " << y[i] << ", by codes " << z[i]);
      CHECK(std::isfinite(y[i]));
      CHECK(static_cast<float>(z[i]) == static_cast<float>(y[i]));
    }
  }
}

TEST_CASE("an empty tensor stays empty and takes no bits") {
  for (const std::string& component : test::all_formats())
    for (const Shape& shape : {Shape{0}, Shape{0, 16}, Shape{4, 0}, Shape{2, 0, 3}}) {
      INFO(component << " " << Value(shape).json());
      const auto f = test::Configured{component, {}}.make();
      const at::Tensor x = at::empty(shape, at::kFloat);
      const QuantizeContext context = test::context_for(*f, shape);
      CHECK(f->quantize(x, context).sizes() == x.sizes());
      const Codes codes = f->encode(x, context);
      CHECK(codes.elements.sizes() == x.sizes());
      CHECK(f->decode(codes).sizes() == x.sizes());
      CHECK(f->bits(shape) >= 0);
    }
}

TEST_CASE("integer, half, bool and undefined tensors are refused, saying what was found, or quantized right") {
  for (const std::string& component : test::all_formats()) {
    INFO(component);
    const auto f = test::Configured{component, {}}.make();
    const QuantizeContext context = test::context_for(*f, {8});
    const std::vector<double> zeros = test::list(f->quantize(at::zeros({8}), context));
    for (const auto type : {at::kLong, at::kInt, at::kBool, at::kHalf, at::kComplexFloat}) {
      std::vector<double> result;
      const std::string text = error_of([&] { result = test::list(f->quantize(at::zeros({8}, type), context)); });
      INFO(text);
      CHECK((result == zeros || text.find(c10::toString(type)) != std::string::npos));
      CHECK(text.find("not mase::Error") == std::string::npos);
    }
    CHECK(error_of([&] { f->quantize({}, context); }) != "no error");
  }
}

TEST_CASE("sizes beyond 2^31 elements are counted right") {
  const int64_t big = int64_t{1} << 31;
  for (const std::string& component : test::all_formats()) {
    INFO(component);
    const auto f = test::Configured{component, {}}.make();
    // Exactly proportional: 2^31 + 2^10 elements are 2^21 + 1 times 2^10 of them in whole rows of 2^10.
    const int64_t row = f->bits({1, 1024}), two = f->bits({2, 1024});
    const int64_t shared = 2 * row - two;  // what the tensor has once
    CHECK(f->bits({big / 1024 + 1, 1024}) == (row - shared) * (big / 1024 + 1) + shared);
    CHECK(f->bits({big, 4}) > f->bits({big / 2, 4}));
  }
}

TEST_CASE("a view of 2^33 elements over a single one is not copied by a metadata call") {
  for (const std::string& component : test::all_formats()) {
    INFO(component);
    const auto f = test::Configured{component, {}}.make();
    const at::Tensor x = at::full({1, 1}, 0.5).expand({int64_t{1} << 17, int64_t{1} << 16});
    CHECK(f->bits(shape_of(x)) >= x.numel());
    for (const FormatParameter& p : f->parameters(shape_of(x))) CHECK(p.initial.numel() <= int64_t{1} << 17);
  }
}
