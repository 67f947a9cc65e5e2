// guard: the one place where calls into plugins are caught. What was thrown is copied, never kept: its code
// and its text may live in the plugin.
#include <new>

#include "loader/registry.h"
#include "log/crash.h"
#include "mase/text.h"

namespace mase {
namespace {

// LibTorch appends a trace of addresses to its messages; people need the first part only.
std::string without_trace(std::string text) {
  for (const char* mark : {"\nException raised from", "\nC++ CapturedTraceback", "\nframe #0"})
    if (const size_t at = text.find(mark); at != text.npos) text.resize(at);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

// "step 'float' (eval.accuracy): ", leaving out what the message says anyway.
std::string prefix(std::string_view component, std::string_view step, const std::string& message) {
  const bool named = !step.empty() && step != component && message.find(format("step '{}'", step)) == message.npos;
  const bool known = component.empty() || message.find(component) != message.npos;
  if (named) return known ? format("step '{}': ", step) : format("step '{}' ({}): ", step, component);
  return known ? "" : format("{}: ", component);
}

struct Caught {
  std::string message, hint;
  Loc loc;
  bool failure = true;  // the run failed (exit status 1); otherwise its input was bad (2)
};

Caught defect(std::string_view component, std::string text) {
  const std::string plugin(component.substr(0, component.find('.')));
  return {std::move(text), plugin.empty() ? "" : format("a defect of the plugin '{}', not of the input", plugin), {}};
}

}  // namespace

void guard(std::string_view component, std::string_view step, const std::function<void()>& call) {
  Caught caught;
  const CrashPlace place(component, step);
  try {
    call();
    return;
  } catch (const Cancelled&) {
    throw;
  } catch (const Failure& e) {
    caught = {e.message(), e.hint(), e.loc()};
  } catch (const Error& e) {
    caught = {e.message(), e.hint(), e.loc(), false};
  } catch (const std::bad_alloc&) {
    caught = {"out of memory", "", {}};
  } catch (const std::exception& e) {
    caught = defect(component, format("its code failed: {}", without_trace(e.what())));
  } catch (...) {
    caught = defect(component, "its code failed: it threw something that is not an exception");
  }
  const std::string message = prefix(component, step, caught.message) + caught.message;
  if (caught.failure) throw Failure(message, caught.loc, caught.hint);
  throw Error(message, caught.loc, caught.hint);
}

}  // namespace mase
