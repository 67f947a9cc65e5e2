// Every number format against memory speed and against MASE's way: quantize() beside clone() and beside the same
// formula as a chain of LibTorch operations, in one process.
//
//   build/bench/formats [NAME...] the last line is JSON
//
// 2^20 floats, best of 7 rounds; the allocator keeps what it has (its thresholds are printed), or page faults would
// decide. Then the same with two threads, calls on 64x16 numbers, and the forced instruction sets (MASE_ISA), each in
// a process of its own.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>

#include "formats_chains.h"
#include "loader/registry.h"
#include "mase/format.h"
#include "mase/text.h"

using namespace mase;

namespace {

constexpr int64_t kRows = 1024, kColumns = 1024;
constexpr int kRounds = 7, kKeep = 1 << 30;
constexpr double kBytes = 8.0 * kRows * kColumns;  // read and written

struct Entry {
  Map with;                                            // the fields that the chain computes with
  std::function<at::Tensor(const at::Tensor&)> chain;  // null: none
  double of_clone = 0, of_chain = 0;                   // what is demanded; 0: printed only
};

const std::map<std::string, Entry>& entries() {
  using at::Tensor;
  const Map block16{{"axis", -1}, {"size", 16}}, block32{{"axis", -1}, {"size", 32}};
  static const std::map<std::string, Entry> table = {
      {"quant.integer",
       {{{"width", 8}, {"frac_width", 4}}, [](const Tensor& x) { return chains::integer(x, 8, 4); }, 0.6, 4}},
      {"quant.fixed",
       {{{"width", 8}, {"frac_width", 4}}, [](const Tensor& x) { return chains::integer(x, 8, 4); }, 0.6, 4}},
      {"quant.lsq_integer", {{{"width", 8}}, {}, 0.3, 0}},
      {"quant.scale_integer", {{{"width", 8}}, [](const Tensor& x) { return chains::scale_integer(x, 8); }, 0.3, 4}},
      {"quant.minifloat_denorm",
       {{{"width", 8}, {"exponent_width", 4}},
        [](const Tensor& x) { return chains::minifloat_denorm(x, 8, 4); },
        0.4,
        15}},
      {"quant.minifloat_ieee",
       {{{"width", 8}, {"exponent_width", 4}},
        [](const Tensor& x) { return chains::minifloat_ieee(x, 8, 4); },
        0.4,
        15}},
      {"quant.minifloat_mx", {{}, [](const Tensor& x) { return chains::minifloat_mx(x, 4, 3); }, 0.4, 15}},
      {"quant.log", {{{"width", 8}}, [](const Tensor& x) { return chains::log(x, 8); }, 0.4, 15}},
      {"quant.block_fp",
       {{{"width", 8}, {"exponent_width", 8}, {"block_size", block16}},
        [](const Tensor& x) { return chains::block_fp(x, 8, 8, 16); },
        0.3,
        15}},
      {"quant.block_minifloat",
       {{{"width", 8}, {"exponent_width", 4}, {"exponent_bias_width", 8}, {"block_size", block16}},
        [](const Tensor& x) { return chains::block_minifloat(x, 8, 4, 8, 16); },
        0.3,
        15}},
      {"quant.block_log",
       {{{"width", 8}, {"exponent_bias_width", 8}, {"block_size", block16}},
        [](const Tensor& x) { return chains::block_log(x, 8, 8, 16); },
        0.3,
        15}},
      {"quant.binary", {{}, [](const Tensor& x) { return chains::binary(x); }, 0.4, 15}},
      {"quant.binary_scaling", {{}, [](const Tensor& x) { return chains::binary_scaling(x); }, 0.4, 15}},
      {"quant.binary_residual_sign", {{}, [](const Tensor& x) { return chains::binary_residual_sign(x, 2); }, 0.4, 15}},
      {"quant.ternary", {{}, [](const Tensor& x) { return chains::ternary(x); }, 0.4, 15}},
      {"quant.mxint", {{}, [](const Tensor& x) { return chains::mxint(x, 8, 32); }, 0.3, 15}},
      {"quant.mxfp", {{}, [](const Tensor& x) { return chains::mxfp(x, 4, 3, 8, 32); }, 0.3, 15}},
      {"quant.mxint_hardware", {{}, [](const Tensor& x) { return chains::mxint_hardware(x, 12, 4, 16); }, 0.3, 15}},
      {"quant.nvfp4", {{}, {}, 0.3, 0}},
      {"quant.bfloat16", {{}, [](const Tensor& x) { return x.to(at::kBFloat16).to(at::kFloat); }, 0.4, 0}},
      {"quant.fp8",
       {{}, [](const Tensor& x) { return at::clamp(x, -448, 448).to(at::kFloat8_e4m3fn).to(at::kFloat); }, 0.4, 0}},
      {"quant.power_of_two", {{}, [](const Tensor& x) { return chains::power_of_two(x, -7, 0); }, 0.4, 0}},
  };
  return table;
}

at::Tensor numbers(const Shape& shape) {
  at::Tensor t = at::empty(shape);
  Random random(1);
  float* x = t.mutable_data_ptr<float>();
  for (int64_t i = 0; i < t.numel(); ++i) x[i] = static_cast<float>(random.normal());
  return t;
}

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

template <class Call>
double timed(const Call& call, int times) {
  const double start = seconds();
  for (int i = 0; i < times; ++i) call();
  return (seconds() - start) / times;
}

struct Times {
  double format = 1e9, clone = 1e9, chain = 1e9, small = 1e9;
};

// In turn, so that another program's disturbance meets all of them; the least disturbed round counts.
Times measure(const Format& f, const Entry* entry, const at::Tensor& x, const at::Tensor& small) {
  const auto context = [&](const at::Tensor& t) {
    QuantizeContext c;
    for (const FormatParameter& p : f.parameters(shape_of(t))) c.parameters.push_back(p.initial);
    return c;
  };
  const QuantizeContext large_context = context(x), small_context = context(small);
  const auto quantize = [&] { f.quantize(x, large_context); };
  const auto clone = [&] { x.clone(); };
  const auto tiny = [&] { f.quantize(small, small_context); };
  quantize(), clone(), tiny();
  Times best;
  for (int i = 0; i < kRounds; ++i) {
    best.clone = std::min(best.clone, timed(clone, 8));
    best.format = std::min(best.format, timed(quantize, 4));
    if (entry && entry->chain) best.chain = std::min(best.chain, timed([&] { entry->chain(x); }, 1));
    best.small = std::min(best.small, timed(tiny, 200));
  }
  return best;
}

Map supported(const ComponentInfo& info, const Map& with) {
  for (const auto& e : with)
    if (!info.fields || !info.fields->find(e.key)) return {};
  return with;
}

struct Row {
  std::string name;
  Times one, two;
  const Entry* entry;
};

Row measure_format(Registry& registry, const ComponentInfo& info, const at::Tensor& x, const at::Tensor& small) {
  const auto it = entries().find(info.name);
  Row row{info.name, {}, {}, it == entries().end() ? nullptr : &it->second};
  const Map with = row.entry ? supported(info, row.entry->with) : Map();
  const auto f = registry.create<Format>(Chosen(info.name, with));
  at::set_num_threads(1);
  row.one = measure(*f, row.entry, x, small);
  at::set_num_threads(2);
  row.two = measure(*f, nullptr, x, small);
  at::set_num_threads(1);
  return row;
}

std::string ratio(double value, double demanded) {
  if (demanded == 0) return format("{:6.2f}       ", value);
  return format("{:6.2f} {:5.2f}{}", value, value / demanded, value < demanded ? "!" : " ");
}

// Columns "of clone" and "of chain" are followed by the ratio to what is demanded, with ! where it is missed.
void print(const Row& r) {
  const double gain = r.one.format / r.two.format, clone_gain = r.one.clone / r.two.clone;
  const bool chained = r.entry && r.entry->chain;
  std::printf("%-28s %7.2f %s %s %7.2f%s %6.2f %6.2f%s\n", r.name.c_str(), kBytes / r.one.format * 1e-9,
              ratio(r.one.clone / r.one.format, r.entry ? r.entry->of_clone : 0).c_str(),
              chained ? ratio(r.one.chain / r.one.format, r.entry->of_chain).c_str() : "     -       ",
              r.one.small * 1e6, r.one.small > 2e-6 ? "!" : " ", gain, clone_gain,
              gain < 1.6 && gain < 0.8 * clone_gain ? "!" : " ");
  std::fflush(stdout);
}

Map json(const Row& r) {
  Map m{{"gb_per_second", kBytes / r.one.format * 1e-9},
        {"of_clone", r.one.clone / r.one.format},
        {"small_microseconds", r.one.small * 1e6},
        {"two_threads", r.one.format / r.two.format},
        {"clone_two_threads", r.one.clone / r.two.clone}};
  if (r.entry && r.entry->chain) m.set("of_chain", r.one.chain / r.one.format);
  if (r.entry && r.entry->of_clone > 0) m.set("of_clone_to_limit", r.one.clone / r.one.format / r.entry->of_clone);
  if (r.entry && r.entry->chain && r.entry->of_chain > 0)
    m.set("of_chain_to_limit", r.one.chain / r.one.format / r.entry->of_chain);
  return m;
}

// This program with one instruction set forced; the last line that it prints.
Value forced(const char* isa, const std::vector<std::string>& names) {
  std::string command = format("MASE_ISA={} {} --path", isa, std::filesystem::canonical("/proc/self/exe").string());
  for (const std::string& name : names) command += " " + name;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string text;
  char buffer[4096];
  while (pipe && std::fgets(buffer, sizeof buffer, pipe)) text += buffer;
  if (!pipe || pclose(pipe) != 0) {
    std::printf("MASE_ISA=%s: %s\n", isa, text.c_str());
    return {};
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return Value::parse_json(text.substr(text.rfind('\n') + 1), isa);
}

Map paths(const std::vector<std::string>& names) {
  Map all;
  for (const char* isa : {"sse2", "avx2", "avx512"}) all.set(isa, forced(isa, names));
  std::printf("\nof clone with one path forced %8s %8s %8s\n", "sse2", "avx2", "avx512");
  for (const std::string& name : names) {
    std::printf("%-29s", name.c_str());
    for (const char* isa : {"sse2", "avx2", "avx512"}) {
      const Value& v = all.at(isa);
      const Value* figure = v.is_map() ? v.as_map().find(name) : nullptr;
      if (figure)
        std::printf(" %8.2f", figure->as_double());
      else
        std::printf(" %8s", "-");
    }
    std::printf("\n");
  }
  return all;
}

int run(std::vector<std::string> names, bool path_only) {
  mallopt(M_MMAP_THRESHOLD, kKeep), mallopt(M_TRIM_THRESHOLD, kKeep);
  Registry registry;
  registry.load_folders(plugin_folders({}));
  if (names.empty())
    for (const ComponentInfo* info : registry.list("format")) names.push_back(info->name);
  const at::Tensor x = numbers({kRows, kColumns}), small = numbers({64, 16});
  if (path_only) {
    Map figures;
    for (const std::string& name : names) {
      const Row row = measure_format(registry, registry.at(name), x, small);
      figures.set(name, row.one.clone / row.one.format);
    }
    std::printf("%s\n", Value(figures).json().c_str());
    return 0;
  }
  std::printf("2^20 floats; M_MMAP_THRESHOLD = M_TRIM_THRESHOLD = %d; best of %d\n", kKeep, kRounds);
  std::printf("%-28s %7s %-13s %-13s %8s %6s %7s\n", "one thread", "GB/s", "of clone /bar", "of chain /bar", "64x16 us",
              "2 thr.", "clone's");
  Map formats;
  for (const std::string& name : names) {
    const Row row = measure_format(registry, registry.at(name), x, small);
    print(row);
    formats.set(name, json(row));
  }
  const Map by_path = paths(names);
  const Value all = Map{{"bench", "formats"},        {"floats", kRows * kColumns}, {"rounds", kRounds},
                        {"malloc_threshold", kKeep}, {"formats", formats},         {"of_clone_by_path", by_path}};
  std::printf("%s\n", all.json().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> names(argv + 1, argv + argc);
  const bool path_only = !names.empty() && names.front() == "--path";
  if (path_only) names.erase(names.begin());
  try {
    return run(names, path_only);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "formats: %s\n", e.what());
    return 1;
  }
}
