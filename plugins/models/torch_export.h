// A .pt2 archive of torch.export: its graph as JSON, and its weights where they lie.
#pragma once
#include "aten.h"
#include "strided.h"

namespace models {

// The numbers that these files have for types, which are not LibTorch's.
at::ScalarType exported_type(int64_t number);

class ExportedProgram {
 public:
  explicit ExportedProgram(const std::string& file);

  // Runs the whole graph through the builder.
  void walk(ImportBuilder& builder) const;

 private:
  struct Stored : StridedPlace {
    bool is_pickle = false;
  };
  // Labels of a graph inside the graph begin with `prefix`.
  struct Scope {
    AtenWalk& values;
    ImportBuilder& builder;
    std::string prefix;
    int depth = 0;
  };
  void read_table(const std::string& folder, const std::string& config);
  at::Tensor tensor(const std::string& name) const;
  at::Tensor read(const std::string& name, const Stored& stored) const;
  std::string find_model() const;

  void define_inputs(Scope& scope) const;
  void define_input(Scope& scope, const std::string& kind, const mase::Value& spec,
                    const std::map<std::string, Wire>& wires) const;
  std::vector<InputInfo> user_inputs() const;
  void run_nodes(Scope& scope, const mase::Value& graph) const;
  void run_node(Scope& scope, const mase::Value& node) const;
  void run_block(Scope& scope, const std::string& name, const mase::Value& node) const;
  AtenValue value(const Scope& scope, const std::string& node, const mase::Value& tagged) const;
  void bind(Scope& scope, const AtenCall& call, const mase::Value& outputs, const AtenValues& results,
            const AtenBase& base) const;
  void bind_one(Scope& scope, const mase::Value& tagged, const AtenValue& value, const AtenBase& base) const;
  void define_outputs(Scope& scope) const;

  Archive archive_;
  mase::Value program_;
  std::map<std::string, Stored> stored_;
  mutable std::map<std::string, at::Tensor> read_;  // by member and shape: names that share a tensor share it here
};

}  // namespace models
