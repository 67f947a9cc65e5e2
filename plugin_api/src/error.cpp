// Errors, places and the nearest name.
#include "mase/error.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <vector>

namespace mase {

std::string Loc::str() const {
  if (line <= 0) return std::string(file);
  return std::string(file) + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string_view Loc::intern(std::string_view name) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> names;  // std::set: addresses are stable
  std::lock_guard lock(mutex);
  auto it = names.find(name);
  if (it == names.end()) it = names.emplace(name).first;
  return *it;
}

Error::Error(std::string message, Loc loc, std::string hint)
    : message_(std::move(message)), hint_(std::move(hint)), loc_(loc) {
  text_ = loc_.str();
  if (!text_.empty()) text_ += ": ";
  text_ += message_;
  if (!hint_.empty()) text_ += " (" + hint_ + ")";
}
Error::~Error() = default;
const char* Error::what() const noexcept { return text_.c_str(); }

Failure::~Failure() = default;
Cancelled::~Cancelled() = default;
const char* Cancelled::what() const noexcept { return "interrupted"; }

void NameList::add(std::string_view name) {
  text_ += name;
  text_ += '\n';
}

namespace {

// Edit distance with transpositions (Damerau, restricted), two swapped letters counting as one slip.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i)
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view word, const NameList& candidates) {
  constexpr size_t kLongest = 64;  // longer words are not slips of the finger, and the table is quadratic
  if (word.size() > kLongest) return {};
  std::string_view rest = candidates.text(), best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (name.size() > kLongest || name.empty()) continue;
    const size_t d = distance(word, name);
    if (d < best_distance) best = name, best_distance = d;
  }
  return best.empty() ? std::string() : ", did you mean '" + std::string(best) + "'?";
}

}  // namespace mase
