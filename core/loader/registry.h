// Registry: all components of all loaded plugins, by name. The one implementation of mase::Components.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mase/abi.h"
#include "mase/component.h"

namespace mase {

enum class Unload;

struct LoadedPlugin {
  std::string name, version, doc, file;
  std::vector<std::string> components;
};

// A file on the search path that was not loaded, or was shadowed, with the sentence that says why.
struct PluginNote {
  std::string file, text;
  bool error = true;  // false: a note (shadowed by an earlier one)
};

class Registry final : public Components {
 public:
  Registry();
  explicit Registry(Unload unload);  // closes libraries with their last object: torch-free test plugins only
  ~Registry();
  // Loads every plugin of the folders in order; the first of two plugins with one name wins. Never throws for
  // a bad plugin: it is refused with a note and the rest goes on.
  void load_folders(const std::vector<std::string>& folders);
  // Registers components that are not from a file (tests).
  void load_builtin(const MaseManifest& manifest);

  const ComponentInfo* find(std::string_view name) const;              // any kind; nullptr when absent
  const ComponentInfo& at(std::string_view name, Loc loc = {}) const;  // Error with the nearest name
  // The refused file, if any, whose name is that of the component's plugin: the likeliest reason for its absence.
  const PluginNote* refused(std::string_view component) const;
  std::vector<std::string> kinds() const;
  std::vector<const ComponentInfo*> all() const;  // sorted by name
  const std::vector<LoadedPlugin>& plugins() const;
  const std::vector<PluginNote>& notes() const;

  std::shared_ptr<Component> create(std::string_view kind, const Chosen& chosen) override;
  std::shared_ptr<Component> shared(std::string_view kind,
                                    const Chosen& chosen) override;  // cached per thread
  std::vector<const ComponentInfo*> list(std::string_view kind) const override;
  using Components::create;
  using Components::shared;

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// Runs `call` and turns whatever it throws into mase::Error with plugin, component and step named, its text
// copied. mase::Error keeps its place; Cancelled passes through.
void guard(std::string_view component, std::string_view step, const std::function<void()>& call);

// --plugins folders, MASE_PLUGIN_PATH, the folder beside the program (../lib/mase/plugins), in this order.
std::vector<std::string> plugin_folders(const std::vector<std::string>& from_command_line);

}  // namespace mase
