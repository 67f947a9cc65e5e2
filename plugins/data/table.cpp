// Dividing, scaling and standardising a table into three prepared splits.
#include "table.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>

#include <cmath>

#include "file.h"

namespace data {

namespace {

constexpr int64_t kMostClasses = 1000000;
constexpr std::array<const char*, 3> kSplits{"train", "validation", "test"};

at::Tensor take(const at::Tensor& t, const std::vector<int64_t>& rows) {
  if (rows.empty()) return t.narrow(0, 0, 0).clone();
  const bool run =
      rows.back() - rows.front() + 1 == static_cast<int64_t>(rows.size()) && std::is_sorted(rows.begin(), rows.end());
  if (run) return t.narrow(0, rows.front(), static_cast<int64_t>(rows.size()));
  const auto index = at::from_blob(const_cast<int64_t*>(rows.data()), {static_cast<int64_t>(rows.size())},
                                   at::TensorOptions().dtype(at::kLong));
  return at::index_select(t, 0, index);
}

// A tensor of our own: float32, contiguous, scaled. Integer files hold no NaN, so only others are searched.
at::Tensor prepared(const at::Tensor& t, double scale) {
  at::Tensor out = at::empty(t.sizes(), at::TensorOptions().dtype(at::kFloat));
  out.copy_(t);
  if (scale != 1) out.mul_(scale);
  return out;
}

void check_finite(const Table& table, const at::Tensor& x, const std::vector<int64_t>& rows) {
  const int64_t width = x.size(0) ? x.numel() / x.size(0) : 0;
  const float* value = x.const_data_ptr<float>();
  for (int64_t i = 0; i < x.numel(); ++i) {
    if (std::isfinite(value[i])) continue;
    const int64_t column = i % width;
    const auto& names = table.column_names;
    const std::string name = column < static_cast<int64_t>(names.size()) ? " ('" + names[column] + "')" : "";
    bad_file(table.source, mase::format("sample {}, feature {}{} is {}, expected a finite number",
                                        rows[static_cast<size_t>(i / width)], column, name, value[i]));
  }
}

// Mean and scale per feature, or per channel where samples have more than one dimension.
struct Standard {
  std::vector<double> mean, deviation;
};

template <class Visit>  // visit(feature, first value of a run, values in the run)
void for_runs(const at::Tensor& x, Visit visit) {
  const int64_t features = x.size(1), inner = x.size(0) ? x.numel() / (x.size(0) * features) : 0;
  for (int64_t row = 0; row < x.size(0); ++row)
    for (int64_t f = 0; f < features; ++f) visit(static_cast<size_t>(f), (row * features + f) * inner, inner);
}

Standard fit(const at::Tensor& x) {
  const size_t features = static_cast<size_t>(x.size(1));
  const double per_feature = static_cast<double>(x.numel()) / static_cast<double>(features);
  Standard s{std::vector<double>(features, 0.0), std::vector<double>(features, 0.0)};
  const float* value = x.const_data_ptr<float>();
  for_runs(x, [&](size_t f, int64_t first, int64_t n) {
    for (int64_t i = first; i < first + n; ++i) s.mean[f] += value[i];
  });
  for (double& m : s.mean) m /= per_feature;
  for_runs(x, [&](size_t f, int64_t first, int64_t n) {
    for (int64_t i = first; i < first + n; ++i) s.deviation[f] += (value[i] - s.mean[f]) * (value[i] - s.mean[f]);
  });
  for (double& d : s.deviation) d = std::sqrt(d / per_feature);
  for (double& d : s.deviation) d = d > 0 ? d : 1;  // a constant feature becomes 0
  return s;
}

void apply(const Standard& s, at::Tensor& x) {
  float* value = x.mutable_data_ptr<float>();
  for_runs(x, [&](size_t f, int64_t first, int64_t n) {
    for (int64_t i = first; i < first + n; ++i) value[i] = static_cast<float>((value[i] - s.mean[f]) / s.deviation[f]);
  });
}

void check_targets(const Table& table) {
  if (!at::isFloatingType(table.targets.scalar_type())) return;
  const at::Tensor t = table.targets.contiguous();
  const float* value = t.const_data_ptr<float>();
  for (int64_t i = 0; i < t.numel(); ++i)
    if (!std::isfinite(value[i]))
      bad_file(table.source,
               mase::format("sample {} has target {}, expected a finite number", i * t.size(0) / t.numel(), value[i]));
}

void check_table(const Table& table) {
  if (table.inputs.dim() < 1 || table.inputs.size(0) == 0) bad_file(table.source, "no rows");
  if (table.inputs.numel() == 0) bad_file(table.source, "samples without values");
  if (table.targets.size(0) != table.inputs.size(0))
    bad_file(table.source, mase::format("{} samples but {} targets", table.inputs.size(0), table.targets.size(0)));
  check_targets(table);
}

mase::Shape sample_shape(const Preparation& p, const at::Tensor& inputs, const std::string& source) {
  mase::Shape shape = mase::shape_of(inputs);
  int64_t values = 1;
  for (size_t i = 1; i < shape.size(); ++i) values *= shape[i];
  if (!p.shape.empty()) {
    double wanted = 1;
    for (int64_t n : p.shape) wanted *= static_cast<double>(n);
    if (wanted != static_cast<double>(values))
      bad_file(source, mase::format("samples have {} values, which do not fill 'shape' ({} values)", values, wanted));
    shape.assign(1, -1);
    shape.insert(shape.end(), p.shape.begin(), p.shape.end());
  } else if (p.flatten) {
    shape = {-1, values};
  }
  shape[0] = -1;
  return shape;
}

}  // namespace

at::Tensor class_targets(const at::Tensor& integers, const std::string& source) {
  const at::Tensor out = integers.to(at::kLong).contiguous().view({-1});
  const int64_t* label = out.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < out.numel(); ++i)
    if (label[i] < 0 || label[i] >= kMostClasses)
      bad_file(source, mase::format("sample {} has label {}, expected a class index from 0", i, label[i]));
  return out;
}

