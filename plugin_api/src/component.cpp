// The out-of-line parts of the interfaces: one vtable and one typeinfo for each, here.
#include "mase/component.h"

#include "mase/context.h"

namespace mase {

Component::~Component() = default;
Registrar::~Registrar() = default;
Components::~Components() = default;
Context::~Context() = default;
Split::~Split() = default;

Problems Registrar::no_fields(const Value& with, std::string_view name) {
  static const Fields kNone;
  Problems problems;
  kNone.read(nullptr, with, name, problems);
  return problems;
}

}  // namespace mase
