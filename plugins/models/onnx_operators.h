// The tables of operators: a reader for each, in groups.
#pragma once
#include <map>
#include <string>

#include "onnx_reader.h"

namespace models::onnx {

using Table = std::map<std::string, Handler>;

// The handler of an operator that is known, and never read.
struct Refused {
  const char* why;
  Values operator()(const Node&) const { throw Unsupported{why}; }
};

void add_arithmetic(Table& table);  // element by element
void add_reductions(Table& table);
void add_shapes(Table& table);      // shapes, and constants made of them
void add_moves(Table& table);       // what moves elements without computing
void add_selections(Table& table);  // elements picked by index
void add_sequences(Table& table);   // lists of tensors
void add_layers(Table& table);      // products and normalizations
void add_losses(Table& table);
void add_convolutions(Table& table);
void add_pools(Table& table);
void add_images(Table& table);  // resize, pad, depth to space
void add_quantizers(Table& table);

// All of ONNX's own operators, with the quantizers of other domains. By "Relu", or "qonnx.custom_op.general::Quant".
const Table& operators();

// An operator of another domain that some plugin has, or null.
Handler plugin_operator(const Node& node);

// Whether the operator moves elements only, so that a constant's format goes with them.
bool moves_only(const std::string& op);

}  // namespace models::onnx