void TableDataset::open(mase::Context& context) {
  Table table = read(context);
  check_table(table);
  if (table.inputs.dim() == 1) table.inputs = table.inputs.unsqueeze(1);
  const mase::Shape shape = sample_shape(preparation_, table.inputs, table.source);
  const Assignment rows = assign_rows(preparation_.splits, table.targets, table.test_from);
  const bool integers = !at::isFloatingType(table.inputs.scalar_type());
  Standard standard;
  for (size_t i = 0; i < parts_.size(); ++i) {
    at::Tensor x = prepared(take(table.inputs, rows[i]), table.scale);
    if (!integers) check_finite(table, x, rows[i]);
    if (preparation_.standardize) {
      if (i == 0 && x.size(0) == 0)
        throw mase::Error("'standardize' is fitted to the training rows, and there are none", {}, "name train in rows");
      if (i == 0) standard = fit(x);
      apply(standard, x);
    }
    mase::Shape own = shape;
    own[0] = x.size(0);
    parts_[i] = {x.view(own), take(table.targets, rows[i]).clone()};
  }
}

const TableDataset::Part& TableDataset::part(std::string_view split) const {
  for (size_t i = 0; i < parts_.size(); ++i)
    if (split == kSplits[i]) {
      if (!parts_[i].inputs.defined()) throw mase::Error("the data set was not opened");
      return parts_[i];
    }
  throw mase::Error(mase::format("no split '{}'{}", split, mase::did_you_mean(split, mase::NameList(kSplits))));
}

int64_t TableDataset::size(std::string_view split) const { return part(split).inputs.size(0); }

mase::Batch TableDataset::batch(std::string_view split, int64_t first, int64_t count) const {
  const Part& p = part(split);
  const int64_t size = p.inputs.size(0);
  if (first < 0 || count < 1 || first >= size)
    throw mase::Error(mase::format("samples {}...{} of split '{}', which has {}", first, first + count, split, size),
                      {}, size == 0 ? "give the split rows: field 'splits'" : "");
  const int64_t n = std::min(count, size - first);
  return {{p.inputs.narrow(0, first, n)}, {p.targets.narrow(0, first, n)}};
}

}  // namespace data
