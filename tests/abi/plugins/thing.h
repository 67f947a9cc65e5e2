// The component that the test plugins bring; its kind is one that the host has never heard of.
#pragma once
#include "mase/plugin.h"

struct Thing final : mase::Component {
  static constexpr const char* kKind = "thing";
  struct Config {
    int size = 3;
    static void schema(mase::Schema<Config>& s) { s.field("size", &Config::size, "how large it is").range(1, 9); }
  };
  explicit Thing(Config c) : config(c) {}
  Config config;
};

// For plugins that carry a tag of their own: as MASE_PLUGIN, without the tag.
#define TEST_MANIFEST(name_)                                                                                  \
  static void mase_register_components(mase::Registrar& r) { r.add<Thing>(name_ ".thing", "A thing"); }       \
  extern "C" __attribute__((visibility("default"), used, retain)) const MaseManifest mase_plugin_manifest = { \
      sizeof(MaseManifest), MASE_API_MAJOR, MASE_API_MINOR, name_, "1.2.3", "A test", mase_register_components};
#define TEST_TAG(tag_) __attribute__((used, retain, section(tag_))) static const char mase_abi_tag[] = tag_;
