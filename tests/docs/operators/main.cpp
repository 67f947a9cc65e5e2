// model_operators: prints docs/model_operators.md, from the tables that the importers and exporters use.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <exception>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mase/op.h"
#include "mase/text.h"
#include "plugins/export/onnx_emit.h"
#include "plugins/models/aten.h"
#include "plugins/models/onnx_operators.h"
#include "support/fake_context.h"

using namespace mase;

namespace {

using Words = std::set<std::string>;

// The operators of a table: those that it reads, and those that it only knows in order to say why not.
template <class Refused, class Table>
std::pair<Words, Words> split(const Table& table) {
  std::pair<Words, Words> words;
  for (const auto& [name, handler] : table)
    (handler.template target<Refused>() ? words.second : words.first).insert(name);
  return words;
}

std::string listed(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += format("{}`{}`", text.empty() ? "" : ", ", word);
  return text;
}

void section(const char* title, const char* about) { std::printf("\n## %s\n\n%s\n", title, about); }

// One row per first letter keeps the lines readable, and a change small.
void by_letter(const Words& words) {
  std::map<char, Words> rows;
  for (const std::string& word : words) {
    const auto start = word.find_first_not_of('_');
    rows[static_cast<char>(std::toupper(static_cast<unsigned char>(word.at(start == word.npos ? 0 : start))))].insert(
        word);
  }
  std::printf("\n| | operators |\n| --- | --- |\n");
  for (const auto& [letter, row] : rows) std::printf("| %c | %s |\n", letter, listed(row).c_str());
}

void components(const char* kind, const char* prefix, const std::vector<const char*>& fields) {
  std::printf("\n| component | |\n| --- | --- |\n");
  for (const ComponentInfo* info : test::registry().list(kind)) {
    const bool has_one = info->fields && std::any_of(fields.begin(), fields.end(),
                                                     [&](const char* field) { return info->fields->find(field); });
    if (info->name.starts_with(prefix) && has_one)
      std::printf("| [%s](components/%s.md) | %s |\n", info->name.c_str(), info->name.c_str(), info->doc.c_str());
  }
}

void files() {
  section("Files, read", "Components that read a network from a file:");
  components("model", "models.", {"file", "folder"});
  std::printf(
      "\nComponents that read weights (`.safetensors`, or a state dict of PyTorch) into a network of their own:\n");
  components("model", "models.", {"weights"});
  section("Files, written", "Passes:");
  components("pass", "export.", {"file"});
}

void read_tables() {
  Words onnx, others;
  const auto [read, refused] = split<models::onnx::Refused>(models::onnx::operators());
  for (const std::string& name : read) (name.find("::") == name.npos ? onnx : others).insert(name);
  section("ONNX, read", "By `models.onnx`. Functions that a file defines are taken apart first.");
  by_letter(onnx);
  std::printf("\nOf other domains: %s.\n\nRefused by name: %s.\n", listed(others).c_str(), listed(refused).c_str());

  const auto [aten, not_read] = split<models::Refused>(models::aten_table());
  section("ATen, read",
          "By `models.torch_export` and `models.torchscript`. A name without an overload stands for all of its "
          "overloads, and for the operator\nin place (`relu_`).");
  by_letter(aten);
  std::printf("\nRefused by name: %s.\n", listed(not_read).c_str());
}

void written_table() {
  Words written, missing;
  const exporting::OnnxEmitters emitters = exporting::onnx_emitters();
  for (const auto& [name, emit] : emitters) written.insert(name);
  for (const ComponentInfo* info : test::registry().list(Op::kKind)) {
    const std::string name = info->name.substr(info->name.find('.') + 1);
    if (info->name.starts_with("nn.") && !written.contains(name)) missing.insert(name);
  }
  section("Our operators, written as ONNX", "By `export.onnx` and `export.qonnx`.");
  by_letter(written);
  std::printf("\nNot written, because ONNX lacks them or nobody has needed them: %s.\n",
              missing.empty() ? "none" : listed(missing).c_str());
}

}  // namespace

int main() {
  try {
    std::printf(
        "# Files and operators read and written\n\nGenerated from the code by `make docs`; do not edit. "
        "[Models](models.md) "
        "tells how to use them, and how a plugin adds an operator.\n");
    files();
    read_tables();
    written_table();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "model_operators: %s\n", e.what());
    return 1;
  }
}
