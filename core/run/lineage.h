// Lineage: plain recipe steps that do again what steps of a run did, with every choice made and every stream fixed.
#pragma once
#include "run/session.h"

namespace mase {

// A pass on all its nodes at once, or on each of `nodes`. Empty for runners, which leave the graph as it is.
List repeat_component(const Step& step, const Level& level, const Value& where, const std::vector<std::string>& nodes);
Value repeat_made(const Step& step, const Level& level);        // {model: {...}} or {data: {...}}
Value repeat_evaluation(const Step& step, const Level& level);  // a runner, on validation

// The recipe that repeats `steps` after everything that led to this level, as text.
std::string recipe_text(const Level& level, const List& steps, const std::string& comment);

}  // namespace mase
