// Every registered format, as tests of all of them see it: configurations from schemas, and tensors. Nothing here or in
// the tests beside it names a format's class, so a third-party format is tested as soon as its plugin is found.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "loader/registry.h"
#include "mase/format.h"

namespace test {

mase::Registry& formats();  // of this build, and of MASE_PLUGIN_PATH

struct Configured {
  std::string component;
  mase::Map with;
  std::string text() const { return component + " " + mase::Value(with).json(); }
  std::shared_ptr<mase::Format> make() const;
};

const mase::FieldInfo* field(const std::string& component, const std::string& name);  // nullptr: it has none
std::vector<std::string> choices(const std::string& component, const std::string& field);

// The default configuration, then those that are of interest for the component.
std::vector<Configured> configurations(const std::string& component);
// Each of these again with each other choice of one enumerated field (rounding, overflow, rule, ...); what the format
// refuses to combine is left out.
std::vector<Configured> varied(const std::string& component, bool rules = true);
Configured with(Configured c, const std::string& field, const mase::Value& value);  // unchanged where there is none
std::string choice(const Configured& c, const std::string& field);  // as set, or the default; "" when it has none
bool accepted(const Configured& c);                                 // by the schema and check() of its component
// Formats of powers of two round the exponent, so that neighbours' border is their geometric mean; all others round the
// number itself. Where the border of a third-party format lies is its own affair unless it has a field `rounding`.
bool rounds_exponents(const std::string& component);
bool known_borders(const Configured& c);
// Known to have a single exact scale for all numbers: no shared exponents, no scales, no statistics of the tensor.
bool is_elementwise(const Configured& c);
bool has_zero_point(const std::string& component);  // its grid follows the data and is not symmetric
bool is_unsigned(const mase::Format& f);            // has no negative values
std::vector<std::string> all_formats();

at::Tensor doubles(const std::vector<double>& values);
at::Tensor floats(const std::vector<double>& values);
at::Tensor codes_tensor(const std::vector<int64_t>& codes);
std::vector<double> list(const at::Tensor& t);
std::vector<int64_t> integers(const at::Tensor& t);
// Normal numbers of many magnitudes, ties of coarse grids, zeros, powers of two and their neighbours.
at::Tensor interesting(const mase::Shape& shape, uint64_t seed);
// A context for tensors of this shape: trainable parameters at their initial values.
mase::QuantizeContext context_for(const mase::Format& f, const mase::Shape& shape);

}  // namespace test
