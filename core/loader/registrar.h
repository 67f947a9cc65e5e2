// What a plugin registers into: everything is staged, checked, and kept only when the whole plugin went
// through.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mase/component.h"

namespace mase {

class StagingRegistrar final : public Registrar {
 public:
  explicit StagingRegistrar(std::string plugin) : plugin_(std::move(plugin)) {}
  using Registrar::add;
  void add(ComponentInfo info) override;  // Error for a component that breaks a rule
  std::vector<std::unique_ptr<ComponentInfo>> take() { return std::move(staged_); }

 private:
  std::string plugin_;
  std::vector<std::unique_ptr<ComponentInfo>> staged_;
};

}  // namespace mase
