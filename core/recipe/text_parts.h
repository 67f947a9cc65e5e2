// Text with ${name} and ${env:NAME} in it, taken apart.
#pragma once
#include <string>
#include <vector>

#include "mase/error.h"

namespace mase {

struct TextPart {
  enum class Kind { literal, name, environment };
  Kind kind = Kind::literal;
  std::string text;
};

bool has_references(const std::string& text);                        // ${ or $$ in it
std::vector<TextPart> text_parts(const std::string& text, Loc loc);  // Error for a ${ that is no reference

}  // namespace mase
