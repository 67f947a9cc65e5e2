// model_apply: runs models for tests in other languages. Reads one JSON request a line,
//   {"model": {"use": "models.onnx", "with": {...}}, "inputs": [{"file": FILE, "dtype": "float32", "shape": [..]}],
//    "outputs": PREFIX, "arithmetic": "float"}
// and answers each with one line: {"outputs": [{"dtype": .., "shape": ..}], "nodes": [{"name": .., "op": ..,
// "results": [format], "args": [format]}]}, or {"error": ".."}. Files are raw; output i goes to PREFIX + i.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <cstdio>
#include <iostream>

#include "mase/execute.h"
#include "mase/model.h"
#include "support/fake_context.h"

using namespace mase;

namespace {

at::Tensor read_tensor(const Map& input) {
  Shape shape;
  for (const Value& v : input.at("shape").as_list()) shape.push_back(v.as_int());
  const std::string& dtype = input.at("dtype").as_string();
  const at::ScalarType type = dtype == "int64" ? at::kLong : dtype == "bool" ? at::kBool : at::kFloat;
  at::Tensor t = at::empty(shape, at::TensorOptions().dtype(type));
  std::ifstream in(input.at("file").as_string(), std::ios::binary);
  in.read(static_cast<char*>(t.mutable_data_ptr()), static_cast<std::streamsize>(t.nbytes()));
  if (!in) throw Error(input.at("file").as_string() + " is shorter than its shape");
  return t;
}

List formats_of(const TensorMetas& metas) {
  List list;
  for (const TensorMeta& meta : metas) list.push_back(Map{{"name", meta.name}, {"format", meta.format.value()}});
  return list;
}

Value answer(const Map& request) {
  test::FakeContext context;
  Graph graph = context.components().create<Model>(Chosen::from(request.at("model")))->build(context);
  derive(graph, context.components());
  List nodes, outputs;
  for (const Node* node : graph.nodes())
    nodes.push_back(Map{{"name", node->name},
                        {"op", node->mase_op},
                        {"with", node->op ? Value(node->op.with()) : Value()},
                        {"args", formats_of(node->meta.common.args)},
                        {"results", formats_of(node->meta.common.results)}});
  if (const Value* inputs = request.find("inputs")) {
    Tensors values;
    for (const Value& input : inputs->as_list()) values.push_back(read_tensor(input.as_map()));
    ExecuteOptions options;
    if (const Value* a = request.find("arithmetic"))
      options.arithmetic = a->as_string() == "integer"  ? Arithmetic::integer
                           : a->as_string() == "double" ? Arithmetic::float64
                                                        : Arithmetic::float32;
    for (const at::Tensor& result : Executor(graph, context.components(), options).run(values)) {
      const at::Tensor dense = result.contiguous();
      std::ofstream out(request.at("outputs").as_string() + std::to_string(outputs.size()), std::ios::binary);
      out.write(static_cast<const char*>(dense.const_data_ptr()), static_cast<std::streamsize>(dense.nbytes()));
      outputs.push_back(Map{{"dtype", c10::toString(dense.scalar_type())}, {"shape", shape_of(dense)}});
    }
  }
  return Map{{"outputs", outputs}, {"nodes", nodes}};
}

}  // namespace

int main() {
  at::set_num_threads(1);
  for (std::string line; std::getline(std::cin, line);) {
    Value reply;
    try {
      reply = answer(Value::parse_json(line, "request").as_map());
    } catch (const std::exception& e) {
      reply = Map{{"error", std::string(e.what())}};
    }
    std::printf("%s\n", reply.json().c_str());
    std::fflush(stdout);
  }
}
