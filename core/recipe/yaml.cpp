// Runs yaml-cpp over a text and words its errors; a tab in the indentation is named where it stands.
#include "yaml.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

#include "mase/text.h"
#include "source.h"
#include "yaml_builder.h"

namespace mase {
namespace {

// What yaml-cpp says, in words that say what to look for.
std::string worded(const std::string& message) {
  static const std::pair<const char*, const char*> kWords[] = {
      {"illegal map value", "a ':' that begins no value here"},
      {"illegal map key", "a '?' that begins no key here"},
      {"illegal block entry", "a '-' that begins no list entry here"},
      {"end of map not found",
       "this belongs neither to the map before it nor to a new entry: a wrong indentation or a missing ':'"},
      {"end of sequence not found",
       "this belongs neither to the list before it nor to a new entry: a wrong indentation or a missing '-'"},
      {"end of map flow not found", "a '{' without its '}', or a missing ','"},
      {"end of sequence flow not found", "a '[' without its ']', or a missing ','"},
      {"illegal flow end", "a closing bracket that was never opened"},
      {"the referenced anchor is not defined", "this alias names no anchor"},
      {"unknown token", "this character cannot begin a value; put the text in quotes"},
  };
  for (const auto& [theirs, ours] : kWords)
    if (message.rfind(theirs, 0) == 0) return ours;
  return message;
}

class Bytes : public std::streambuf {  // reads from the text without copying it
 public:
  explicit Bytes(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

// A tab in the indentation of the line where yaml-cpp gave up, or behind its dashes, is the cause.
bool blame_tab(const Source& source, size_t at, Problems& problems) {
  const size_t start = source.line_start(at);
  const std::string_view line = source.line(at);
  const std::string_view lead = line.substr(0, std::min(line.find_first_not_of(" \t-?"), line.size()));
  const size_t tab = lead.find('\t');
  if (tab == std::string_view::npos) return false;
  problems.emplace_back("a tab in the indentation", source.at(start + tab), "indent with spaces");
  return true;
}

// In {...} and [...] the brace of ${name} begins a map.
bool blame_dollar(const Source& source, size_t at, Problems& problems) {
  const std::string_view text = source.text();
  if (text[std::min(at, text.size() - 1)] != '{' || at == 0 || text[at - 1] != '$') return false;
  const size_t end = text.find('}', at);
  const std::string name(text.substr(at + 1, std::min<size_t>(end, at + 40) - at - 1));
  problems.emplace_back("'${' inside { } or [ ] needs quotes: YAML takes its brace for a map", source.at(at - 1),
                        format("\"${{{}}}\" in quotes; a name that is all of the value is written ${}", name, name));
  return true;
}

void add_syntax_error(const Source& source, const YAML::Exception& e, Problems& problems) {
  const size_t at = e.mark.pos < 0 ? 0 : std::min(static_cast<size_t>(e.mark.pos), source.text().size());
  if (blame_tab(source, at, problems) || blame_dollar(source, at, problems)) return;
  problems.emplace_back(worded(e.msg), source.at(at), "not valid YAML");
}

}  // namespace

std::optional<Value> read_yaml(std::string_view text, std::string_view file, Problems& problems) {
  const Source source(text, file);
  if (!source.readable(problems)) return std::nullopt;
  YamlBuilder builder(source, problems);
  try {
    Bytes bytes(source.text());
    std::istream stream(&bytes);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YamlStop&) {
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    add_syntax_error(source, e, problems);
    return std::nullopt;
  }
  if (!builder.seen()) {
    problems.emplace_back("nothing but white space and comments", source.at(0), "a recipe begins with 'mase: 1'");
    return std::nullopt;
  }
  return std::move(builder.root());
}

}  // namespace mase
