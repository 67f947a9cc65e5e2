// Drives every parameter set of one module at once, under several kinds of back-pressure, and compares each output
// beat with an integer model.
//
// A bench defines model() and includes this file, which brings main(). Streams see tensor order: element 0 of a
// beat comes first here and lies in the highest lane of the port.
#pragma once

#include <verilated.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "Vrtl_bench.h"
#include "integer.h"

namespace bench {

using Beat = std::vector<Code>;  // element 0 first
using Beats = std::vector<Beat>;

struct Stream {
  std::string name;
  std::uint32_t* data;
  std::uint8_t* valid;
  std::uint8_t* ready;
  int lanes;
  int width;
  int beats;  // per tensor
};

struct Case {
  int id;
  std::map<std::string, int> param;
  std::vector<Stream> in;
  std::vector<Stream> out;
  int latency;  // cycles from the first input beat to the first output beat, both sides always ready
  int drain;    // cycles from the last step of work to its output beat
  int cycles;   // per tensor at full rate
  int tensors;
  bool endless;  // outputs go on by themselves

  int operator[](const std::string& name) const { return param.at(name); }
};

// One tensor: the beats of every input stream in, those of every output stream out.
std::vector<Beats> model(const Case& c, const std::vector<Beats>& in);

std::vector<Case> make_cases(Vrtl_bench& top);

class Bench {
 public:
  explicit Bench(unsigned seed) : random_(seed) {
    context_.randReset(2);
    context_.randSeed(static_cast<int>(seed) + 1);
    top_ = std::make_unique<Vrtl_bench>(&context_);
    cases_ = make_cases(*top_);
    for (auto& c : cases_) runs_.emplace_back(c);
  }

  int main() {
    struct Profile {
      const char* name;
      double valid, ready;
      bool hold;
    };
    const Profile profiles[] = {{"full rate", 1.0, 1.0, false},     {"slow reader", 1.0, 0.3, false},
                                {"slow writer", 0.3, 1.0, false},   {"both slow", 0.5, 0.5, false},
                                {"ready held low", 0.8, 0.7, true}, {"full rate again", 1.0, 1.0, false}};
    for (const auto& p : profiles) {
      profile_ = p.name;
      disturb();
      start();
      play(p.valid, p.ready, p.hold);
    }
    std::printf("%zu sets, %ld beats compared, %ld errors\n", cases_.size(), compared_, errors_);
    return errors_ == 0 && compared_ > 0 ? 0 : 1;
  }

 private:
  struct Run {
    explicit Run(Case& c) : c(&c) {}
    Case* c;
    std::vector<Beats> send, expect;
    std::vector<std::size_t> sent, got;
    std::vector<bool> offering, was_waiting, seen_valid, taken;
    std::vector<std::vector<std::uint32_t>> was_data;
    long first_offer = -1;
    std::vector<long> first_out;
    long last_out = -1;
    bool done = false;
  };

  static int words(const Stream& s) { return (s.lanes * s.width + 31) / 32; }

  void fail(const Run& r, const std::string& what) {
    if (++errors_ > 20) return;
    std::string params;
    for (const auto& [name, value] : r.c->param) params += " " + name + "=" + std::to_string(value);
    std::printf("ERROR set %d, %s, cycle %ld: %s\n  %s\n", r.c->id, profile_, cycle_, what.c_str(), params.c_str());
  }

  static void put(const Stream& s, const Beat& beat) {
    for (int w = 0; w < words(s); ++w) s.data[w] = 0;
    for (int e = 0; e < s.lanes; ++e) {
      const int low = (s.lanes - 1 - e) * s.width;
      for (int b = 0; b < s.width; ++b)
        if (beat[e] >> b & 1) s.data[(low + b) / 32] |= 1u << ((low + b) % 32);
    }
  }

  static Beat get(const Stream& s) {
    Beat beat(s.lanes, 0);
    for (int e = 0; e < s.lanes; ++e) {
      const int low = (s.lanes - 1 - e) * s.width;
      for (int b = 0; b < s.width; ++b)
        beat[e] |= static_cast<Code>(s.data[(low + b) / 32] >> ((low + b) % 32) & 1) << b;
    }
    return beat;
  }

