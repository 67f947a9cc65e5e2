// What a finished run prints: metrics, formats per node, and where everything lies.
#pragma once
#include "run/run_record.h"

namespace mase {

void print_summary(const RunRecord& record, const State& state, const Session& session);

// Formats of each node's inputs, parameters and results that have one: {"fc1": {"weight": "integer Q2.4"}}.
Map formats_of(const Graph& graph);

// Columns as wide as their widest field; the first row is the header.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace mase
