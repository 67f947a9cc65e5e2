// MASE's configuration as a recipe. What MASE's names are called here stands in a file beside each plugin
// (<plugin>/mase_names.json), so that a plugin brings its own names and the host knows none.
#pragma once
#include <string>
#include <vector>

#include "loader/registry.h"

namespace mase::cli {

// All sections of all plugins' names: models, datasets, training, passes, search_spaces, samplers, metrics, runners,
// ignored.
Map mase_names(const Registry& registry);

// MASE writes NA where nothing is meant.
inline bool is_absent(const Value& v) { return v.is_null() || (v.is_string() && v.as_string() == "NA"); }

class Converter {
 public:
  Converter(Map names, const Registry& registry) : names_(std::move(names)), registry_(registry) {}
  // The recipe; what it could not take over stands in left().
  Map recipe(const Map& config, const std::string& name);
  const std::vector<Error>& left() const { return left_; }

 private:
  const Map& section(const char* name) const;
  const Map* known(const char* section_name, const std::string& name) const;
  bool is_installed(const Map& entry, const std::string& what, Loc loc);
  void leave(const std::string& what, const std::string& why, Loc loc, const std::string& hint = {});
  void leave_unknown(const std::string& path, const Entry& e, const NameList& candidates);
  void component(const char* section_name, const char* what, const Value& v, Map& recipe);
  void top(const Entry& e, Map& recipe);
  bool is_ignored(const std::string& key, const Value& v) const;
  // passes
  void passes(const Map& tables);
  void plain_pass(const std::string& name, const Map& entry, const Map& table);
  void selecting_pass(const std::string& name, const Map& entry, const Map& table);
  Map where(const std::string& by, const std::string& key) const;
  // search
  void search(const Map& table);
  List space_steps(const Map& space);
  Value choices(const Map& config, const std::string& path);
  Value named_choices(const Map& config, const Map& kind, const std::string& path);
  static bool belongs(const std::string& key, const Map& kind, const List& fields);
  void setup(const Map& strategy, Map& search);
  void goal(const Map& strategy, bool sum, bool maximize, Map& search);
  Map runner_fields(const Map& strategy, const std::string& metric);

  Map names_;
  const Registry& registry_;
  Map training_, params_;
  List before_, steps_;
  bool quantizes_ = false;
  std::vector<Error> left_;
};

// Block style, with short maps in one line.
std::string recipe_text(const Map& recipe, const std::vector<std::string>& comments);

}  // namespace mase::cli
