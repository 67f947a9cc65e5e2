// evolve.local_search: the best of a few random earlier trials, changed in one or a few parameters.
#include <mase/plugin.h>
#include <mase/random.h>
#include <mase/sampler.h>

#include <algorithm>
#include <cmath>

struct LocalSearch final : mase::Sampler {
  struct Config {
    int population = 12;
    int tournament = 4;
    double mutation = 0.15;
    double radius = 0.15;
    static void schema(mase::Schema<Config>& s) {
      s.field("population", &Config::population, "random trials at the start; later parents are among so many best")
          .range(1, 100000);
      s.field("tournament", &Config::tournament, "how many of the population compete to be the parent").range(1, 1000);
      s.field("mutation", &Config::mutation, "probability that a parameter changes; at least one always does")
          .range(0, 1);
      s.field("radius", &Config::radius, "how far a number moves, in parts of its range").range(0, 1);
    }
  };
  explicit LocalSearch(Config c) : config(c) {}

  void begin(const mase::Space& s, const std::vector<mase::Objective>& o, uint64_t seed_) override {
    space = s, objectives = o, seed = seed_;
  }

  // No state: the same history, seed and draw give the same proposal, so a study resumes without a saved
  // sampler.
  std::optional<mase::Point> ask(const mase::Request& request, const std::vector<mase::Trial>& history) override {
    mase::Random random(mase::stream_hash(seed + static_cast<uint64_t>(request.draw), "evolve.local_search"));
    const std::vector<const mase::Trial*> elders = population(history);
    mase::Point point(space.domains.size(), mase::kInactive);
    if (static_cast<int>(elders.size()) >= config.population) point = mutate(parent(elders, random), random);
    for (size_t i = 0; i < point.size(); ++i) {  // what is active and has no value yet gets any
      const mase::Domain& d = space.domains[i];
      const bool active = d.parent < 0 || point[static_cast<size_t>(d.parent)] == d.parent_option;
      if (!active)
        point[i] = mase::kInactive;
      else if (std::isnan(point[i]))
        point[i] = place(d, random.uniform());
    }
    return point;
  }

 private:
  // Whether `a` is better than `b` in every objective that differs.
  bool better(const mase::Trial& a, const mase::Trial& b) const {
    bool differs = false;
    for (size_t i = 0; i < objectives.size(); ++i) {
      const double gain = objectives[i].maximize ? a.values[i] - b.values[i] : b.values[i] - a.values[i];
      if (!(gain >= 0)) return false;
      differs |= gain > 0;
    }
    return differs;
  }

  // The best trials so far, better ones first; those that cannot be compared in their order.
  std::vector<const mase::Trial*> population(const std::vector<mase::Trial>& history) const {
    std::vector<const mase::Trial*> best;
    for (const mase::Trial& t : history) {
      if (t.state != mase::Trial::State::complete || t.values.size() != objectives.size()) continue;
      best.insert(std::find_if(best.begin(), best.end(), [&](auto* other) { return better(t, *other); }), &t);
      if (static_cast<int>(best.size()) > config.population) best.pop_back();
    }
    return best;
  }

  const mase::Trial& parent(const std::vector<const mase::Trial*>& elders, mase::Random& random) const {
    size_t winner = random.below(elders.size());
    for (int i = 1; i < config.tournament; ++i) winner = std::min<size_t>(winner, random.below(elders.size()));
    return *elders[winner];
  }

  mase::Point mutate(const mase::Trial& elder, mase::Random& random) const {
    mase::Point point = elder.params;
    size_t certain = random.below(point.size());
    while (std::isnan(point[certain])) certain = (certain + 1) % point.size();  // inactive ones have no value
    for (size_t i = 0; i < point.size(); ++i)
      if (!std::isnan(point[i]) && (i == certain || random.uniform() < config.mutation))
        point[i] = moved(space.domains[i], point[i], random);
    return point;
  }

  // Another option, or a number near `value`; never `value` itself where there is another.
  double moved(const mase::Domain& d, double value, mase::Random& random) const {
    const int64_t count = d.count();
    if (count == 1) return value;
    if (d.kind == mase::Domain::Kind::choice)
      return std::fmod(value + 1 + static_cast<double>(random.below(static_cast<uint64_t>(count - 1))),
                       static_cast<double>(count));
    const double near = place(d, std::clamp(part(d, value) + config.radius * random.normal(), 0.0, 1.0));
    if (near != value || count < 0) return near;
    const double step = d.step > 0 ? d.step : 1;
    return value + step <= d.high && (random.uniform() < 0.5 || value - step < d.low) ? value + step : value - step;
  }

  // A domain's values lie on [0, 1], evenly or, with `log`, by their logarithm.
  static double part(const mase::Domain& d, double value) {
    if (d.high <= d.low) return 0;
    return d.log ? std::log(value / d.low) / std::log(d.high / d.low) : (value - d.low) / (d.high - d.low);
  }
  static double place(const mase::Domain& d, double part) {
    const int64_t count = d.count();
    if (d.kind == mase::Domain::Kind::choice)
      return std::min(std::floor(part * static_cast<double>(count)), static_cast<double>(count - 1));
    const double value = d.log ? d.low * std::pow(d.high / d.low, part) : d.low + part * (d.high - d.low);
    if (count < 0) return std::clamp(value, d.low, d.high);
    const double step = d.step > 0 ? d.step : 1;
    return d.low + step * std::clamp(std::nearbyint((value - d.low) / step), 0.0, static_cast<double>(count - 1));
  }

  Config config;
  mase::Space space;
  std::vector<mase::Objective> objectives;
  uint64_t seed = 0;
};

MASE_PLUGIN("evolve", "0.1.0", "Evolutionary samplers") {
  r.add<LocalSearch>("evolve.local_search", "Changes a few parameters of one of the best trials so far");
}
