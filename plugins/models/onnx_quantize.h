// QuantizeLinear and DequantizeLinear.
#pragma once
#include "onnx_operators.h"

namespace models::onnx {

void add_quantize_pairs(Table& table);

// The value with a format: a constant's waits for the operator that takes it, a computed one's is on a node of its own
// until tidy_formats().
Value quantized(const Node& n, const std::string& name, const Value& x, Quantized format);

}  // namespace models::onnx
