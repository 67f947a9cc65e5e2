// pick: with which row of a sweep, or trial of a search, the recipe goes on.
#pragma once
#include <optional>

#include "mase/pick.h"
#include "run/session.h"

namespace mase {

// The index into `rows`; nothing when the rule is `none` (or absent, and `standard` is none).
// `first` and `best` are words of the language; anything else is a Pick component.
// `best` is the index that the search itself knows, if there is one.
std::optional<size_t> pick_row(const Template& rule, std::string_view standard, const std::vector<Row>& rows,
                               std::optional<size_t> best, const Step& step, State& state, const Level& level);

// Whether the rule needs no graph: none.
bool picks_nothing(const Template& rule, std::string_view standard, const Level& level);

}  // namespace mase
