// QuantizeLinear, DequantizeLinear, and operators on integers that stand for them.
#pragma once
#include "onnx_operators.h"

namespace models::onnx {

void add_quantize_pairs(Table& table);

// QLinearConv and others.
void add_integer_operators(Table& table);

// Whether the operator takes the integers of a QuantizeLinear.
bool takes_integers(const std::string& op);

// Whether it gives the same for integers as for the numbers that they stand for, which are then its result.
bool keeps_order(const std::string& op);

// The value with a format: a constant's waits for the operator that takes it, a computed one's is on a node of its own
// until tidy_formats().
Value quantized(const Node& n, const std::string& name, const Value& x, Quantized format);

}  // namespace models::onnx
