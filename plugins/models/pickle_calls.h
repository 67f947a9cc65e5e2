// The instructions of a pickle that name something or call it.
#pragma once
#include <string_view>
#include <vector>

#include "pickle_stack.h"

namespace models {

class PickleCalls : protected PickleStack {
 protected:
  PickleCalls(std::string_view bytes, mase::Loc place, bool objects, uint64_t file_bytes)
      : PickleStack(bytes, place, file_bytes), objects_(objects) {}

  // False for an instruction that does neither. Error for every name but those of pickle_names.h.
  bool call(char op);

 private:
  bool build();
  bool make_object();
  bool add_global(std::string_view module, std::string_view name);
  void reduce(std::string_view function, const std::vector<uint32_t>& arguments);
  void add_storage(const PickleObject& id);

  bool objects_;  // whether objects of a TorchScript file's own classes are read
};

}  // namespace models
