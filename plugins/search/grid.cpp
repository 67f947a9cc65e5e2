// search.grid: a seeded permutation of the points' numbers, so that no list of them is ever made.
#include "grid.h"

#include <algorithm>
#include <bit>

#include "mase/random.h"
#include "mase/text.h"

namespace {

// Whether `key` is the parameter's name or its end after a separator: `width`, `weight.width`.
bool names(std::string_view key, std::string_view parameter) {
  if (!parameter.ends_with(key)) return false;
  if (parameter.size() == key.size()) return true;
  const char before = parameter[parameter.size() - key.size() - 1];
  return before == '/' || before == '.';
}

// The number by which the search knows `value`: an option's index, or the number itself.
double number(const mase::Domain& d, const mase::Value& value) {
  if (d.kind == mase::Domain::Kind::choice) {
    for (size_t i = 0; i < d.labels.size(); ++i)
      if ((i < d.options.size() && d.options[i] == value) || (value.is_string() && value.as_string() == d.labels[i]))
        return static_cast<double>(i);
    throw mase::Error(mase::format("{} is not among the options of '{}'", value.brief(), d.name), value.loc);
  }
  const double v = value.as_double();
  const bool whole = d.kind != mase::Domain::Kind::integer || v == static_cast<double>(static_cast<int64_t>(v));
  if (v < d.low || v > d.high || !whole)
    throw mase::Error(mase::format("{} is not a value of '{}', expected {} in [{}, {}]", value.brief(), d.name,
                                   d.kind == mase::Domain::Kind::integer ? "an integer" : "a number", d.low, d.high),
                      value.loc);
  return v;
}

// A bijection of [0, size): a Feistel network on the next even number of bits, walked until it lands inside.
int64_t permute(int64_t index, int64_t size, uint64_t seed) {
  const int half = (std::max<int>(2, std::bit_width(static_cast<uint64_t>(size))) + 1) / 2;
  const uint64_t mask = (uint64_t{1} << half) - 1;
  auto x = static_cast<uint64_t>(index);
  do {
    uint64_t left = x >> half, right = x & mask;
    for (uint64_t round = 0; round < 6; ++round) {
      const uint64_t mixed = left ^ (mase::stream_hash(seed + round, "grid", std::to_string(right)) & mask);
      left = right, right = mixed;
    }
    x = left << half | right;
  } while (x >= static_cast<uint64_t>(size));
  return static_cast<int64_t>(x);
}

}  // namespace

Enumeration GridSampler::points(const mase::Space& space) const {
  std::vector<std::vector<double>> values(space.domains.size());
  mase::NameList all;
  for (const mase::Domain& d : space.domains) all.add(d.name);
  for (const auto& [key, list] : config_.values) {
    bool used = false;
    for (size_t i = 0; i < values.size(); ++i) {
      if (!names(key, space.domains[i].name)) continue;
      used = true;
      for (const mase::Value& v : list) values[i].push_back(number(space.domains[i], v));
      std::sort(values[i].begin(), values[i].end());
      values[i].erase(std::unique(values[i].begin(), values[i].end()), values[i].end());
    }
    if (!used)
      throw mase::Error(mase::format("search.grid has values for '{}', which is no parameter of this search{}", key,
                                     mase::did_you_mean(key, all)));
  }
  return Enumeration(space, std::move(values));
}

void GridSampler::begin(const mase::Space& space, const std::vector<mase::Objective>&, uint64_t seed) {
  points_ = points(space);
  seed_ = seed;
}

std::optional<mase::Point> GridSampler::ask(const mase::Request& request, const std::vector<mase::Trial>&) {
  if (request.draw >= points_.size()) return std::nullopt;
  return points_.point(permute(request.draw, points_.size(), seed_));
}

void GridSampler::check(const mase::Space& space) const {
  for (const mase::Domain& d : space.domains) {
    const bool given = std::any_of(config_.values.begin(), config_.values.end(),
                                   [&](const auto& v) { return names(v.first, d.name) && !v.second.empty(); });
    if (d.count() < 0 && !given)
      throw mase::Error(mase::format("search.grid cannot enumerate '{}', which is continuous", d.name), {},
                        "give it a step, or list its values under 'values:'");
  }
  if (points(space).size() < 0)
    throw mase::Error("search.grid has more than 2^62 points", {}, "list fewer values under 'values:'");
}
