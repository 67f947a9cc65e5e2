// Reads a recipe's parts: top level, steps and control steps. One file each; a recipe as a step starts
// another.
#pragma once
#include <filesystem>

#include "form.h"

namespace mase {

using Sets = std::vector<std::pair<std::string, std::string>>;

class Reader : public Form {
 public:
  // `chain`: the files that led here, this one last.
  Reader(Problems& problems, std::vector<std::filesystem::path> chain,
         std::shared_ptr<size_t> files = std::make_shared<size_t>(0))
      : Form(problems), chain_(std::move(chain)), files_(std::move(files)) {}

  Recipe recipe(const std::string& text, const std::string& file, const Sets& sets);

 private:
  void header(Recipe& recipe, const Map& map);
  void params(Recipe& recipe, const Value& v);
  void apply_sets(Recipe& recipe, const Sets& sets);
  void plugins(Recipe& recipe, const Value& v);

  std::vector<Step> steps(const Value& v, const std::string& name);
  std::optional<Step> step(const Value& v);
  const Entry* step_kind(const Value& v);
  void use_step(Step& step, const Map& map);
  void part_step(Step& step, const Value& v, const std::string& key);  // model, data
  void control_step(Step& step, const Value& v, const std::string& key);
  void common(Step& step, const Map& map);  // name, when, seed
  void component(Step& step, const Value& use);
  void with(Step& step, const Value* v);
  void where(Step& step, const Value& v);
  void included(Step& step);
  void bind(Step& step);

  void search(Control& control, const Map& map, const Loc& loc);
  void goals(Control& control, const Map& map, const Loc& loc);
  void sweep(Control& control, const Map& map, const Loc& loc);
  void sampler(Control& control, const Value& v);
  void evaluate(Control& control, const Value& v);
  std::vector<std::pair<std::string, Loc>> expressions(const Value* v, const std::string& name);

  std::vector<std::filesystem::path> chain_;
  std::shared_ptr<size_t> files_;  // read so far, over all readers of one recipe
};

// Names that the recipe did not give, and what is wrong with those it gave. Unnamed steps are called after
// their component; a second one at this level gets "_2".
void name_steps(std::vector<Step>& steps, Problems& problems);

}  // namespace mase
