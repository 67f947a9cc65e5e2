// What every data set becomes: rows of inputs and targets, divided, scaled and standardised once when opened.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "mase/dataset.h"
#include "splits.h"

namespace data {

struct Table {
  at::Tensor inputs;                      // [rows, ...], any real type
  at::Tensor targets;                     // int64 class indices [rows], or float32 values [rows, ...]
  double scale = 1;                       // inputs are multiplied by it
  int64_t test_from = -1;                 // first row of separate test files; -1: there are none
  std::string source;                     // the file, for messages
  std::vector<std::string> column_names;  // of 2-D inputs, for messages; may be empty
};

// Fields that all data sets share.
struct Preparation {
  bool standardize = false;
  bool flatten = false;
  std::vector<int64_t> shape;
  Splits splits;

  template <class C>
  static void fields(mase::Schema<C>& s) {
    s.field("standardize", &C::standardize,
            "mean 0 and variance 1 per feature (per channel of images), fitted on the training split only");
    s.field("flatten", &C::flatten, "one vector per sample instead of its native shape");
    s.field("shape", &C::shape, "shape of a sample, [1, 16]; empty: its native shape").min(1);
    s.field("splits", &C::splits, "how rows are divided into train, validation and test");
  }
};

class TableDataset : public mase::Dataset {
 public:
  void open(mase::Context& context) final;
  int64_t size(std::string_view split) const final;
  mase::Batch batch(std::string_view split, int64_t first, int64_t count) const final;

 protected:
  explicit TableDataset(Preparation preparation) : preparation_(std::move(preparation)) {}
  virtual Table read(mase::Context& context) = 0;

 private:
  struct Part {
    at::Tensor inputs, targets;
  };
  const Part& part(std::string_view split) const;

  Preparation preparation_;
  std::array<Part, 3> parts_;
};

// Class indices out of integers of a file: Error naming the row when one is negative or absurdly large.
at::Tensor class_targets(const at::Tensor& integers, const std::string& source);

}  // namespace data
