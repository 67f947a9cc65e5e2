// A bench for streaming designs, driving a Verilator model directly: the fastest way in.
//
// Plays words into the inputs, takes words from the outputs, records watched streams, and checks the stream protocol:
// a beat moves when valid and ready are both high at the rising edge, data and valid hold while not ready, and valid
// does not wait for ready. The generated main() names the ports; everything else is here.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace mase::sim {

// Words as an array element of any Verilated width up to 64 bits.
template <class Port>
int64_t peek(const Port& port, int width, bool is_signed) {
  const uint64_t mask = width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
  const uint64_t bits = static_cast<uint64_t>(port) & mask;
  if (!is_signed || width >= 64 || !((bits >> (width - 1)) & 1)) return static_cast<int64_t>(bits);
  return static_cast<int64_t>(bits | ~mask);
}
template <class Port>
void poke(Port& port, int64_t word, int width) {
  const uint64_t mask = width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
  port = static_cast<Port>(static_cast<uint64_t>(word) & mask);
}

// A stream of the design: element 0 of a beat is the highest index of the port (MASE's order).
template <class Model>
struct Stream {
  const char* name;
  int lanes;
  void (*read)(Model&, int64_t* words);
  void (*write)(Model&, const int64_t* words, bool valid);  // inputs
  bool (*valid)(Model&);
  bool (*ready)(Model&);
  void (*set_ready)(Model&, bool);  // outputs
};

struct Options {
  std::string vectors, out, waves;
  double stall = 0;
  uint64_t seed = 1;
  uint64_t idle_limit = 100000;
};

// xorshift64*: small, and the same everywhere.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL | 1) {}
  bool roll(double probability) {
    state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
    return static_cast<double>((state_ * 0x2545f4914f6cdd1dULL) >> 11) * 0x1p-53 < probability;
  }

 private:
  uint64_t state_;
};

inline std::vector<int64_t> load(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(2);
  }
  std::vector<int64_t> words(static_cast<size_t>(in.tellg()) / sizeof(int64_t));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(words.data()), static_cast<std::streamsize>(words.size() * sizeof(int64_t)));
  return words;
}

inline void store(const std::string& path, const std::vector<int64_t>& words) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(words.data()), static_cast<std::streamsize>(words.size() * sizeof(int64_t)));
}

template <class Model>
class Bench {
 public:
  Bench(Model& model, Options options, std::vector<Stream<Model>> inputs, std::vector<Stream<Model>> outputs,
        std::vector<Stream<Model>> watched, std::vector<uint64_t> beats_out)
      : model_(model),
        options_(std::move(options)),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        watched_(std::move(watched)),
        expected_(std::move(beats_out)),
        dice_(options_.seed) {}

  // 0: finished; 3: stalled for ever; 4: broke the protocol.
  template <class Dump>
  int run(Dump dump) {
    prepare();
    reset(dump);
    // Holding every output back first shows whether valid waits for ready.
    bool held = options_.stall > 0;
    uint64_t idle = 0;
    while (!finished()) {
      if (held && all_valid()) held = false;
      const bool moved = cycle(held, dump);
      if (!problem_.empty()) return report(4, problem_);
      idle = moved ? 0 : idle + 1;
      if (idle > options_.idle_limit)
        return report(3, held ? "valid waits for ready at an output" : "no beat moved for too long");
    }
    constexpr int kAfter = 64;  // nothing may follow the last beat
    for (int i = 0; i < kAfter && problem_.empty(); ++i) cycle(false, dump);
    for (size_t i = 0; i < outputs_.size(); ++i)
      if (taken_[i] > expected_[i])
        return report(4, std::string(outputs_[i].name) + " sends more beats than its tensors have");
    return problem_.empty() ? report(0, "") : report(4, problem_);
  }

 private:
  void prepare() {
    for (const auto& s : inputs_) words_.push_back(load(options_.vectors + "/" + s.name + ".bin"));
    sent_.assign(inputs_.size(), 0), offered_.assign(inputs_.size(), false);
    taken_.assign(outputs_.size(), 0), out_words_.resize(outputs_.size());
    waiting_.resize(outputs_.size()), watched_words_.resize(watched_.size());
  }

  template <class Dump>
  void reset(Dump dump) {
    model_.rst = 1;
    for (const auto& s : inputs_) s.write(model_, zeros(s.lanes), false);
    for (const auto& s : outputs_) s.set_ready(model_, false);
    for (int i = 0; i < 4; ++i) tick(dump);
    model_.rst = 0;
    cycle_ = 0;
  }

  const int64_t* zeros(int lanes) {
    if (zeros_.size() < static_cast<size_t>(lanes)) zeros_.assign(static_cast<size_t>(lanes), 0);
    return zeros_.data();
  }

