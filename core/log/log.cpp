// spdlog behind plain functions. No other file includes it.
#include "log/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <mutex>

#include "log/progress.h"
#include "mase/error.h"

namespace mase::log {
namespace {

using Clock = std::chrono::steady_clock;

struct State {
  std::mutex mutex;  // messages and the progress line share the terminal
  std::shared_ptr<spdlog::sinks::sink> console = std::make_shared<spdlog::sinks::stderr_sink_st>();
  std::shared_ptr<spdlog::sinks::sink> file;
  bool terminal = ::isatty(STDERR_FILENO) == 1;
  Level level = Level::normal;
  // the progress line
  std::string what, line;
  Clock::time_point start, shown;
  int64_t first = 0;  // where this stretch began: a resumed search does not start at 0
};

State& state() {
  static State* s = [] {  // never destroyed: destructors of others may log
    auto* made = new State;
    made->console->set_pattern("%v");
    made->console->set_level(spdlog::level::info);
    return made;
  }();
  return *s;
}

double seconds(Clock::duration d) { return std::chrono::duration<double>(d).count(); }

void erase_line(State& s) {
  if (s.terminal && !s.line.empty()) std::fputs("\r\x1b[K", stderr);
}
void draw_line(State& s) {
  if (s.terminal && !s.line.empty()) std::fputs(s.line.c_str(), stderr);
}

// False when it cannot be written. A full disk or a reader that has gone is no reason to give up what is reported on.
bool send(spdlog::sinks::sink& sink, spdlog::level::level_enum level, std::string_view text) try {
  sink.log({"", level, {text.data(), text.size()}});
  sink.flush();
  return true;
} catch (const spdlog::spdlog_ex&) {
  return false;
}

void write(spdlog::level::level_enum level, const char* mark, std::string_view text) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const std::string marked = mark + std::string(text);
  if (s.console->should_log(level)) {
    erase_line(s);
    send(*s.console, level, marked);
    draw_line(s);
  }
  if (s.file && !send(*s.file, level, text)) {
    s.file.reset();
    send(*s.console, spdlog::level::warn, "warning: the log file can no longer be written; it ends here");
  }
}

}  // namespace

void set_level(Level level) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  s.level = level;
  s.console->set_level(level == Level::quiet     ? spdlog::level::warn
                       : level == Level::verbose ? spdlog::level::debug
                                                 : spdlog::level::info);
}

void open_file(const std::string& file) try {
  auto sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(file);
  sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %v");
  const std::lock_guard lock(state().mutex);
  state().file = std::move(sink);
} catch (const spdlog::spdlog_ex& e) {
  throw Error("cannot write the log '" + file + "': " + e.what());
}

void close_file() {
  const std::lock_guard lock(state().mutex);
  state().file.reset();
}

void detail(std::string_view text) { write(spdlog::level::debug, "", text); }
void info(std::string_view text) { write(spdlog::level::info, "", text); }
void warn(std::string_view text) { write(spdlog::level::warn, "warning: ", text); }
void error(std::string_view text) { write(spdlog::level::err, "error: ", text); }

void progress(std::string_view what, int64_t done, int64_t total) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.level == Level::quiet) return;
  const auto now = Clock::now();
  if (what != s.what) {
    erase_line(s);
    s.what = what, s.line.clear(), s.start = s.shown = now, s.first = done;
  }
  const bool last = total > 0 && done >= total;
  const double pause = s.terminal ? 0.1 : 5.0;
  if (seconds(now - s.shown) >= pause && !last) {
    const double each = static_cast<double>(std::max<int64_t>(done - s.first, 1)) / std::max<double>(double(done), 1);
    erase_line(s);
    s.line = progress_text(what, done, total, seconds(now - s.start) / each);
    s.shown = now;
    if (s.terminal)
      draw_line(s);
    else
      std::fprintf(stderr, "%s\n", s.line.c_str());
    std::fflush(stderr);
  }
  if (last) {
    erase_line(s);
    s.what.clear(), s.line.clear();
  }
}

void end_progress() {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  erase_line(s);
  s.what.clear(), s.line.clear();
}

}  // namespace mase::log
