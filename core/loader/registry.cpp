// The registry: loads plugin folders, keeps what they registered, and makes components whose deleter holds
// the library.
#include "loader/registry.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <set>
#include <unordered_map>

#include "loader/library.h"
#include "loader/registrar.h"
#include "mase/text.h"

namespace mase {
namespace fs = std::filesystem;
namespace {

// Object first, library second: the code that `delete` runs lives in the library, which this deleter holds.
struct Deleter {
  std::shared_ptr<Library> library;
  void operator()(Component* component) const { delete component; }
};

uint64_t next_id() {
  static std::atomic<uint64_t> id{0};
  return ++id;
}

constexpr size_t kMostShared = 4096;  // per thread; a search may make many distinct choices
thread_local std::unordered_map<std::string, std::shared_ptr<Component>> shared_components;

// The same by the address of a choice's data: a node's choice is looked up many times, and writing its key costs ten
// times as much as this. Holding the choice keeps the address from being used again. A choice forgets the one that was
// in its place, so that a search with ever new choices keeps only the last ones.
struct Recent {
  Chosen chosen;
  uint64_t registry = 0;
  std::string kind;
  std::shared_ptr<Component> component;
};
constexpr size_t kRecent = 256;  // places, a power of two; per thread

Recent& recent_place(const Map* address) {
  static thread_local std::vector<Recent> places(kRecent);
  // Multiplied by the golden ratio, whose high bits spread neighbouring addresses.
  const uint64_t spread = reinterpret_cast<uintptr_t>(address) * 0x9e3779b97f4a7c15u;
  return places[spread >> 32 & (kRecent - 1)];
}

}  // namespace

struct Registry::Data {
  struct Known {
    const ComponentInfo* info = nullptr;
    std::shared_ptr<Library> library;  // null for what is not from a file
  };

  // Members die from the last to the first: the infos, whose functions are code of the library, before the
  // library.
  struct Loaded {
    std::shared_ptr<Library> library;
    std::vector<std::unique_ptr<ComponentInfo>> infos;
  };

  Unload unload = Unload::never;
  uint64_t id = next_id();  // tells this registry's shared components from those of one before it
  std::vector<Loaded> loaded;
  std::map<std::string, Known, std::less<>> entries;
  std::vector<LoadedPlugin> plugins;
  std::vector<PluginNote> notes;
  std::set<std::string> files;  // canonical: a folder may be on the path twice

  const LoadedPlugin* plugin(std::string_view name) const {
    auto it = std::find_if(plugins.begin(), plugins.end(), [&](const LoadedPlugin& p) { return p.name == name; });
    return it == plugins.end() ? nullptr : &*it;
  }
  void load_file(const std::string& file);
  void take(const MaseManifest& manifest, std::shared_ptr<Library> library, const std::string& file);
};

Registry::Registry() : data_(std::make_unique<Data>()) {}
Registry::Registry(Unload unload) : Registry() { data_->unload = unload; }
Registry::~Registry() = default;

// Nothing of the plugin is kept until all of it went through.
void Registry::Data::take(const MaseManifest& manifest, std::shared_ptr<Library> library, const std::string& file) {
  StagingRegistrar registrar(manifest.name);
  guard("", "", [&] { manifest.register_components(registrar); });
  Loaded fresh{std::move(library), registrar.take()};
  LoadedPlugin plugin{manifest.name, manifest.version, manifest.doc, file, {}};
  for (const auto& info : fresh.infos) {
    if (const auto it = entries.find(info->name); it != entries.end())
      throw Error(format("component '{}' is already provided by plugin '{}'", info->name, it->second.info->plugin));
    plugin.components.push_back(info->name);
  }
  std::sort(plugin.components.begin(), plugin.components.end());
  for (const auto& info : fresh.infos) entries.emplace(info->name, Known{info.get(), fresh.library});
  loaded.push_back(std::move(fresh));
  plugins.push_back(std::move(plugin));
}

void Registry::Data::load_file(const std::string& file) {
  try {
    auto library = Library::open(file, unload);
    const MaseManifest& manifest = library->manifest();
    if (const LoadedPlugin* first = plugin(manifest.name)) {
      notes.push_back({file, format("plugin '{}' is shadowed by {}", manifest.name, first->file), false});
      return;
    }
    take(manifest, library, file);
  } catch (const std::exception& e) {
    notes.push_back({file, e.what(), true});
  }
}

void Registry::load_folders(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    std::error_code failed;
    std::vector<std::string> files;
    for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
      if (it->path().extension() == ".so") files.push_back(it->path().string());
    if (failed) data_->notes.push_back({folder, format("cannot be searched for plugins: {}", failed.message()), true});
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) {
      std::error_code none;
      const fs::path canonical = fs::canonical(file, none);
      if (none || data_->files.insert(canonical.string()).second) data_->load_file(file);
    }
  }
}

