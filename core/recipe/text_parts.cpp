// ${name} and ${env:NAME} in strings. `$$` at the beginning and `$${` anywhere stand for one dollar.
#include "text_parts.h"

#include "scope.h"

namespace mase {
namespace {

TextPart inside(const std::string& text, Loc loc) {
  constexpr std::string_view kEnvironment = "env:";
  const bool environment = text.rfind(kEnvironment, 0) == 0;
  const std::string name = environment ? text.substr(kEnvironment.size()) : text;
  if (!is_name(name))
    throw Error("'${" + text + "}' is no reference", loc, "${name} or ${env:NAME}; $${ is a dollar and a brace");
  return {environment ? TextPart::Kind::environment : TextPart::Kind::name, name};
}

}  // namespace

bool has_references(const std::string& text) {
  return text.find("${") != std::string::npos || text.rfind("$$", 0) == 0;
}

std::vector<TextPart> text_parts(const std::string& text, Loc loc) {
  std::vector<TextPart> parts;
  std::string literal;
  size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (rest.rfind("$${", 0) == 0) {
      literal += "${", at += 3;
    } else if (at == 0 && rest.rfind("$$", 0) == 0) {
      literal += "$", at += 2;
    } else if (rest.rfind("${", 0) == 0) {
      const size_t end = text.find('}', at);
      if (end == std::string::npos) throw Error("a '${' without its '}'", loc, "$${ is a dollar and a brace");
      if (!literal.empty()) parts.push_back({TextPart::Kind::literal, std::move(literal)});
      literal.clear();
      parts.push_back(inside(text.substr(at + 2, end - at - 2), loc));
      at = end + 1;
    } else {
      literal += text[at++];
    }
  }
  if (!literal.empty()) parts.push_back({TextPart::Kind::literal, std::move(literal)});
  return parts;
}

}  // namespace mase
