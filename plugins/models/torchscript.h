// A TorchScript archive: its objects out of pickles, and its code walked call by call. Nothing of the file runs.
#pragma once
#include "aten.h"
#include "pickle.h"
#include "strided.h"
#include "torchscript_program.h"

namespace models {

class ScriptModule {
 public:
  explicit ScriptModule(const std::string& file);

  // What forward() takes, without the object. `types` overrules what the code tells about a tensor's type.
  std::vector<InputInfo> inputs(const std::map<std::string, std::string>& types);
  // Runs forward() through the builder; names in `optional` are inputs that the recipe asks for.
  void walk(ImportBuilder& builder, const ImportFields& fields, const std::map<std::string, std::string>& types);

 private:
  struct Frame {
    const ScriptFunction& function;
    std::string prefix;  // of its values' labels
    std::string path;    // of the module it belongs to
    bool is_top = false;
    bool is_layer = false;  // a module of torch.nn that is one layer
  };
  struct Walk {
    ImportBuilder& builder;
    AtenWalk values;
    size_t steps = 0, frames = 0;
    int depth = 0;
  };
  const ScriptFunction& forward();
  void add_outputs(ImportBuilder& builder, const AtenValues& results) const;
  void read_traced_inputs();
  at::Tensor tensor(const Pickle& pickle, const PickleObject& object, const char* folder,
                    const std::string& name) const;
  AtenValue attribute(uint32_t place, const std::string& path, int depth) const;
  AtenValue pairs(const PickleObject& dict, const std::string& path, int depth) const;
  AtenValue get_attribute(const AtenValue::Object& object, const std::string& name) const;
  std::string class_of(const AtenValue::Object& object) const;
  bool is_index(const ScriptFunction& function, size_t parameter, const AtenValue::Object& self, int depth);

  // The labels of its results.
  std::vector<std::string> run_function(Walk& walk, const ScriptFunction& function, const AtenValues& arguments,
                                        const std::vector<std::string>& labels, const AtenValue::Object& self);
  static void count_steps(Walk& walk, size_t steps);  // Error when there are too many
  void run_block(Walk& walk, const Frame& frame, const ScriptBlock& block);
  void run_node(Walk& walk, const Frame& frame, const ScriptNode& node);
  bool run_structure(Walk& walk, const Frame& frame, const ScriptNode& node);
  void unpack(Walk& walk, const Frame& frame, const ScriptNode& node);
  void change_list(Walk& walk, const Frame& frame, const ScriptNode& node);
  void run_if(Walk& walk, const Frame& frame, const ScriptNode& node);
  void run_loop(Walk& walk, const Frame& frame, const ScriptNode& node);
  void run_call(Walk& walk, const Frame& frame, const ScriptNode& node);
  void run_operator(Walk& walk, const Frame& frame, const ScriptNode& node);
  void give_up(Walk& walk, const Frame& frame, const ScriptNode& node, const std::string& op, const std::string& why);
  std::string label(const Frame& frame, size_t value) const;
  const AtenValue& use(Walk& walk, const Frame& frame, const ScriptNode& node, size_t input) const;
  void set(Walk& walk, const Frame& frame, size_t value, AtenValue result, const AtenBase& base = {});

  Archive archive_;
  std::string pickle_text_, constants_text_;
  Pickle objects_;
  std::unique_ptr<ScriptCompiler> compiler_;
  mutable std::map<std::string, at::Tensor> read_;
  mutable size_t items_ = 0;                         // of the attribute that is being read
  mutable std::map<const void*, std::string> keys_;  // the first name of a tensor is its key
  std::vector<std::optional<InputInfo>> traced_;     // what the file was traced with, where it says so
  std::vector<std::string> output_names_;
};

}  // namespace models
