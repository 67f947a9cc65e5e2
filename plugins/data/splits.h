// How rows are divided into train, validation and test: by fractions or by row ranges, always disjoint.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "mase/schema.h"
#include "mase/tensor.h"

namespace data {

// Explicit [first, end) row ranges; an absent one is an empty split.
struct SplitRows {
  std::vector<int64_t> train, validation, test;
  static void schema(mase::Schema<SplitRows>& s);
};

struct Splits {
  double validation = 0.2;
  std::optional<double> test;
  bool shuffle = true;
  bool stratify = true;
  int64_t seed = 0;
  std::optional<SplitRows> rows;

  static void schema(mase::Schema<Splits>& s);
  void check(const mase::Value& v) const;
};

// Row numbers of train, validation and test, in the order in which the splits give them.
using Assignment = std::array<std::vector<int64_t>, 3>;

// `test_from` is the first row of separate test files, or -1 when the test split is carved out too.
// Class targets (int64) are stratified when the splits say so.
Assignment assign_rows(const Splits& splits, const at::Tensor& targets, int64_t test_from);

}  // namespace data
