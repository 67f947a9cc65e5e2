// Loading: the file is checked first, then Boost.DLL opens it, then its manifest must fit this host.
#include "loader/library.h"

#include <cxxabi.h>
#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <cstdlib>

#include "loader/elf_file.h"
#include "mase/error.h"
#include "mase/text.h"

namespace mase {
namespace {

constexpr const char* kManifest = "mase_plugin_manifest";

// What the dynamic linker said, out of Boost's "... (dlerror system message: TEXT): Bad file descriptor".
std::string linker_text(std::string text) {
  constexpr std::string_view kBefore = "dlerror system message: ", kAfter = "): ";
  if (const size_t at = text.find(kBefore); at != text.npos) text = text.substr(at + kBefore.size());
  if (const size_t end = text.rfind(kAfter); end != text.npos) text.resize(end);
  return text;
}

// "_ZN4acme4scanEv" as people read it: "acme::scan()".
std::string demangle_last_word(const std::string& text) {
  const size_t at = text.rfind(' ') + 1;  // npos + 1 is 0: the whole text
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(text.c_str() + at, nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.substr(0, at) + "'" + name.get() + "'" : text;
}

bool is_name(std::string_view s) {
  if (s.empty() || s.size() > 64 || s[0] < 'a' || s[0] > 'z') return false;
  return s.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == s.npos;
}

}  // namespace

struct Library::Handle {
  boost::dll::shared_library library;
};

Library::Library() = default;
Library::~Library() = default;

std::shared_ptr<Library> Library::open(const std::string& file, Unload unload) {
  check_abi(file);
  using namespace boost::dll;
  int mode = load_mode::rtld_now | load_mode::rtld_local;
  // Product libraries are never closed: LibTorch keeps pointers to what plugins hand it, GNU unique symbols
  // pin some libraries and not others, and thread-local destructors may run after dlclose - unloading is a
  // crash waiting to happen, and gains nothing.
  if (unload == Unload::never) mode |= RTLD_NODELETE;
  std::shared_ptr<Library> result(new Library);
  try {
    // The throwing constructor: the one with an error_code turns every failure into "bad file descriptor".
    result->handle_ = std::make_unique<Handle>(Handle{shared_library(file, static_cast<load_mode::type>(mode))});
  } catch (const boost::system::system_error& e) {
    throw Error("cannot be loaded: " + demangle_last_word(linker_text(e.what())), {},
                "a symbol that is missing is a source file or library that was not linked: link with -Wl,-z,defs, as "
                "mase_plugin() does");
  }
  if (!result->handle_->library.has(kManifest))
    throw Error("carries the right ABI tag but no manifest", {}, "a plugin says MASE_PLUGIN(name, version, doc) once");
  result->manifest_ = &result->handle_->library.get<const MaseManifest>(kManifest);
  check_manifest(*result->manifest_);
  return result;
}

void check_manifest(const MaseManifest& m) {
  if (m.struct_size != sizeof(MaseManifest))
    throw Error(format("its manifest has {} bytes, expected {}", m.struct_size, sizeof(MaseManifest)));
  if (m.api_major != MASE_API_MAJOR || m.api_minor != MASE_API_MINOR)
    throw Error(format("built for mase API {}.{}, this mase has {}.{}", m.api_major, m.api_minor, MASE_API_MAJOR,
                       MASE_API_MINOR));
  if (!m.name || !is_name(m.name))
    throw Error(format("its name is '{}'", m.name ? m.name : ""), {},
                "lower-case letters, digits and '_', a letter first");
  if (!m.version || !*m.version) throw Error(format("plugin '{}' has no version", m.name));
  if (!m.doc || !*m.doc) throw Error(format("plugin '{}' does not say in a sentence what it is", m.name));
  if (!m.register_components) throw Error(format("plugin '{}' has no registering function", m.name));
}

}  // namespace mase
