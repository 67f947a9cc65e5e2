// Errors with a place and a remedy: the one way in which anything in mase fails.
#pragma once
#include <exception>
#include <string>
#include <string_view>

namespace mase {

// A place in a text file. `file` is interned for the life of the process, so a Loc is plain data that
// every Value can carry. line and column count from 1; line 0 means "no place".
struct Loc {
  std::string_view file;
  int line = 0;
  int column = 0;

  explicit operator bool() const { return line > 0; }
  std::string str() const;                           // "recipe.yaml:14:33", or "" without a place
  static std::string_view intern(std::string_view);  // the one copy of a file name
};

// Bad input: says what was found, what was expected and, in `hint`, what to do about it.
// Its first virtual is out of line, so that one typeinfo exists across all shared libraries.
class Error : public std::exception {
 public:
  explicit Error(std::string message, Loc loc = {}, std::string hint = {});
  ~Error() override;
  const char* what() const noexcept override;  // "loc: message (hint)"

  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }
  const Loc& loc() const { return loc_; }

 private:
  std::string message_, hint_, text_;
  Loc loc_;
};

// The work was done and its answer is no, as a mismatch in simulation: exit status 1, where bad input is 2.
class Failure final : public Error {
 public:
  using Error::Error;
  ~Failure() override;
};

// Thrown by long work that saw Context::cancelled() and has left a resumable state behind.
class Cancelled final : public std::exception {
 public:
  ~Cancelled() override;
  const char* what() const noexcept override;
};

// ", did you mean 'x'?" for the candidate nearest to `word` (edit distance), or "" when none is near.
std::string did_you_mean(std::string_view word, const class NameList& candidates);

// A list of names that can be built from any range of strings.
class NameList {
 public:
  NameList() = default;
  template <class Range>
  NameList(const Range& range) {
    for (const auto& name : range) add(std::string_view(name));
  }
  void add(std::string_view name);
  const std::string& text() const { return text_; }  // one name per line, in order

 private:
  std::string text_;
};

}  // namespace mase
