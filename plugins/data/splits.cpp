// Dividing rows: the same shuffle and stratification for every data set, independent of the run's seed.
#include "splits.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "mase/random.h"
#include "mase/text.h"

namespace data {

namespace {

using Rows = std::vector<int64_t>;

void shuffle(Rows& rows, mase::Random& random) {
  for (size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.below(i)]);
}

// How many of each group to take so that `total` are taken in all, in proportion: largest remainders first.
std::vector<int64_t> shares(const std::vector<Rows>& groups, int64_t total) {
  int64_t all = 0;
  for (const auto& g : groups) all += static_cast<int64_t>(g.size());
  std::vector<int64_t> take(groups.size());
  std::vector<std::pair<int64_t, size_t>> rest;  // minus the remainder, group
  int64_t taken = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    const int64_t scaled = total * static_cast<int64_t>(groups[i].size());
    take[i] = scaled / all;
    taken += take[i];
    rest.emplace_back(-(scaled % all), i);
  }
  std::sort(rest.begin(), rest.end());
  for (size_t i = 0; taken < total; ++i, ++taken) ++take[rest[i].second];
  return take;
}

// Moves `count` rows, in proportion from each group's end, to a new list.
Rows carve(std::vector<Rows>& groups, int64_t count) {
  Rows out;
  const auto take = shares(groups, count);
  for (size_t i = 0; i < groups.size(); ++i) {
    out.insert(out.end(), groups[i].end() - take[i], groups[i].end());
    groups[i].resize(groups[i].size() - static_cast<size_t>(take[i]));
  }
  return out;
}

// All rows in one group, or one group per class.
std::vector<Rows> grouped(const at::Tensor& targets, int64_t rows, bool by_class) {
  if (!by_class) {
    std::vector<Rows> one(1, Rows(static_cast<size_t>(rows)));
    std::iota(one[0].begin(), one[0].end(), 0);
    return one;
  }
  std::map<int64_t, Rows> classes;
  const int64_t* label = targets.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < rows; ++i) classes[label[i]].push_back(i);
  std::vector<Rows> groups;
  for (auto& [name, members] : classes) groups.push_back(std::move(members));
  return groups;
}

Rows range_rows(const char* name, const Rows& range, int64_t rows) {
  if (range.empty()) return {};
  if (range[1] > rows)
    throw mase::Error(mase::format("splits.rows: {} ends at row {}, but there {} {} in all", name, range[1],
                                   rows == 1 ? "is" : "are", rows));
  Rows out(static_cast<size_t>(range[1] - range[0]));
  std::iota(out.begin(), out.end(), range[0]);
  return out;
}

void check_counts(int64_t rows, int64_t validation, int64_t test) {
  if (rows - validation - test < 1)
    throw mase::Error(mase::format("of {} in all none is left for training after {} for validation and {} for test",
                                   rows == 1 ? "1 row" : mase::format("{} rows", rows), validation, test));
}

Assignment in_order(int64_t rows, int64_t validation, int64_t test) {
  Assignment out;
  Rows all(static_cast<size_t>(rows));
  std::iota(all.begin(), all.end(), 0);
  const auto first_test = all.end() - test, first_validation = first_test - validation;
  out[0].assign(all.begin(), first_validation);
  out[1].assign(first_validation, first_test);
  out[2].assign(first_test, all.end());
  return out;
}

}  // namespace

void SplitRows::schema(mase::Schema<SplitRows>& s) {
  s.field("train", &SplitRows::train, "[first, end): the first row and the one after the last").min(0);
  s.field("validation", &SplitRows::validation, "[first, end) of the validation rows").min(0);
  s.field("test", &SplitRows::test, "[first, end) of the test rows").min(0);
}

void Splits::schema(mase::Schema<Splits>& s) {
  s.field("validation", &Splits::validation, "fraction of the rows kept for validation").range(0, 0.95);
  s.field("test", &Splits::test, "fraction kept for test; null: a fifth, or the test files where the data set has some")
      .range(0, 0.95);
  s.field("shuffle", &Splits::shuffle, "shuffle before dividing; otherwise train comes first and test last");
  s.field("stratify", &Splits::stratify, "keep the proportions of the classes equal in all splits (with shuffle)");
  s.field("seed", &Splits::seed, "seed of the shuffle; the run's own seed does not move rows between splits");
  s.field("rows", &Splits::rows, "explicit row ranges instead of fractions; test files come after the other rows");
}

void Splits::check(const mase::Value& v) const {
  if (!rows) {
    if (validation + test.value_or(0) > 0.95)
      throw mase::Error("validation and test together leave less than a twentieth for training", v.loc);
    return;
  }
  if (v.is_map())
    for (const char* name : {"validation", "test", "shuffle", "stratify", "seed"})
      if (const mase::Value* given = v.as_map().find(name))
        throw mase::Error(mase::format("'{}' has no meaning beside 'rows'", name), given->loc);
  const std::array<std::pair<const char*, const Rows*>, 3> parts{
      {{"train", &rows->train}, {"validation", &rows->validation}, {"test", &rows->test}}};
  if (rows->train.empty() && rows->validation.empty() && rows->test.empty())
    throw mase::Error("'rows' names no rows, expected train, validation or test", v.loc);
  for (const auto& [name, range] : parts)
    if (!range->empty() && (range->size() != 2 || (*range)[0] >= (*range)[1]))
      throw mase::Error(mase::format("rows of '{}' are not [first, end) with first < end", name), v.loc);
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = i + 1; j < 3; ++j) {
      const Rows &a = *parts[i].second, &b = *parts[j].second;
      if (!a.empty() && !b.empty() && a[0] < b[1] && b[0] < a[1])
        throw mase::Error(mase::format("rows of '{}' and '{}' overlap", parts[i].first, parts[j].first), v.loc);
    }
}

Assignment assign_rows(const Splits& splits, const at::Tensor& targets, int64_t test_from) {
  const int64_t rows = targets.size(0);
  if (splits.rows)
    return {range_rows("train", splits.rows->train, rows), range_rows("validation", splits.rows->validation, rows),
            range_rows("test", splits.rows->test, rows)};
  if (test_from >= 0 && splits.test)
    throw mase::Error("splits.test is given, but the test split comes from its own files", {},
                      "leave splits.test out, or the test files");

  // Rounded up, as scikit-learn does.
  const int64_t usable = test_from >= 0 ? test_from : rows;
  const auto count = [usable](double fraction) { return static_cast<int64_t>(std::ceil(fraction * usable - 1e-9)); };
  const int64_t validation = count(splits.validation);
  const int64_t test = test_from >= 0 ? 0 : count(splits.test.value_or(0.2));
  check_counts(usable, validation, test);

  Assignment out;
  if (!splits.shuffle) {
    out = in_order(usable, validation, test);
  } else {
    mase::Random random(mase::stream_hash(static_cast<uint64_t>(splits.seed), "splits"));
    const bool by_class = splits.stratify && targets.scalar_type() == at::kLong && targets.dim() == 1;
    auto groups = grouped(targets, usable, by_class);
    for (auto& g : groups) shuffle(g, random);
    out[2] = carve(groups, test);
    out[1] = carve(groups, validation);
    for (auto& g : groups) out[0].insert(out[0].end(), g.begin(), g.end());
    for (auto& part : out) shuffle(part, random);
  }
  if (test_from >= 0) {
    out[2].resize(static_cast<size_t>(rows - test_from));
    std::iota(out[2].begin(), out[2].end(), test_from);
  }
  return out;
}

}  // namespace data
