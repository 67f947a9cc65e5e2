// The objects of a pickle, and the stack on which its instructions put them.
#pragma once
#include <cstddef>
#include <vector>

#include "pickle.h"
#include "pickle_reader.h"

namespace models {

class PickleStack : protected PickleReader {
 protected:
  using Kind = PickleObject::Kind;

  // A tensor is described by fifteen objects of some hundred bytes each: small files may have 13,000 tensors, and large
  // ones one for each two kilobytes. What a pickle takes in memory and time is bounded by this.
  PickleStack(std::string_view bytes, mase::Loc place, uint64_t file_bytes)
      : PickleReader(bytes, place), most_objects_(200'000 + file_bytes / 128) {}

  // To be called for each instruction.
  void count_step() {
    if (++steps_ > 10 * most_objects_) fail(mase::format("the pickle has more than {} steps", 10 * most_objects_));
    if (stack_.size() + marks_.size() > most_objects_)
      fail(mase::format("the pickle puts more than {} objects on its stack", most_objects_));
  }

  PickleObject& push(Kind kind) {
    if (pickle_.objects.size() >= most_objects_)
      fail(mase::format("the pickle has more than {} objects", most_objects_));
    stack_.push_back(static_cast<uint32_t>(pickle_.objects.size()));
    PickleObject& object = pickle_.objects.emplace_back();
    object.kind = kind;
    return object;
  }
  uint32_t pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
      fail(mase::format("the pickle takes more from its stack than lies there, at byte {}", at_));
    const uint32_t top = stack_.back();
    stack_.pop_back();
    return top;
  }
  std::vector<uint32_t> pop_to_mark() {
    if (marks_.empty()) fail(mase::format("the pickle has no mark to go back to, at byte {}", at_));
    std::vector<uint32_t> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  PickleObject& object(uint32_t index) { return pickle_.objects[index]; }
  PickleObject& top(Kind kind, const char* what) {
    const uint32_t index = pop();
    stack_.push_back(index);
    if (object(index).kind != kind)
      fail(mase::format("the pickle puts entries into what is no {}, at byte {}", what, at_));
    return object(index);
  }

  const size_t most_objects_;
  Pickle pickle_;
  std::vector<uint32_t> stack_;
  std::vector<size_t> marks_;

 private:
  size_t steps_ = 0;
};

}  // namespace models
