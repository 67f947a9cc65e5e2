// Hostile plugin files: each is refused with its own sentence, and the rest goes on without it.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "loader/elf_file.h"
#include "loader/library.h"
#include "loader/registry.h"
#include "mase/abi.h"
#include "support/scratch.h"

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

std::string plugin(const std::string& name) { return test::built("tests/abi_plugins/" + name + ".so"); }

std::string refusal(const std::string& file) {
  try {
    mase::Library::open(file);
  } catch (const mase::Error& e) {
    return e.what();
  }
  return "accepted";
}

// A folder with copies of some of the plugins.
void copy_to(const test::Scratch& folder, const std::vector<std::string>& names) {
  for (const auto& name : names) fs::copy_file(plugin(name), folder.file(name + ".so"));
}

std::string note_of(const mase::Registry& registry, const std::string& name) {
  for (const auto& note : registry.notes())
    if (fs::path(note.file).filename() == name) return note.text;
  return "";
}

}  // namespace

TEST_CASE("what is not a readable file is refused without opening it") {
  const test::Scratch folder;
  CHECK_THAT(refusal(folder.file("absent.so")), Contains("no such file"));
  CHECK_THAT(refusal(folder.write("empty.so", "")), Contains("an empty file"));
  fs::create_directory(folder.file("folder.so"));
  CHECK_THAT(refusal(folder.file("folder.so")), Contains("a directory, not a file"));
  REQUIRE(::mkfifo(folder.file("fifo.so").c_str(), 0600) == 0);
  CHECK_THAT(refusal(folder.file("fifo.so")), Contains("a FIFO, not a file"));
  CHECK_THAT(refusal("/dev/zero"), Contains("a device, not a file"));
  fs::create_symlink("nowhere", folder.file("dangling.so"));
  CHECK_THAT(refusal(folder.file("dangling.so")), Contains("a link that leads nowhere"));
  fs::create_symlink("loop.so", folder.file("loop.so"));
  CHECK_THAT(refusal(folder.file("loop.so")), Contains("a link that leads nowhere"));
}

TEST_CASE("what is not an x86-64 shared library is refused by its header") {
  const test::Scratch folder;
  CHECK_THAT(refusal(folder.write("text.so", "hello, I am a plugin\n")), Contains("no ELF magic"));
  CHECK_THAT(refusal(folder.write("short.so",
                                  "\x7f"
                                  "EL")),
             Contains("no ELF magic"));
  const std::string good = test::read_bytes(plugin("good"));
  const auto changed = [&](size_t at, char byte) {
    std::string bytes = good;
    bytes.at(at) = byte;
    return refusal(folder.write("changed.so", bytes));
  };
  CHECK_THAT(refusal(folder.write("cut.so", good.substr(0, 40))),
             Contains("truncated: 40 bytes end inside the ELF header"));
  CHECK_THAT(changed(4, 1), Contains("not a 64-bit library"));
  CHECK_THAT(changed(5, 2), Contains("not a little-endian library"));
  CHECK_THAT(changed(18, 40), Contains("another machine (ELF machine 40"));
  CHECK_THAT(changed(16, 1), Contains("not a shared library (ELF type 1)"));
  CHECK_THAT(changed(20, 9), Contains("unknown version"));
}

TEST_CASE("truncated files and forged section tables are refused by bounds") {
  const test::Scratch folder;
  const std::string good = test::read_bytes(plugin("good"));
  for (const size_t size : {good.size() - 1, good.size() / 2, good.size() / 10})
    CHECK_THAT(refusal(folder.write("cut.so", good.substr(0, size))), Contains("truncated"));
  const auto forged = [&](size_t at, const std::string& bytes) {
    std::string copy = good;
    copy.replace(at, bytes.size(), bytes);
    return refusal(folder.write("forged.so", copy));
  };
  const std::string ones(8, '\xff');
  CHECK_THAT(forged(0x28, ones), Contains("beyond the end of the file"));  // e_shoff
  CHECK_THAT(forged(0x28, std::string(8, '\0')), Contains("has no section table"));
  CHECK_THAT(forged(0x3a, std::string("\x28\0", 2)), Contains("section entries of 40 bytes"));  // e_shentsize
  CHECK_THAT(forged(0x3c, "\xff\xff"), Contains("beyond the end of the file"));                 // e_shnum
  CHECK_THAT(forged(0x3e, "\xff\xff"), Contains("no table of section names"));                  // e_shstrndx
  uint64_t table = 0;
  std::memcpy(&table, good.data() + 0x28, 8);
  uint16_t names = 0;
  std::memcpy(&names, good.data() + 0x3e, 2);
  CHECK_THAT(forged(table + 64 * names + 0x20, ones),
             Contains("beyond the end of the file"));  // sh_size of the names
  CHECK_THAT(forged(table + 64 * names + 0x20, std::string(8, '\0')), Contains("names has 0 bytes"));
  CHECK_THAT(forged(table + 64, "\xff\xff\xff\xff"), Contains("outside the table of names"));  // sh_name
  CHECK_THAT(forged(0x20, ones), Contains("no segment table"));                                // e_phoff
  CHECK_THAT(forged(0x38, std::string("\1\0", 2)), Contains("contradict each other"));         // e_phnum
}

