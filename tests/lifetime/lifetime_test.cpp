// Objects that outlive their registry: the library stays until the last of them is gone, and goes then.
#include <dlfcn.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "loader/library.h"
#include "loader/registry.h"
#include "support/scratch.h"

namespace {

std::string folder() { return test::built("tests/lifetime_plugins"); }

// Whether the dynamic linker has the plugin in memory; does not keep it there.
bool in_memory() {
  void* handle = ::dlopen((folder() + "/keeper.so").c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (handle) ::dlclose(handle);
  return handle != nullptr;
}

void tell_journal(std::vector<std::string>* journal) {
  void* handle = ::dlopen((folder() + "/keeper.so").c_str(), RTLD_NOW | RTLD_NOLOAD);
  REQUIRE(handle);
  reinterpret_cast<void (*)(std::vector<std::string>*)>(::dlsym(handle, "set_journal"))(journal);
  ::dlclose(handle);
}

mase::Chosen keeper(int number) { return {"keeper.object", {{"number", number}}}; }

}  // namespace

// Runs before the test that loads the plugin for good.
TEST_CASE("an object keeps its library, which goes right after it") {
  std::vector<std::string> journal;
  std::shared_ptr<mase::Component> one, two;
  {
    mase::Registry registry(mase::Unload::with_last_object);
    registry.load_folders({folder()});
    tell_journal(&journal);
    one = registry.create("keeper", keeper(1));
    two = registry.create("keeper", keeper(2));
    one.reset();
    CHECK(journal == std::vector<std::string>{"object 1"});
  }
  CHECK(in_memory());  // the registry is gone, the object is not
  CHECK(journal.size() == 1);
  two.reset();
  CHECK(journal == std::vector<std::string>{"object 1", "object 2", "library"});
  CHECK_FALSE(in_memory());
}

TEST_CASE("a registry without objects takes its libraries with it") {
  {
    mase::Registry registry(mase::Unload::with_last_object);
    registry.load_folders({folder()});
    CHECK(in_memory());
  }
  CHECK_FALSE(in_memory());
}

TEST_CASE("shared components belong to their thread and end with it") {
  std::vector<std::string> journal;
  {
    mase::Registry registry(mase::Unload::with_last_object);
    registry.load_folders({folder()});
    tell_journal(&journal);
    std::thread([&] {
      const auto first = registry.shared("keeper", keeper(7));
      CHECK(first == registry.shared("keeper", keeper(7)));
      CHECK(first != registry.shared("keeper", keeper(8)));
      CHECK(first != registry.create("keeper", keeper(7)));
    }).join();
    CHECK(std::count(journal.begin(), journal.end(), "object 7") == 2);  // the shared one, and the one that was made
    CHECK(std::count(journal.begin(), journal.end(), "object 8") == 1);
    std::shared_ptr<mase::Component> elsewhere;
    std::thread([&] { elsewhere = registry.shared("keeper", keeper(9)); }).join();
    CHECK(elsewhere != registry.shared("keeper", keeper(9)));
    tell_journal(nullptr);
  }
  CHECK(in_memory());  // this thread still shares number 9
}

TEST_CASE("product libraries stay, whatever becomes of their objects") {
  {
    mase::Registry registry;
    registry.load_folders({folder()});
    registry.create("keeper", keeper(3));
  }
  CHECK(in_memory());
}
