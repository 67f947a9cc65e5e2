// The rules for a component: a documented thing with documented fields, under its plugin's prefix, once.
#include "loader/registrar.h"

#include <algorithm>

#include "mase/text.h"

namespace mase {
namespace {

void check_name(const std::string& name, const std::string& plugin) {
  const std::string prefix = plugin + ".";
  if (!name.starts_with(prefix))
    throw Error(format("component '{}' is outside its plugin's name", name), {},
                format("its name begins with '{}'", prefix));
  const std::string_view rest = std::string_view(name).substr(prefix.size());
  const bool good = !rest.empty() && rest.size() <= 64 && rest[0] >= 'a' && rest[0] <= 'z' &&
                    rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == rest.npos;
  if (!good)
    throw Error(format("component name '{}' is not usable", name), {},
                format("'{}' and then lower-case letters, digits and '_', a letter first", prefix));
}

// Records may be recursive: each is looked at once.
void check_fields(const Fields& fields, const std::string& owner, std::vector<const Fields*>& seen);

void check_type(const TypeInfo& type, const std::string& owner, std::vector<const Fields*>& seen) {
  for (const TypeInfo& item : type.item) check_type(item, owner, seen);
  if (type.record) check_fields(type.record(), owner, seen);
}

void check_fields(const Fields& fields, const std::string& owner, std::vector<const Fields*>& seen) {
  if (std::find(seen.begin(), seen.end(), &fields) != seen.end()) return;
  seen.push_back(&fields);
  std::vector<std::string_view> names;
  for (const Fields::Field& f : fields.all()) {
    const std::string where = owner + "." + f.info.name;
    if (f.info.name.empty()) throw Error(format("'{}' has a field without a name", owner));
    if (f.info.doc.empty()) throw Error(format("field '{}' has no sentence that says what it is", where));
    if (std::find(names.begin(), names.end(), f.info.name) != names.end())
      throw Error(format("field '{}' is declared twice", where));
    names.push_back(f.info.name);
    check_type(f.info.type, where, seen);
  }
}

}  // namespace

void StagingRegistrar::add(ComponentInfo info) {
  check_name(info.name, plugin_);
  if (info.kind.empty()) throw Error(format("component '{}' has no kind", info.name));
  if (info.doc.empty()) throw Error(format("component '{}' has no sentence that says what it does", info.name));
  if (!info.create || !info.check) throw Error(format("component '{}' cannot be created", info.name));
  for (const auto& other : staged_)
    if (other->name == info.name) throw Error(format("component '{}' is registered twice", info.name));
  std::vector<const Fields*> seen;
  if (info.fields) check_fields(*info.fields, info.name, seen);
  info.plugin = plugin_;
  staged_.push_back(std::make_unique<ComponentInfo>(std::move(info)));
}

}  // namespace mase
