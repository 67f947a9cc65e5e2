// The ABI tag of a plugin's file against the host's own: refused before a line of the plugin runs.
#include "loader/elf_file.h"
#include "mase/abi.h"
#include "mase/error.h"
#include "mase/text.h"

namespace mase {
namespace {

constexpr std::string_view kPrefix = "mase_abi:";

std::vector<std::string> parts(std::string_view tag) {
  std::vector<std::string> out;
  if (tag.starts_with(kPrefix)) tag.remove_prefix(kPrefix.size());
  for (size_t at = 0; at <= tag.size();) {
    const size_t end = std::min(tag.find(':', at), tag.size());
    out.emplace_back(tag.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// The order of MASE_ABI_TAG.
struct Part {
  std::string_view prefix;
  std::string_view words;
};
constexpr Part kParts[] = {
    {"api", "mase API"},      {"cxxabi", "compiler C++ ABI"}, {"cxx11_", "_GLIBCXX_USE_CXX11_ABI"},
    {"std", "C++ standard"},  {"torch", "LibTorch"},          {"debug", "debug mode"},
    {"assert", "assertions"}, {"sanitizer_", "sanitizer"}};

std::string_view value_of(std::string_view part, std::string_view prefix) {
  if (part.starts_with(prefix)) part.remove_prefix(prefix.size());
  return part;
}

}  // namespace

std::string abi_difference(const std::string& plugin, const std::string& host) {
  if (plugin == host) return {};
  const auto theirs = parts(plugin), ours = parts(host);
  if (theirs.size() != ours.size() || ours.size() != std::size(kParts)) return "the form of the tag";
  std::string text;
  for (size_t i = 0; i < ours.size(); ++i) {
    if (theirs[i] == ours[i]) continue;
    if (!text.empty()) text += "; ";
    text += format("{} {}, this mase has {}", kParts[i].words, value_of(theirs[i], kParts[i].prefix),
                   value_of(ours[i], kParts[i].prefix));
  }
  return text;
}

std::string read_abi_tag(const std::string& file) {
  std::string tag;
  for (std::string& name : read_elf_sections(file)) {
    if (!name.starts_with(kPrefix)) continue;
    if (!tag.empty() && name != tag) throw Error("carries two different ABI tags", {}, "link one plugin per file");
    tag = std::move(name);
  }
  if (tag.empty())
    throw Error("not a mase plugin: it carries no ABI tag", {}, "a plugin says MASE_PLUGIN(name, version, doc) once");
  return tag;
}

void check_abi(const std::string& file) {
  const std::string tag = read_abi_tag(file), own = MASE_ABI_TAG;
  if (tag == own) return;
  throw Error(
      format("built for another mase: {}\n    its tag  {}\n    expected {}", abi_difference(tag, own), tag, own), {},
      "build it again with this mase's CMake package");
}

}  // namespace mase
