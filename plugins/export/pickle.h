// The few words of Python's pickle (protocol 2) that a state dict is written in.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mase::exporting {

class Pickle {
 public:
  Pickle() : text_("\x80\x02") {}  // PROTO 2
  void global(std::string_view module, std::string_view name);
  void ordered_dict();  // an empty one
  void mark() { text_ += '('; }
  void string(std::string_view text);
  void integer(int64_t value);
  void integers(const std::vector<int64_t>& values);  // as a tuple
  void boolean_false() { text_ += '\x89'; }
  void tuple() { text_ += 't'; }          // of everything since mark()
  void persistent_id() { text_ += 'Q'; }  // the object that the tuple on top stands for
  void reduce() { text_ += 'R'; }         // calls what lies below the tuple on top
  void set_items() { text_ += 'u'; }      // of keys and values since mark()
  std::string finish() { return text_ + '.'; }

 private:
  std::string text_;
};

}  // namespace mase::exporting
