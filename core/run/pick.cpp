// pick: words of the language, and rules from plugins.
#include "run/pick.h"

#include "mase/text.h"
#include "run/steps.h"

namespace mase {
namespace {

Value rule_value(const Template& rule, std::string_view standard, const Level& level) {
  Value v = is_null(rule) ? Value() : resolve(rule, *level.scope, level.assignment);
  return v.is_null() ? Value(standard) : v;
}

bool is_word(const Value& v, std::string_view word) { return v.is_string() && v.as_string() == word; }

}  // namespace

bool picks_nothing(const Template& rule, std::string_view standard, const Level& level) {
  return is_word(rule_value(rule, standard, level), "none");
}

std::optional<size_t> pick_row(const Template& rule, std::string_view standard, const std::vector<Row>& rows,
                               std::optional<size_t> best, const Step& step, State& state, const Level& level) {
  const Value v = rule_value(rule, standard, level);
  if (is_word(v, "none")) return std::nullopt;
  if (is_word(v, "best")) {
    if (!best) throw Error(format("'{}' has no best result to go on with", step.name), v.loc ? v.loc : step.loc);
    return best;
  }
  if (rows.empty()) throw Error(format("'{}' has no result to go on with", step.name), step.loc);
  if (is_word(v, "first")) return 0;
  const Chosen chosen = Chosen::from(v);
  const auto pick = level.session.registry.create<Pick>(chosen);
  StepContext context(level, state, step.name, step_seed(step, level));
  size_t index = 0;
  guard(chosen.name(), step.name, [&] { index = pick->choose(rows, context); });
  if (index >= rows.size())
    throw Error(format("'{}' picked row {} of {}", chosen.name(), index, rows.size()), chosen.loc(),
                "a defect of its plugin");
  return index;
}

}  // namespace mase
