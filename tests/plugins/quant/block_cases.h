// What the tests of formats with blocks share: golden vectors of MASE and of oracles, and properties that all have.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "element_cases.h"

namespace test {

// Values that try a block format: normal ones of widely different blocks, zeros, ties, powers of two, subnormal ones.
at::Tensor trying(const mase::Shape& shape, uint64_t seed);
inline mase::Map along(int64_t axis, int64_t size) { return {{"axis", axis}, {"size", size}}; }

// Runs all cases of MASE's manifest for which `fields` makes a configuration of the manifest's parameters, one call for
// each tensor. Nothing where the data are absent.
struct Golden {
  int64_t cases = 0, wrong = 0;
};
using FieldsOf = std::function<std::optional<mase::Map>(const mase::Map& params)>;
std::optional<Golden> golden(const std::string& format, const std::string& component, const FieldsOf& fields);
// The same for files of codes: [tensor][block][scale code + bias, elements]; `element` turns one of ours into theirs.
std::optional<Golden> golden_codes(const std::string& format, const std::string& component, const FieldsOf& fields);
// Values, element codes and scale codes of an oracle's MX blocks, where two oracles agree.
std::optional<Golden> golden_mx(const std::string& file, const std::string& component, const mase::Map& with,
                                int element_bits);
// Scale codes by all four rules.
std::optional<Golden> golden_scale_rules(const std::string& format, const std::string& component,
                                         const mase::Map& with);

// decode(encode(x)) == quantize(x) and fixed points, for any rank, axis and padding, in float32 and float64.
// `tolerance` of fixed points, for scales that are quotients; below 0: there are none.
void check_codes(const std::string& component, const std::vector<mase::Map>& configs, double tolerance = 0);
// All layouts agree with one block computed alone, a view with its copy; an empty tensor stays empty.
void check_layouts(const std::string& component, mase::Map with);
// NaN, infinity, integer tensors.
void check_bad_input(const std::string& component, mase::Map with = {});
// The gradient goes straight through; clip_gradient stops it where an element saturates; quantize_from_epoch.
void check_gradient(const std::string& component, mase::Map with, const std::vector<float>& x,
                    const std::vector<double>& clipped);
// Stochastic rounding has the number as its mean, and codes draw as values do.
void check_draws(const std::string& component, mase::Map with);
// The first problem of a configuration.
std::string refused(const std::string& component, const mase::Map& with);

}  // namespace test
