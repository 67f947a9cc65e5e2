// Components: what a plugin registers and how the host lends them. Kinds are an open set, keyed by name.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mase/schema.h"

namespace mase {

// A named result. `measured_time` figures differ between equal runs and are excluded from comparisons.
struct MetricInfo {
  std::string name;
  std::string unit;  // "1" for ratios and counts
  enum class Direction { maximize, minimize, none } direction = Direction::none;
  bool measured_time = false;
  std::string doc;
};

class Component {
 public:
  virtual ~Component();
};

struct ComponentInfo {
  std::string name, kind, doc, plugin;
  const Fields* fields = nullptr;  // nullptr: takes no configuration
  std::function<std::unique_ptr<Component>(const Value& with)> create;
  std::function<Problems(const Value& with)> check;  // parse only
};

// What a plugin's table of contents writes into. Refuses an empty doc, an undocumented field, a name without the
// plugin's prefix and a duplicate; everything is rolled back when the registering function throws.
class Registrar {
 public:
  // T derives from a verb (Pass, Op, ...) and is constructed from its nested Config, if it has one.
  template <class T>
  void add(std::string name, std::string doc) {
    ComponentInfo info;
    info.name = name, info.kind = T::kKind, info.doc = std::move(doc);
    if constexpr (requires { typename T::Config; }) {
      using C = typename T::Config;
      info.fields = &fields_of<C>();
      info.create = [name](const Value& with) -> std::unique_ptr<Component> {
        return std::make_unique<T>(parse_or_throw<C>(with, name));
      };
      info.check = [name](const Value& with) {
        C c{};
        return parse(c, with, name);
      };
    } else {
      info.create = [](const Value&) -> std::unique_ptr<Component> { return std::make_unique<T>(); };
      info.check = [name](const Value& with) { return no_fields(with, name); };
    }
    add(std::move(info));
  }
  virtual void add(ComponentInfo info) = 0;

 protected:
  ~Registrar();
  static Problems no_fields(const Value& with, std::string_view name);
};

// Where components come from: the host, lent to libmase_api (executor) and, through Context, to plugins.
class Components {
 public:
  // Object first, library second: the deleter holds the library that the destructor's code lives in.
  virtual std::shared_ptr<Component> create(std::string_view kind, const Chosen& chosen) = 0;
  // The same, shared: one instance per equal choice and thread, for components used without state.
  virtual std::shared_ptr<Component> shared(std::string_view kind, const Chosen& chosen) = 0;
  virtual std::vector<const ComponentInfo*> list(std::string_view kind) const = 0;  // sorted by name

  template <class Kind>
  std::shared_ptr<Kind> create(const Chosen& c) {
    return std::static_pointer_cast<Kind>(create(Kind::kKind, c));
  }
  template <class Kind>
  std::shared_ptr<Kind> shared(const Chosen& c) {
    return std::static_pointer_cast<Kind>(shared(Kind::kKind, c));
  }

 protected:
  ~Components();
};

}  // namespace mase
