// The code of a TorchScript file as plain data: what LibTorch's compiler makes of it, without LibTorch's headers.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "aten.h"

namespace models {

struct ScriptBlock;

// Values are named by their index in the function.
struct ScriptNode {
  std::string kind;                    // "aten::linear", "prim::If"
  std::string overload;                // "Tensor"
  std::string name;                    // of an attribute, a method or a called function
  std::vector<std::string> arguments;  // the schema's names of the inputs
  std::vector<size_t> inputs, outputs;
  AtenValue constant;
  std::vector<ScriptBlock> blocks;
};

struct ScriptBlock {
  std::vector<size_t> inputs, outputs;
  std::vector<ScriptNode> nodes;
};

struct ScriptFunction {
  struct Parameter {
    std::string name, type;
    bool has_default = false;
    AtenValue value;
  };
  std::vector<Parameter> parameters;  // of a method, the first is the object
  std::vector<std::string> values;    // names in the file
  ScriptBlock body;
};

// Compiles functions when they are asked for. No code of the file ever runs: default arguments and attributes of
// classes, which LibTorch would evaluate, must be literals.
class ScriptCompiler {
 public:
  // The text of a source file of the archive, by its path below code/; nullptr when there is none.
  using Load = std::function<std::unique_ptr<std::string>(const std::string& path)>;
  ScriptCompiler(Load load, const std::vector<at::Tensor>& constants, int64_t version);
  ~ScriptCompiler();

  const ScriptFunction& method(const std::string& type, const std::string& name);
  const ScriptFunction& function(const std::string& name);  // that a compiled function calls

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace models