  // Extreme and small codes as often as any, so that saturation, ties and cancellation all happen.
  Code draw(int width) {
    const Code mask = width == 64 ? ~Code{0} : (Code{1} << width) - 1;
    switch (random_() % 8) {
      case 0:
        return mask >> 1;
      case 1:
        return (mask >> 1) + 1;
      case 2:
        return mask - random_() % 4 & mask;
      case 3:
        return random_() % 4 & mask;
      default:
        return random_() & mask;
    }
  }

  bool chance(double p) { return p >= 1.0 || std::uniform_real_distribution<>(0, 1)(random_) < p; }

  void garbage(const Stream& s) {
    for (int w = 0; w < words(s); ++w) s.data[w] = static_cast<std::uint32_t>(random_());
  }

  void tick() {
    top_->clk = 1;
    top_->eval();
    top_->clk = 0;
    top_->eval();
    ++cycle_;
  }

  // Leaves beats inside the modules, then resets: whatever was in flight must be gone.
  void disturb() {
    top_->clk = 0;
    top_->rst = 0;
    for (int i = 0; i < 30; ++i) {
      for (auto& c : cases_) {
        for (auto& s : c.in) {
          garbage(s);
          *s.valid = random_() & 1;
        }
        for (auto& s : c.out) *s.ready = (random_() & 3) == 0;
      }
      top_->eval();
      tick();
    }
    top_->rst = 1;
    for (auto& c : cases_) {
      for (auto& s : c.in) *s.valid = 0;
      for (auto& s : c.out) *s.ready = 0;
    }
    tick();
    for (auto& r : runs_)
      for (auto& s : r.c->out)
        if (*s.valid) fail(r, s.name + "_valid is high after reset");
    tick();
    top_->rst = 0;
    cycle_ = 0;
  }

  void start() {
    for (auto& r : runs_) {
      const Case& c = *r.c;
      r.send.assign(c.in.size(), {});
      r.expect.assign(c.out.size(), {});
      for (int t = 0; t < c.tensors; ++t) {
        std::vector<Beats> tensor(c.in.size());
        for (std::size_t i = 0; i < c.in.size(); ++i)
          for (int n = 0; n < c.in[i].beats; ++n) {
            Beat beat(c.in[i].lanes);
            for (auto& code : beat) code = draw(c.in[i].width);
            tensor[i].push_back(beat);
            r.send[i].push_back(beat);
          }
        const auto results = model(c, tensor);
        for (std::size_t i = 0; i < c.out.size(); ++i)
          r.expect[i].insert(r.expect[i].end(), results[i].begin(), results[i].end());
      }
      r.sent.assign(c.in.size(), 0);
      r.got.assign(c.out.size(), 0);
      r.offering.assign(c.in.size(), false);
      r.was_waiting.assign(c.out.size(), false);
      r.seen_valid.assign(c.out.size(), false);
      r.taken.assign(c.out.size(), false);
      r.first_out.assign(c.out.size(), -1);
      r.was_data.assign(c.out.size(), {});
      r.first_offer = c.in.empty() ? 0 : -1;
      r.last_out = -1;
      r.done = false;
    }
  }

  void play(double valid, double ready, bool hold) {
    long limit = 2000;
    for (const auto& r : runs_) {
      long beats = r.c->cycles * r.c->tensors;
      for (const auto& s : r.send) beats += static_cast<long>(s.size());
      for (const auto& s : r.expect) beats += static_cast<long>(s.size());
      limit = std::max(limit, 40 * beats + 2000);
    }
    bool all_done = false;
    while (!all_done && cycle_ < limit) {
      step(valid, ready, hold);
      all_done = true;
      for (auto& r : runs_) all_done = all_done && r.done;
    }
    for (auto& r : runs_)
      if (!r.done) fail(r, "no progress: " + missing(r));
    for (int i = 0; i < 20 && errors_ == 0; ++i) step(1.0, 1.0, false);  // nothing more may come
    if (valid >= 1.0 && ready >= 1.0)
      for (auto& r : runs_) check_rate(r);
  }

  static std::string missing(const Run& r) {
    std::string text;
    for (std::size_t i = 0; i < r.send.size(); ++i)
      text += r.c->in[i].name + " " + std::to_string(r.sent[i]) + " of " + std::to_string(r.send[i].size()) + " sent, ";
    for (std::size_t i = 0; i < r.expect.size(); ++i)
      text +=
          r.c->out[i].name + " " + std::to_string(r.got[i]) + " of " + std::to_string(r.expect[i].size()) + " seen ";
    return text;
  }

