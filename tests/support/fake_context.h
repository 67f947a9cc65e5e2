// A Context for tests of plugins: real components from the built plugins, everything else in plain members.
#pragma once
#include <ATen/Parallel.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "loader/registry.h"
#include "mase/context.h"
#include "mase/dataset.h"
#include "mase/graph.h"

namespace test {

// All plugins of this build, loaded once.
inline mase::Registry& registry() {
  static mase::Registry* loaded = [] {
    auto* r = new mase::Registry;
    const auto program = std::filesystem::canonical("/proc/self/exe");
    at::set_num_threads(1);  // as a run with --threads 1: tests share the machine
    r->load_folders({(program.parent_path().parent_path() / "lib/mase/plugins").string()});
    return r;
  }();
  return *loaded;
}

// A folder that disappears with its owner.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "mase_test_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline void write(const std::string& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }
inline std::string read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The shared data folder's file, or "" after a SKIP line.
inline std::string shared(const std::string& name) {
  const std::string file = "../shared/data/" + name;
  if (std::filesystem::exists(file)) return std::filesystem::absolute(file).string();
  std::cout << "SKIP: " << file << " is absent\n";
  return {};
}

class FakeSplit final : public mase::Split {
 public:
  FakeSplit(const mase::Dataset& data, std::string name) : data_(data), name_(std::move(name)) {}
  const std::string& name() const override { return name_; }
  int64_t size() const override { return data_.size(name_); }
  mase::Batch batch(int64_t first, int64_t count) const override { return data_.batch(name_, first, count); }

 private:
  const mase::Dataset& data_;
  std::string name_;
};

class FakeContext final : public mase::Context {
 public:
  explicit FakeContext(mase::Graph* graph = nullptr) { use(graph); }

  void use(mase::Graph* graph) {
    nodes.clear();
    if (graph) nodes.assign(graph->nodes().begin(), graph->nodes().end());
  }
  // Opens a data set and lends its splits.
  void open(const mase::Chosen& chosen) {
    data = registry().create<mase::Dataset>(chosen);
    data->open(*this);
    splits.clear();
    for (const std::string& name : data->splits()) splits.push_back(std::make_unique<FakeSplit>(*data, name));
  }

  const std::vector<mase::Node*>& selected() const override { return nodes; }
  bool has_selection() const override { return selection; }
  mase::Random random(std::string_view purpose) const override {
    return mase::Random(mase::stream_hash(seed, "test", purpose));
  }
  void report(std::string_view key, mase::Value value) override { reported[key] = std::move(value); }
  void log_info(std::string_view text) override { log += std::string(text) + "\n"; }
  void log_warn(std::string_view text) override { log += "warning: " + std::string(text) + "\n"; }
  [[noreturn]] void fail(const mase::Node& node, std::string_view why) const override {
    throw mase::Error("node '" + node.name + "': " + std::string(why));
  }
  mase::Components& components() override { return registry(); }
  const mase::Split& dataset(std::string_view split) override {
    for (const auto& s : splits)
      if (s->name() == (split.empty() ? default_split : split)) return *s;
    throw mase::Error("no split");
  }
  bool has_dataset() const override { return data != nullptr; }
  std::string out_dir() override { return made(folder, "out"); }
  std::string run_dir() override { return folder; }
  std::string checkpoint_dir() override { return keep_checkpoints ? made(folder, "checkpoints") : ""; }
  std::string path(std::string_view relative) const override {
    const bool as_is = folder.empty() || std::filesystem::path(relative).is_absolute();
    return as_is ? std::string(relative) : folder + "/" + std::string(relative);
  }
  void progress(int64_t done, int64_t) override { progressed = done; }
  bool cancelled() const override { return cancel_after >= 0 && progressed >= cancel_after; }
  int threads() const override { return 1; }
  std::string step_name() const override { return "test"; }

  std::vector<mase::Node*> nodes;
  bool selection = false, keep_checkpoints = false;
  uint64_t seed = 0;
  std::string folder, default_split = "test", log;
  int64_t progressed = 0, cancel_after = -1;
  mase::Map reported;
  std::shared_ptr<mase::Dataset> data;
  std::vector<std::unique_ptr<FakeSplit>> splits;

 private:
  static std::string made(const std::string& parent, const char* name) {
    if (parent.empty()) throw mase::Error("no folder to write to");
    std::filesystem::create_directories(parent + "/" + name);
    return parent + "/" + name;
  }
};

// What an Error says, or "" when nothing is thrown.
template <class Call>
std::string message(const Call& call) {
  try {
    call();
  } catch (const mase::Error& e) {
    return e.what();
  }
  return {};
}

}  // namespace test