  template <class Dump>
  void tick(Dump dump) {
    model_.clk = 0, model_.eval(), dump();
    model_.clk = 1, model_.eval(), dump();
  }

  bool left(size_t i) const { return sent_[i] * static_cast<uint64_t>(inputs_[i].lanes) < words_[i].size(); }
  bool finished() const { return taken_ >= expected_; }
  bool all_valid() {
    for (const auto& s : outputs_)
      if (!s.valid(model_)) return false;
    return true;
  }

  template <class Dump>
  bool cycle(bool held, Dump dump) {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      // An offered beat stays until it is taken.
      if (!offered_[i]) offered_[i] = left(i) && !dice_.roll(options_.stall);
      const auto& s = inputs_[i];
      s.write(model_, left(i) ? words_[i].data() + sent_[i] * static_cast<uint64_t>(s.lanes) : zeros(s.lanes),
              offered_[i]);
    }
    for (const auto& s : outputs_) s.set_ready(model_, !held && !dice_.roll(options_.stall));
    model_.clk = 0, model_.eval(), dump();
    const bool moved = sample();
    model_.clk = 1, model_.eval(), dump();
    ++cycle_;
    return moved;
  }

  bool sample() {
    bool moved = false;
    for (size_t i = 0; i < inputs_.size(); ++i)
      if (offered_[i] && inputs_[i].ready(model_)) {
        if (!any_in_) any_in_ = true, first_in_ = cycle_;
        ++sent_[i], offered_[i] = false, moved = true;
      }
    for (size_t i = 0; i < outputs_.size(); ++i) moved |= take(i);
    for (size_t i = 0; i < watched_.size(); ++i)
      if (watched_[i].valid(model_) && watched_[i].ready(model_)) append(watched_[i], watched_words_[i]);
    return moved;
  }

  bool take(size_t i) {
    const auto& s = outputs_[i];
    const bool valid = s.valid(model_);
    std::vector<int64_t> now(static_cast<size_t>(s.lanes));
    if (valid) s.read(model_, now.data());
    if (!waiting_[i].empty() && (!valid || now != waiting_[i]))
      problem_ = std::string(s.name) + (valid ? " changes its data" : " takes its valid back") +
                 " before the beat was taken, in cycle " + std::to_string(cycle_);
    waiting_[i].clear();
    if (!valid) return false;
    if (!s.ready(model_)) {
      waiting_[i] = now;
      return false;
    }
    out_words_[i].insert(out_words_[i].end(), now.begin(), now.end());
    if (taken_[i]++ == 0) first_out_ = cycle_;
    last_out_ = cycle_;
    return true;
  }

  void append(const Stream<Model>& s, std::vector<int64_t>& words) {
    words.resize(words.size() + static_cast<size_t>(s.lanes));
    s.read(model_, words.data() + words.size() - static_cast<size_t>(s.lanes));
  }

  int report(int status, const std::string& why) {
    for (size_t i = 0; i < outputs_.size(); ++i) store(options_.out + "/" + outputs_[i].name + ".bin", out_words_[i]);
    for (size_t i = 0; i < watched_.size(); ++i)
      store(options_.out + "/stream_" + std::to_string(i) + ".bin", watched_words_[i]);
    std::ofstream result(options_.out + "/result.json");
    result << "{\"status\": " << status << ", \"cycles\": " << cycle_ << ", \"first_in\": " << first_in_
           << ", \"first_out\": " << first_out_ << ", \"last_out\": " << last_out_ << ", \"problem\": \"" << why
           << "\"}\n";
    return status;
  }

  Model& model_;
  Options options_;
  std::vector<Stream<Model>> inputs_, outputs_, watched_;
  std::vector<uint64_t> expected_, sent_, taken_;
  Dice dice_;
  std::vector<std::vector<int64_t>> words_, out_words_, waiting_, watched_words_;
  std::vector<bool> offered_;
  std::vector<int64_t> zeros_;
  std::string problem_;
  uint64_t cycle_ = 0, first_in_ = 0, first_out_ = 0, last_out_ = 0;
  bool any_in_ = false;
};

// main()'s arguments: vectors folder, output folder, stall probability, seed, idle limit, wave file or "-".
inline Options parse(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: %s VECTORS OUT STALL SEED IDLE_LIMIT WAVES|-\n", argv[0]);
    std::exit(2);
  }
  Options o;
  o.vectors = argv[1], o.out = argv[2], o.stall = std::atof(argv[3]);
  o.seed = std::strtoull(argv[4], nullptr, 10), o.idle_limit = std::strtoull(argv[5], nullptr, 10);
  if (std::string(argv[6]) != "-") o.waves = argv[6];
  return o;
}

}  // namespace mase::sim