void Registry::load_builtin(const MaseManifest& manifest) {
  check_manifest(manifest);
  data_->take(manifest, nullptr, "");
}

const ComponentInfo* Registry::find(std::string_view name) const {
  const auto it = data_->entries.find(name);
  return it == data_->entries.end() ? nullptr : it->second.info;
}

const ComponentInfo& Registry::at(std::string_view name, Loc loc) const {
  if (const ComponentInfo* info = find(name)) return *info;
  NameList names;
  for (const auto& [known, entry] : data_->entries) names.add(known);
  const std::string near = did_you_mean(name, names);
  if (const PluginNote* note = refused(name))
    throw Error(format("no component '{}'", name), loc, format("{} was refused: {}", note->file, note->text));
  throw Error(format("no component '{}'{}", name, near), loc, "mase list shows all");
}

const PluginNote* Registry::refused(std::string_view component) const {
  const std::string_view name = component.substr(0, component.find('.'));
  if (data_->plugin(name)) return nullptr;
  for (const PluginNote& note : data_->notes) {
    std::string_view stem = note.file;  // x.so, libx.so, mase_plugin_x.so
    stem = stem.substr(stem.rfind('/') + 1);
    stem = stem.substr(0, stem.find('.'));
    const bool own = stem.ends_with(name) && (stem.size() == name.size() || stem == format("lib{}", name) ||
                                              stem[stem.size() - name.size() - 1] == '_');
    if (note.error && own) return &note;
  }
  return nullptr;
}

std::vector<std::string> Registry::kinds() const {
  std::set<std::string> kinds;
  for (const auto& [name, entry] : data_->entries) kinds.insert(entry.info->kind);
  return {kinds.begin(), kinds.end()};
}

std::vector<const ComponentInfo*> Registry::all() const {
  std::vector<const ComponentInfo*> infos;
  for (const auto& [name, entry] : data_->entries) infos.push_back(entry.info);
  return infos;
}

std::vector<const ComponentInfo*> Registry::list(std::string_view kind) const {
  std::vector<const ComponentInfo*> infos;
  for (const auto& [name, entry] : data_->entries)
    if (entry.info->kind == kind) infos.push_back(entry.info);
  return infos;
}

const std::vector<LoadedPlugin>& Registry::plugins() const { return data_->plugins; }
const std::vector<PluginNote>& Registry::notes() const { return data_->notes; }

std::shared_ptr<Component> Registry::create(std::string_view kind, const Chosen& chosen) {
  const ComponentInfo& info = at(chosen.name(), chosen.loc());
  if (info.kind != kind)
    throw Error(format("'{}' is of kind {}, expected one of kind {}", info.name, info.kind, kind), chosen.loc(),
                format("mase list {}", kind));
  Value with(chosen.with());
  with.loc = chosen.loc();
  if (!info.fields && !chosen.with().empty())
    if (const Problems problems = info.check(with); !problems.empty()) throw problems.front();
  std::unique_ptr<Component> made;
  guard(info.name, "", [&] { made = info.create(with); });
  if (!made) throw Error(format("'{}' made nothing", info.name), chosen.loc(), "a defect of its plugin");
  return {made.release(), Deleter{data_->entries.find(info.name)->second.library}};
}

std::shared_ptr<Component> Registry::shared(std::string_view kind, const Chosen& chosen) {
  Recent& recent = recent_place(&chosen.with());
  if (recent.component && &recent.chosen.with() == &chosen.with() && recent.registry == data_->id &&
      recent.kind == kind)
    return recent.component;
  std::string key = std::to_string(data_->id);
  key.append(" ").append(kind).append(" ").append(chosen.key());
  auto it = shared_components.find(key);
  if (it == shared_components.end()) {
    // Whoever uses one still holds it.
    if (shared_components.size() >= kMostShared) shared_components.clear();
    it = shared_components.emplace(std::move(key), create(kind, chosen)).first;
  }
  recent = {chosen, data_->id, std::string(kind), it->second};
  return it->second;
}

}  // namespace mase
