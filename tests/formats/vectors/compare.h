// Tensors from rows of arrays, and comparisons that end in the report.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "files.h"
#include "mase/format.h"
#include "report.h"

namespace vectors {

at::Tensor tensor_of(const float* values, const mase::Shape& shape);

// Bit for bit, but a NaN equals any NaN; `ulps` are the distances allowed.
bool same(float a, float b, int ulps);
void compare_values(Report& report, const Case& c, const at::Tensor& x, const at::Tensor& got, const float* expected,
                    int ulps = 0, size_t first = 0);

// Calls that an Error stops are refused as a whole.
void run_case(Report& report, const Case& c, int64_t values, const std::function<void()>& call);

// Scale codes of blocks as `codes` holds them. Formats may keep plain exponents: `bias` is the difference then.
std::vector<int64_t> scale_codes(const mase::Codes& codes, const std::vector<int64_t>& expected, int64_t bias);

}  // namespace vectors
