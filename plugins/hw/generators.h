// The generators of this plugin: each class holds a module's parameters and, beside it, the integers it computes.
#pragma once
#include "mase/generator.h"

namespace mase::hw {

class Linear final : public Generator {
 public:
  std::string mase_op() const override { return "linear"; }
  std::string refuses(const Node& node) const override;
  RtlModule emit(const Node& node) const override;
  std::vector<Codes> model(const Node& node, const std::vector<Codes>& inputs,
                           const std::vector<Codes>& params) const override;
};

// One input, one result of the same tiles, a combinational module.
class Elementwise : public Generator {
 public:
  std::string refuses(const Node& node) const override;

 protected:
  RtlModule emit_module(const Node& node, const char* module) const;
  virtual void add_own_parameters(Map& parameters, const Node& node) const {}
  virtual bool has_cast() const { return true; }
};

class Relu final : public Elementwise {
 public:
  std::string mase_op() const override { return "relu"; }
  RtlModule emit(const Node& node) const override;
  std::vector<Codes> model(const Node& node, const std::vector<Codes>& inputs,
                           const std::vector<Codes>& params) const override;

 protected:
  void add_own_parameters(Map& parameters, const Node& node) const override;
};

class LeakyRelu final : public Elementwise {
 public:
  std::string mase_op() const override { return "leaky_relu"; }
  std::string refuses(const Node& node) const override;
  RtlModule emit(const Node& node) const override;
  std::vector<Codes> model(const Node& node, const std::vector<Codes>& inputs,
                           const std::vector<Codes>& params) const override;

 protected:
  void add_own_parameters(Map& parameters, const Node& node) const override;
};

// Operators that only rename or reshape (dropout does nothing outside training).
class Wires : public Elementwise {
 public:
  std::string refuses(const Node& node) const override;
  RtlModule emit(const Node& node) const override;
  std::vector<Codes> model(const Node& node, const std::vector<Codes>& inputs,
                           const std::vector<Codes>& params) const override;

 protected:
  bool has_cast() const override { return false; }
};
struct Identity final : Wires {
  std::string mase_op() const override { return "identity"; }
};
struct Flatten final : Wires {
  std::string mase_op() const override { return "flatten"; }
};
struct Dropout final : Wires {
  std::string mase_op() const override { return "dropout"; }
};
struct Reshape final : Wires {
  std::string mase_op() const override { return "reshape"; }
};
struct View final : Wires {
  std::string mase_op() const override { return "view"; }
};

}  // namespace mase::hw
