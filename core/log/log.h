// Messages to people: the console (stderr) and a run's log.txt. Only log.cpp knows the library behind it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace mase::log {

enum class Level { quiet, normal, verbose };  // -q: warnings and errors only; -v: details too

// What the console shows; a log file always gets everything.
void set_level(Level level);
// Everything logged from now on is also appended to `file`, with time. Error when it cannot be written.
void open_file(const std::string& file);
void close_file();

void detail(std::string_view text);
void info(std::string_view text);
void warn(std::string_view text);   // "warning: text"
void error(std::string_view text);  // "error: text"

// Long work: how far it is. On a terminal one line that is rewritten, with rate and time left; elsewhere a
// line every few seconds. Cheap enough for every step of a loop. `total` 0: unknown. Ends by itself when done
// reaches total.
void progress(std::string_view what, int64_t done, int64_t total);
void end_progress();

}  // namespace mase::log
