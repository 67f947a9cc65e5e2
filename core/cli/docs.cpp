// mase docs: the manual's page of each component, and their index. The same plugins give the same bytes.
#include <filesystem>
#include <fstream>
#include <map>

#include "cli/commands.h"
#include "cli/field_text.h"
#include "cli/table.h"
#include "mase/output.h"
#include "mase/text.h"

namespace mase::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kMark = "<!-- Written by `mase docs`; do not edit. -->\n";

// A cell of a Markdown table.
std::string cell(std::string text) {
  for (size_t at = 0; (at = text.find_first_of("|\n", at)) != text.npos; at += 2)
    text.replace(at, 1, text[at] == '|' ? "\\|" : "  ");
  return text;
}

void add_fields(std::string& text, const Fields& fields, const std::string& prefix, int depth) {
  for (const auto& f : fields.all()) {
    const std::string name = prefix + f.info.name;
    const std::string doc = f.info.unit.empty() ? f.info.doc : format("{} [{}]", f.info.doc, f.info.unit);
    const std::string value = f.info.required ? "required" : format("`{}`", default_text(f.info));
    text += format("| `{}` | {} | {} | {} |\n", name, cell(type_text(f.info)), cell(value), cell(doc));
    const Fields* record = record_of(f.info.type);
    if (record && record != &fields && depth < kDeepestRecord) add_fields(text, *record, name + ".", depth + 1);
  }
}

std::string page(Registry& registry, const ComponentInfo& info) {
  std::string text =
      format("{}\n# {}\n\n{}.\n\nKind {}, plugin {}.", kMark, info.name, info.doc, info.kind, info.plugin);
  if (const std::string q = q_notation(info); !q.empty())
    text += format(" By default {} (integer bits.fraction bits).", q);
  text += "\n";
  if (info.fields && !info.fields->all().empty()) {
    text += "\n## Fields\n\n| field | type | default | meaning |\n| --- | --- | --- | --- |\n";
    add_fields(text, *info.fields, "", 0);
  }
  const Value metrics = metrics_json(metrics_of(registry, info));
  if (!metrics.as_list().empty())
    text += "\n## Metrics\n\n| metric | direction | unit | meaning |\n| --- | --- | --- | --- |\n";
  for (const Value& v : metrics.as_list()) {
    const Map& m = v.as_map();
    text += format("| `{}` | {} | {} | {}{} |\n", m.at("name").as_string(), m.at("direction").as_string(),
                   cell(m.at("unit").as_string()), cell(m.at("doc").as_string()),
                   m.at("measured_time").as_bool() ? " (measured time)" : "");
  }
  return text + "\n## Example\n\n```yaml\n" + example_text(info, registry) + "```\n";
}

std::string index(const Registry& registry) {
  std::string text =
      format("{}\n# Components\n\nOne page each, written by `mase docs` from what the components declare.\n", kMark);
  for (const std::string& kind : registry.kinds()) {
    text += format("\n## {}\n\n| component | what it does |\n| --- | --- |\n", kind);
    for (const ComponentInfo* info : registry.list(kind))
      text += format("| [{0}]({0}.md) | {1} |\n", info->name, cell(info->doc));
  }
  return text;
}

bool is_own(const fs::path& file) {
  std::string start(kMark.size(), '\0');
  std::ifstream(file).read(start.data(), static_cast<std::streamsize>(start.size()));
  return start == kMark;
}

// Pages of components that are no more; other files stay.
void remove_stale(const fs::path& folder, const Registry& registry) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".md" && entry.path().filename() != "README.md" &&
        !registry.find(entry.path().stem().string()) && is_own(entry.path()))
      fs::remove(entry.path());
}

// Before the first page is written: what a person wrote stays, and so does the rest.
void check_own(const std::map<fs::path, std::string>& pages) {
  for (const auto& [file, text] : pages) {
    std::error_code failed;
    const auto type = fs::symlink_status(file, failed).type();
    if (type == fs::file_type::not_found || (type == fs::file_type::regular && is_own(file))) continue;
    throw Error(format("{} exists and was not written by mase docs", file.string()), {},
                "choose another folder, or move that file away; nothing was written");
  }
}

}  // namespace

int docs_command(Registry& registry, const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw Error(format("cannot make the folder '{}': {}", folder, failed.message()));
  std::map<fs::path, std::string> pages{{fs::path(folder) / "README.md", index(registry)}};
  for (const ComponentInfo* info : registry.all())
    pages.emplace(fs::path(folder) / (info->name + ".md"), page(registry, *info));
  check_own(pages);
  for (const auto& [file, text] : pages) write_file(file, text);
  remove_stale(folder, registry);
  print(format("{} in {}\n", counted(pages.size(), "page"), folder));
  return 0;
}

}  // namespace mase::cli