  void check_rate(Run& r) {
    if (!r.done) return;
    for (std::size_t i = 0; i < r.first_out.size(); ++i) {
      const long latency = r.first_out[i] - r.first_offer;
      if (latency != r.c->latency)
        fail(r, "latency of " + r.c->out[i].name + " is " + std::to_string(latency) + " cycles, expected " +
                    std::to_string(r.c->latency));
    }
    const long expected = static_cast<long>(r.c->tensors) * r.c->cycles + r.c->drain;
    const long took = r.last_out - r.first_offer + 1;
    if (took != expected)
      fail(r, "took " + std::to_string(took) + " cycles at full rate, expected " + std::to_string(expected));
  }

  void step(double valid, double ready, bool hold) {
    for (auto& r : runs_) {
      for (std::size_t i = 0; i < r.c->in.size(); ++i) {
        const auto& s = r.c->in[i];
        if (!r.offering[i]) {
          r.offering[i] = r.sent[i] < r.send[i].size() && chance(valid);
          if (r.offering[i])
            put(s, r.send[i][r.sent[i]]);
          else
            garbage(s);
          if (r.offering[i] && r.first_offer < 0) r.first_offer = cycle_;
        }
        *s.valid = r.offering[i];
      }
      for (auto& s : r.c->out) *s.ready = 0;
    }
    top_->eval();
    for (auto& r : runs_) {
      bool all_seen = true;
      for (std::size_t i = 0; i < r.c->out.size(); ++i) {
        const auto& s = r.c->out[i];
        std::vector<std::uint32_t> data(s.data, s.data + words(s));
        if (r.was_waiting[i] && !*s.valid) fail(r, s.name + "_valid fell without a transfer");
        if (r.was_waiting[i] && *s.valid && data != r.was_data[i]) fail(r, s.name + " changed while it waited");
        r.was_waiting[i] = *s.valid;
        r.was_data[i] = data;
        if (*s.valid) r.seen_valid[i] = true;
        all_seen = all_seen && r.seen_valid[i];
      }
      // Held low until every output has shown a beat: a valid that waits for ready never rises.
      for (auto& s : r.c->out) *s.ready = (!hold || all_seen) && chance(ready);
    }
    top_->eval();
    for (auto& r : runs_) {
      for (std::size_t i = 0; i < r.c->in.size(); ++i)
        if (r.offering[i] && *r.c->in[i].ready) {
          r.offering[i] = false;
          ++r.sent[i];
        }
      bool done = true;
      for (std::size_t i = 0; i < r.c->out.size(); ++i) {
        const auto& s = r.c->out[i];
        const std::vector<std::uint32_t> data(s.data, s.data + words(s));
        if (static_cast<bool>(*s.valid) != r.was_waiting[i]) fail(r, s.name + "_valid depends on a ready");
        if (*s.valid && data != r.was_data[i]) fail(r, s.name + " depends on a ready");
        if (*s.valid && *s.ready) {
          take(r, i, s);
          r.was_waiting[i] = false;
        }
        done = done && r.got[i] >= r.expect[i].size();
      }
      for (std::size_t i = 0; i < r.c->in.size(); ++i) done = done && r.sent[i] == r.send[i].size();
      r.done = done;
    }
    tick();
  }

  void take(Run& r, std::size_t i, const Stream& s) {
    if (r.first_out[i] < 0) r.first_out[i] = cycle_;
    if (r.got[i] >= r.expect[i].size()) {
      if (!r.c->endless) fail(r, s.name + ": a beat too many");
      return;
    }
    r.last_out = cycle_;
    const Beat got = get(s);
    const Beat& want = r.expect[i][r.got[i]];
    for (int e = 0; e < s.lanes; ++e)
      if (got[e] != want[e]) {
        char text[160];
        std::snprintf(text, sizeof text, "%s beat %zu element %d is %llx, expected %llx", s.name.c_str(), r.got[i], e,
                      static_cast<unsigned long long>(got[e]), static_cast<unsigned long long>(want[e]));
        fail(r, text);
        break;
      }
    ++r.got[i];
    ++compared_;
  }

  VerilatedContext context_;
  std::unique_ptr<Vrtl_bench> top_;
  std::vector<Case> cases_;
  std::vector<Run> runs_;
  std::mt19937_64 random_;
  const char* profile_ = "";
  long cycle_ = 0;
  long compared_ = 0;
  long errors_ = 0;
};

}  // namespace bench

#include "cases.inc"

int main() { return bench::Bench(1).main(); }
