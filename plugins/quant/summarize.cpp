// quant.summarize: MASE's table and histogram. Before quantization every tensor is float, so nothing but the
// graph is needed.
#include "summarize.h"

#include <mase/format.h>
#include <mase/output.h>
#include <mase/text.h>

#include <map>

namespace mase::quant {
namespace {

struct Count {
  int total = 0, changed = 0;
};

struct Row {
  const Node* node = nullptr;
  std::string type = "float";                 // of its quantized tensors, or float
  std::string data_in, parameters, data_out;  // "data_in_0 integer[8,4]"
  int64_t bits_before = 0, bits_after = 0;    // of its parameters
  bool changed = false;
};

std::string precision_text(const TensorMeta& t) {
  std::string text = t.type() + "[";
  for (size_t i = 0; i < t.precision().size(); ++i) text += (i ? "," : "") + std::to_string(t.precision()[i]);
  return text + "]";
}

void append(std::string& text, const std::string& more) { text += (text.empty() ? "" : " ") + more; }

int64_t numbers_in(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

// A parameter without a format lies on the accumulator's grid when it has one (a bias), else in 32-bit
// floats.
int64_t bits_of(const TensorMeta& parameter, const Shape& shape, Context& context) {
  if (parameter.format) return context.components().shared<Format>(parameter.format)->bits(shape);
  return numbers_in(shape) * (parameter.point() ? parameter.point()->width : 32);
}

void note_type(Row& row, const TensorMeta& tensor) {
  if (!tensor.format) return;
  if (!row.changed) row.type.clear();
  row.changed = true;
  if ((" " + row.type + " ").find(" " + tensor.type() + " ") == std::string::npos) append(row.type, tensor.type());
}

Row row_of(const Node& node, Context& context) {
  Row row;
  row.node = &node;
  for (const TensorMeta& argument : node.meta.common.args) {
    note_type(row, argument);
    const Parameter* parameter = node.param(argument.name);
    append(parameter ? row.parameters : row.data_in, argument.name + " " + precision_text(argument));
    if (!parameter) continue;
    const at::Tensor& tensor = node.graph().tensor(parameter->key);
    row.bits_before += tensor.numel() * 32;
    row.bits_after += bits_of(argument, shape_of(tensor), context);
  }
  for (const TensorMeta& result : node.meta.common.results) {
    note_type(row, result);
    append(row.data_out, result.name + " " + precision_text(result));
  }
  return row;
}

std::vector<Row> rows_of(Context& context) {
  std::vector<Row> rows;
  for (const Node* node : context.selected())
    if (node->op_kind != OpKind::placeholder && node->op_kind != OpKind::output && node->op_kind != OpKind::get_attr)
      rows.push_back(row_of(*node, context));
  return rows;
}

void write_table(const std::vector<Row>& rows, Context& context) {
  std::string csv = csv_row({"name", "mase_op", "original_type", "quantized_type", "changed", "data_in", "parameters",
                             "data_out", "parameter_bits_before", "parameter_bits_after"});
  std::vector<std::vector<std::string>> table = {
      {"Name", "Mase op", "Original", "Quantized", "Changed", "Inputs", "Parameters", "Results"}};
  for (const Row& r : rows) {
    csv += csv_row({r.node->name, r.node->mase_op, "float", r.type, r.changed, r.data_in, r.parameters, r.data_out,
                    r.bits_before, r.bits_after});
    table.push_back({r.node->name, r.node->mase_op, "float", r.type, r.changed ? "yes" : "no", r.data_in, r.parameters,
                     r.data_out});
  }
  write_file(context.out_dir() + "/quantize_table.csv", csv);
  context.log_info("\n" + table_text(table));
}

void write_histogram(const std::vector<Row>& rows, Context& context) {
  std::map<std::string, Count> counts;
  for (const Row& r : rows) {
    Count& count = counts[r.node->mase_op];
    ++count.total;
    count.changed += r.changed;
  }
  std::string csv = csv_row({"op", "total", "changed", "unchanged"});
  std::vector<std::vector<std::string>> table = {{"Original OP", "Num", "Changed", "Unchanged"}};
  for (const auto& [op, c] : counts) {
    csv += csv_row({op, c.total, c.changed, c.total - c.changed});
    table.push_back({op, std::to_string(c.total), std::to_string(c.changed), std::to_string(c.total - c.changed)});
  }
  write_file(context.out_dir() + "/quantize_histogram.csv", csv);
  context.log_info("\n" + table_text(table));
}

}  // namespace

void Summarize::run(Graph&, Context& context) {
  const std::vector<Row> rows = rows_of(context);
  write_table(rows, context);
  write_histogram(rows, context);
  int64_t before = 0, after = 0, changed = 0;
  for (const Row& r : rows) before += r.bits_before, after += r.bits_after, changed += r.changed;
  const auto total = static_cast<int64_t>(rows.size());
  context.report("nodes", total);
  context.report("changed", changed);
  context.report("unchanged", total - changed);
  context.report("parameter_bits_before", before);
  context.report("parameter_bits_after", after);
  context.info("{} of {} nodes quantized; parameters take {} bits, {} before", changed, total, after, before);
}

}  // namespace mase::quant