TEST_CASE("another ABI is refused with both tags and what differs, and never run") {
  const std::string torch = refusal(plugin("other_torch"));  // its constructor would hang
  CHECK_THAT(torch, Contains("LibTorch 9.9, this mase has 2."));
  CHECK_THAT(torch, Contains(":torch9.9:"));
  CHECK_THAT(torch, Contains(MASE_ABI_TAG));
  CHECK_THAT(refusal(plugin("other_api")), Contains("mase API 77.0, this mase has 0.1"));
  CHECK_THAT(refusal(plugin("no_tag")), Contains("not a mase plugin: it carries no ABI tag"));
  CHECK_THAT(refusal(plugin("not_a_plugin")), Contains("not a mase plugin"));
}

TEST_CASE("with the right tag, the manifest must fit") {
  CHECK_THAT(refusal(plugin("no_manifest")), Contains("no manifest"));
  CHECK_THAT(refusal(plugin("old_manifest")), Contains("built for mase API 1.0, this mase has 0.1"));
  const std::string missing = refusal(plugin("missing_symbol"));
  CHECK_THAT(missing, Contains("cannot be loaded"));
  CHECK_THAT(missing, Contains("acme::scan(char const*)"));
  CHECK(refusal(plugin("good")) == "accepted");
}

TEST_CASE("a refused plugin leaves nothing behind and the others work") {
  const test::Scratch folder;
  copy_to(folder, {"good", "throws", "throws_number", "duplicate", "missing_symbol", "other_torch"});
  folder.write("text.so", "text");
  folder.write("notes.txt", "not considered");
  folder.write("good/inner.so", "files of a plugin lie in sub-folders, which are not searched");
  mase::Registry registry;
  registry.load_folders({folder.path().string(), folder.file("absent")});
  REQUIRE(registry.plugins().size() == 1);
  CHECK(registry.plugins()[0].components == std::vector<std::string>{"good.thing"});
  CHECK(registry.all().size() == 1);
  CHECK(registry.notes().size() == 7);
  CHECK_THAT(note_of(registry, "throws.so"), Contains("its code failed: the table of contents is torn"));
  CHECK_THAT(note_of(registry, "throws_number.so"), Contains("not an exception"));
  CHECK_THAT(note_of(registry, "duplicate.so"), Contains("'duplicate.thing' is registered twice"));
  CHECK_THAT(note_of(registry, "missing_symbol.so"), Contains("undefined symbol"));
  CHECK_THAT(note_of(registry, "absent"), Contains("cannot be searched"));
  CHECK_THROWS_WITH(registry.at("throws.first"), Contains("no component 'throws.first'") && Contains("was refused"));
}

TEST_CASE("the first of two plugins with one name shadows the second") {
  const test::Scratch first, second;
  copy_to(first, {"good"});
  copy_to(second, {"twin"});
  mase::Registry registry;
  registry.load_folders({first.path().string(), second.path().string(), first.path().string()});
  REQUIRE(registry.plugins().size() == 1);
  CHECK(registry.find("good.thing"));
  CHECK_FALSE(registry.find("good.other"));
  REQUIRE(registry.notes().size() == 1);  // the folder that is on the path twice is no news
  CHECK_FALSE(registry.notes()[0].error);
  CHECK_THAT(registry.notes()[0].text, Contains("plugin 'good' is shadowed by " + first.file("good.so")));
  mase::Registry reversed;
  reversed.load_folders({second.path().string(), first.path().string()});
  CHECK(reversed.find("good.other"));
}
