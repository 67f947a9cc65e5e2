// MASE_PLUGIN: the only macro that a plugin author meets.
#pragma once
#include "mase/abi.h"
#include "mase/component.h"

// MASE_PLUGIN("acme", "0.1.0", "Acme's passes") { r.add<Widen>("acme.widen", "Widen fixed-point results"); }
// The tag is the name of an ELF section, so that it is read without running a line of the plugin.
#define MASE_PLUGIN(name_, version_, doc_)                                                                    \
  static void mase_register_components(mase::Registrar& r);                                                   \
  __attribute__((used, retain, section(MASE_ABI_TAG))) static const char mase_abi_tag[] = MASE_ABI_TAG;       \
  extern "C" __attribute__((visibility("default"), used, retain)) const MaseManifest mase_plugin_manifest = { \
      sizeof(MaseManifest), MASE_API_MAJOR, MASE_API_MINOR, name_, version_, doc_, mase_register_components}; \
  static void mase_register_components([[maybe_unused]] mase::Registrar& r)
