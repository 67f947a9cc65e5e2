// The projects that `mase new-plugin` writes. Their files lie in templates/ and travel inside the program.
#pragma once
#include <string_view>
#include <vector>

namespace mase::cli {

struct TemplateFile {
  std::string_view path;  // "pass/widen.cpp"; those below common/ belong to every kind
  std::string_view text;  // %NAME% stands for the plugin's name, %COMPONENT% for that of its source file
};

const std::vector<TemplateFile>& template_files();

}  // namespace mase::cli
