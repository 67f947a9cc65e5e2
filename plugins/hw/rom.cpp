// Parameter sources: the memory image of a parameter tensor and the module that streams it.
#include <ATen/ops/empty.h>

#include "design.h"
#include "mase/execute.h"
#include "mase/text.h"

namespace mase::hw {
namespace {

// One beat as one hexadecimal number, element 0 in the most significant place (MASE's order).
std::string hex_row(const int64_t* words, int64_t lanes, int width) {
  const int64_t bits = lanes * width;
  std::vector<int> digits(static_cast<size_t>((bits + 3) / 4), 0);
  for (int64_t lane = 0; lane < lanes; ++lane)
    for (int b = 0; b < width; ++b) {
      if (!((words[lane] >> b) & 1)) continue;
      const int64_t bit = (lanes - 1 - lane) * width + b;
      digits[static_cast<size_t>(bit / 4)] |= 1 << (bit % 4);
    }
  std::string row;
  for (size_t i = digits.size(); i-- > 0;) row += "0123456789abcdef"[digits[i]];
  return row;
}

std::string source_module(const std::string& node, const std::string& parameter, const std::string& prefix) {
  const std::string name = node + "_" + parameter + "_source";
  std::string out = format(
      "// Streams {}'s {} for ever: one row of the memory image is one beat.\n`timescale 1ns/1ps\nmodule {} #(\n", node,
      parameter, name);
  for (const char* p : {"_TENSOR_SIZE_DIM_0", "_TENSOR_SIZE_DIM_1", "_PRECISION_0", "_PRECISION_1",
                        "_PARALLELISM_DIM_0", "_PARALLELISM_DIM_1"})
    out += format("    parameter {}{} = 1,\n", prefix, p);
  out += format(
      "    parameter OUT_DEPTH = (({0}_TENSOR_SIZE_DIM_0 + {0}_PARALLELISM_DIM_0 - 1) / {0}_PARALLELISM_DIM_0) * "
      "(({0}_TENSOR_SIZE_DIM_1 + {0}_PARALLELISM_DIM_1 - 1) / {0}_PARALLELISM_DIM_1),\n    parameter MEM_FILE = "
      "\"{1}_{2}_rom.dat\"\n) (\n",
      prefix, node, parameter);
  out += format(
      "    input  logic clk,\n    input  logic rst,\n\n    output logic [{0}_PRECISION_0-1:0] data_out "
      "[{0}_PARALLELISM_DIM_0 * {0}_PARALLELISM_DIM_1-1:0],\n    output logic data_out_valid,\n"
      "    input  logic data_out_ready\n);\n\n",
      prefix);
  out += format(
      "localparam Lanes = {0}_PARALLELISM_DIM_0 * {0}_PARALLELISM_DIM_1;\nlogic [Lanes*{0}_PRECISION_0-1:0] row;\n\n",
      prefix);
  out += format(
      "for (genvar i = 0; i < Lanes; i++) begin : gen_lane\n  assign data_out[i] = row[i*{0}_PRECISION_0 +: "
      "{0}_PRECISION_0];\nend\n\n",
      prefix);
  out += format(
      "mase_rom_source #(\n    .MemFile(MEM_FILE),\n    .Width(Lanes*{}_PRECISION_0),\n    .Depth(OUT_DEPTH)\n) rom (\n"
      "    .clk(clk),\n    .rst(rst),\n    .data_out(row),\n    .data_out_valid(data_out_valid),\n"
      "    .data_out_ready(data_out_ready)\n);\n\nendmodule\n",
      prefix);
  return out;
}

}  // namespace

Codes parameter_codes(const Node& node, const Parameter& parameter, Components& components) {
  const TensorMeta& meta = node.meta.common.args.at(parameter.name);
  const at::Tensor& value = node.graph().tensor(parameter.key);
  if (meta.format) {
    QuantizeContext q;
    const std::string tensor = node.name + "." + parameter.name;
    q.role = parameter.name == "bias" ? Role::bias : Role::weight, q.tensor = tensor;
    return components.shared<Format>(meta.format)->encode(value, q);
  }
  const std::optional<FixedPoint> grid = accumulator_grid(node, parameter.name, components);
  if (!grid) throw Error(format("node '{}': {}", node.name, missing_grid(node, parameter.name)));
  Codes codes;
  codes.point = *grid;
  codes.elements = to_codes(value.to(at::kDouble), *grid);
  return codes;
}

std::vector<int64_t> beat_words(const at::Tensor& codes, const Stream& s) {
  const at::Tensor c = codes.contiguous();
  const int64_t per_tensor = s.size0 * s.size1;
  const int64_t tensors = c.numel() / per_tensor;
  const int64_t* data = c.const_data_ptr<int64_t>();
  std::vector<int64_t> words;
  words.reserve(static_cast<size_t>(c.numel()));
  for (int64_t n = 0; n < tensors; ++n)
    for (int64_t row = 0; row < s.size1; row += s.par1)
      for (int64_t column = 0; column < s.size0; column += s.par0)
        for (int64_t r = 0; r < s.par1; ++r)
          for (int64_t k = 0; k < s.par0; ++k) words.push_back(data[n * per_tensor + (row + r) * s.size0 + column + k]);
  return words;
}

void add_parameter_source(Design& design, const Node& node, const Parameter& parameter, const Codes& codes,
                          const Stream& s) {
  const std::vector<int64_t> words = beat_words(codes.elements, s);
  std::string image;
  for (size_t i = 0; i < words.size(); i += static_cast<size_t>(s.lanes()))
    image += hex_row(words.data() + i, s.lanes(), s.point.width) + "\n";
  const std::string base = node.name + "_" + parameter.name;
  design.texts.emplace_back(base + "_rom.dat", image);
  design.texts.emplace_back(base + "_source.sv", source_module(node.name, parameter.name, upper(parameter.name)));
}

}  // namespace mase::hw
