// Reading the rows of a sweep or search: a number by the name of a parameter or metric.
#pragma once
#include <optional>
#include <string>

#include "mase/pick.h"

// The number that the row has under `name`, a metric or a parameter; nothing when its value is not finite.
// Error with the nearest name when no such column exists.
std::optional<double> number_of(const mase::Row& row, const std::string& name, std::string_view rule);
