// The text of a progress line: how much, how fast, how long still.
#include "log/progress.h"

#include <algorithm>
#include <cmath>

#include "mase/text.h"

namespace mase::log {

std::string duration_text(double seconds) {
  const int64_t s = std::llround(std::clamp(seconds, 0.0, 1e9));
  if (s < 60) return format("{} s", s);
  if (s < 3600) return format("{} min {} s", s / 60, s % 60);
  return format("{} h {} min", s / 3600, s % 3600 / 60);
}

std::string progress_text(std::string_view what, int64_t done, int64_t total, double seconds) {
  std::string text(what);
  if (total > 0)
    text += format("  {}/{}  {}%", done, total, 100 * std::min(done, total) / total);
  else
    text += format("  {}", done);
  if (done <= 0 || seconds <= 0) return text;
  const double rate = static_cast<double>(done) / seconds;
  text += rate >= 1 ? format("  {:.{}f}/s", rate, rate < 100 ? 1 : 0) : format("  {:.1f} s each", 1 / rate);
  if (total > done) text += "  " + duration_text(static_cast<double>(total - done) / rate) + " left";
  return text;
}

}  // namespace mase::log
