// ONNX models made for tests, node by node.
#pragma once
#include <fstream>
#include <string>
#include <vector>

#include "mase/model.h"
#include "mase_onnx.pb.h"
#include "ops.h"
#include "support/fake_context.h"

namespace test {

// A model of opset 17 with an input "x" of [1, 4] and an output "y".
struct OnnxFile {
  mase_onnx::ModelProto model;

  OnnxFile() {
    model.set_ir_version(8);
    auto* opset = model.add_opset_import();
    opset->set_domain(""), opset->set_version(17);
    auto* input = graph()->add_input();
    input->set_name("x");
    shape_of(*input, {1, 4});
    graph()->add_output()->set_name("y");
  }
  mase_onnx::GraphProto* graph() { return model.mutable_graph(); }

  static void shape_of(mase_onnx::ValueInfoProto& value, const std::vector<int64_t>& sizes) {
    auto* type = value.mutable_type()->mutable_tensor_type();
    type->set_elem_type(1);
    type->mutable_shape()->Clear();
    for (const int64_t n : sizes) type->mutable_shape()->add_dim()->set_dim_value(n);
  }
  mase_onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs,
                             const std::vector<std::string>& outputs, const std::string& domain = {}) {
    auto* n = graph()->add_node();
    n->set_op_type(op), n->set_domain(domain), n->set_name("the_" + outputs.at(0));
    for (const auto& name : inputs) n->add_input(name);
    for (const auto& name : outputs) n->add_output(name);
    return *n;
  }
  static void integer(mase_onnx::NodeProto& node, const std::string& name, int64_t value) {
    auto* a = node.add_attribute();
    a->set_name(name), a->set_i(value), a->set_type(mase_onnx::AttributeProto::INT);
  }
  mase_onnx::TensorProto& tensor(const std::string& name, const std::vector<int64_t>& dims,
                                 const std::vector<float>& values) {
    auto* t = graph()->add_initializer();
    t->set_name(name), t->set_data_type(1);
    for (const int64_t n : dims) t->add_dims(n);
    t->set_raw_data(values.data(), values.size() * sizeof(float));
    return *t;
  }
  std::string bytes() const { return model.SerializeAsString(); }
};

inline mase::Graph read_onnx(FakeContext& context, const std::string& file, mase::Map with = {}) {
  with.set("file", file);
  return registry().create<mase::Model>(mase::Chosen("models.onnx", std::move(with)))->build(context);
}

inline mase::Graph read_onnx(const OnnxFile& file, mase::Map with = {}) {
  const TempDir dir;
  write(dir / "m.onnx", file.bytes());
  FakeContext context;
  context.folder = dir.path();
  mase::Graph graph = read_onnx(context, "m.onnx", std::move(with));
  graph.check();
  return graph;
}

// What reading the file says, or "" where it can be read.
inline std::string onnx_refusal(const TempDir& dir, const std::string& bytes) {
  write(dir / "m.onnx", bytes);
  FakeContext context;
  context.folder = dir.path();
  return message([&] { read_onnx(context, "m.onnx").check(); });
}
inline std::string onnx_refusal(const OnnxFile& file) { return onnx_refusal(TempDir(), file.bytes()); }

}  // namespace test
