// Selection: which nodes a step works on, from the recipe's resolved `where`.
#pragma once
#include <vector>

#include "mase/graph.h"

namespace mase {

// The nodes that match, in graph order. `where` is a map {op, op_kind, name, regex, index, square, not}, or null for
// all nodes. Throws for a malformed `where`, and for one that selects nothing, naming what exists; with
// `may_be_empty` nothing is selected silently.
std::vector<Node*> select_nodes(const Graph& graph, const Value& where, bool may_be_empty = false);

// Problems that can be seen without a graph: unknown keys, wrong types, a malformed regular expression.
Problems check_where(const Value& where);

}  // namespace mase
