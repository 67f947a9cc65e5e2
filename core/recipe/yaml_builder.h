// Builds Values from yaml-cpp's events, and catches what yaml-cpp lets through.
#pragma once
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "source.h"

namespace mase {

class YamlBuilder final : public YAML::EventHandler {
 public:
  YamlBuilder(const Source& source, Problems& problems) : source_(source), problems_(problems) {}

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

  Value& root() { return root_; }
  bool seen() const { return seen_; }

 private:
  struct Frame {
    Value value;  // a list or a map
    bool flow = false;
    bool is_key = false;  // a collection in a key's place: refused, read to its end
    bool have_key = false, skip = false;
    std::string key;
    Loc key_loc;
    YAML::anchor_t anchor = 0;
    size_t nodes = 1;
    std::unordered_map<std::string, Loc> keys;
  };
  struct Anchor {
    Value value;
    size_t nodes = 0;  // with everything below it
    size_t depth = 0;
    bool complete = false;
  };

  size_t position(const YAML::Mark& mark) const;
  bool expects_key() const;
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, bool flow, Value value);
  void close();
  void key(const std::string& text, const YAML::Mark& mark, bool quoted);
  void bad_key(const YAML::Mark& mark, const char* what);
  void add(Value value, size_t nodes, YAML::anchor_t anchor);
  void refuse_tag(const std::string& tag, const YAML::Mark& mark, bool quoted);
  void check_tab(const YAML::Mark& mark);
  void check_quote(size_t position);
  Loc null_place(const YAML::Mark& mark, YAML::anchor_t anchor) const;
  void count(size_t nodes, const Loc& loc);
  void problem(std::string message, const Loc& loc, std::string hint = {});

  const Source& source_;
  Problems& problems_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Anchor> anchors_;
  Value root_;
  bool seen_ = false;
  size_t nodes_ = 0;
};

// Thrown to leave yaml-cpp's parser at once; the problem is already recorded.
struct YamlStop {};

}  // namespace mase
