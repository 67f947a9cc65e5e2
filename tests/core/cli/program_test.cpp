// The program from outside: arguments, messages, exit statuses, JSON.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <sstream>

#include "mase/value.h"
#include "mase_program.h"
#include "support/fake_context.h"
#include "support/scratch.h"

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

// The same in another working directory.
mase::cli::ProcessResult mase_in(const fs::path& folder, const std::string& arguments) {
  return mase::cli::run_process(
      {"/bin/sh", "-c", "cd " + folder.string() + " && " + test::built("bin/mase") + " " + arguments}, 120);
}

}  // namespace

TEST_CASE("wrong arguments get one line with the nearest name, and status 2") {
  const auto refused = [](std::vector<std::string> arguments) {
    const auto r = test::mase_program(std::move(arguments));
    CHECK(r.status == 2);
    CHECK(std::count(r.output.begin(), r.output.end(), '\n') == 1);
    return r.output;
  };
  CHECK_THAT(refused({"lsit"}), Contains("no command 'lsit', did you mean 'list'?"));
  CHECK_THAT(refused({"list", "--jsn"}), Contains("unknown option '--jsn', did you mean '--json'?"));
  CHECK_THAT(refused({"list", "a", "b"}), Contains("'b' is one argument too many"));
  CHECK_THAT(refused({"describe"}), Contains("NAME is required"));
  CHECK_THAT(refused({"run", "r.yaml", "--threads", "many"}), Contains("--threads is 'many', expected an integer"));
  CHECK_THAT(refused({"run", "r.yaml", "--threads", "0"}),
             Contains("--threads is '0', expected an integer in [1, 1024]"));
  CHECK_THAT(refused({"run", "r.yaml", "--out", ""}), Contains("--out: the name of the folder is empty"));
  CHECK_THAT(refused({"run", "r.yaml", "--from", ""}), Contains("--from: the name of the step is empty"));
  CHECK_THAT(refused({"run", "r.yaml", "--resume", "--from", "a"}), Contains("--resume together with --from"));
  CHECK_THAT(refused({"run", "r.yaml", "--set", "epochs"}), Contains("--set epochs: expected name=value"));
  CHECK_THAT(refused({"--plugins", "/nowhere", "list"}), Contains("--plugins /nowhere: no such folder"));
  CHECK_THAT(refused({"list", "-q", "-v"}), Contains("--quiet"));
  CHECK_THAT(refused({}), Contains("no command given"));
}

TEST_CASE("help and versions are no errors") {
  CHECK(test::mase_program({"--help"}).status == 0);
  const auto help = test::mase_program({"run", "--help"});
  CHECK(help.status == 0);
  CHECK_THAT(help.output, Contains("mase run") && Contains("--resume") && !Contains("--workers"));
  const auto version = test::mase_program({"--version"});
  CHECK(version.status == 0);
  for (const char* what : {"mase ", "libtorch", "verilator", "yosys"}) CHECK_THAT(version.output, Contains(what));
  CHECK(mase::Value::parse_json(test::mase_program({"--version", "--json"}).output, "").as_map().find("libtorch"));
}

TEST_CASE("list is sorted and aligned, in JSON complete") {
  const auto r = test::mase_program({"list", "--plugins", test::built("tests/lifetime_plugins"), "keeper"});
  CHECK(r.status == 0);
  CHECK(r.output == "keeper.object  An object\n");
  const auto json = mase::Value::parse_json(test::mase_program({"-q", "--json", "list"}).output, "");
  std::string before;
  for (const auto& item : json.as_list()) {
    const auto& name = item.as_map().at("name").as_string();
    CHECK(before < name);
    before = name;
    CHECK_FALSE(item.as_map().at("doc").as_string().empty());
  }
  const auto unknown = test::mase_program({"list", "fromat"});
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.output, Contains("no component kind 'fromat'"));
}

TEST_CASE("describe shows the fields of a component and of a plugin's table of contents") {
  const std::string plugins = test::built("tests/lifetime_plugins");
  const auto r = test::mase_program({"describe", "keeper.object", "--plugins", plugins});
  CHECK(r.status == 0);
  CHECK_THAT(r.output, Contains("An object") && Contains("number  integer  0") && Contains("tells one from another"));
  const auto json = mase::Value::parse_json(
      test::mase_program({"describe", "keeper.object", "--json", "--plugins", plugins}).output, "");
  const auto& field = json.as_map().at("fields").as_list().at(0).as_map();
  CHECK(field.at("name") == mase::Value("number"));
  CHECK(field.at("default") == mase::Value(0));
  CHECK_THAT(test::mase_program({"describe", "keeper", "--plugins", plugins}).output, Contains("plugin keeper 1.0.0"));
  const auto unknown = test::mase_program({"describe", "keeper.objekt", "--plugins", plugins});
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.output, Contains("did you mean 'keeper.object'?"));
}

TEST_CASE("output that cannot be written is a failure") {
  const test::Scratch folder;
  const std::string recipe = folder.write("r.yaml",
                                          "mase: 1\nmodel: {use: models.mlp, with: {layers: [2, 2]}}\nsteps:\n"
                                          "  - {use: cost.parameters}\n");
  const std::string run = " run " + recipe + " --out " + folder.file("run");
  REQUIRE(mase_in(folder.path(), run).status == 0);
  for (const std::string& command :
       {std::string("list"), std::string("--help"), "check " + recipe, "check --json " + recipe, run,
        "compare " + folder.file("run"), "compare --json " + folder.file("run")}) {
    INFO(command);
    const auto r = mase_in(folder.path(), command + " > /dev/full");
    CHECK(r.status == 1);
    CHECK_THAT(r.output, Contains("cannot write to stdout"));
  }
}

TEST_CASE("docs writes the same bytes twice and removes only its own stale pages") {
  const test::Scratch folder;
  const std::string plugins = test::built("tests/lifetime_plugins");
  REQUIRE(test::mase_program({"docs", folder.file("docs"), "--plugins", plugins}).status == 0);
  const std::string page = test::read_bytes(folder.file("docs/keeper.object.md"));
  CHECK_THAT(page, Contains("# keeper.object") && Contains("| `number` | integer | `0` | tells one from another |"));
  CHECK_THAT(test::read_bytes(folder.file("docs/README.md")), Contains("[keeper.object](keeper.object.md)"));
  folder.write("docs/mine.md", "hand-written\n");
  folder.write("docs/old.page.md", page);
  REQUIRE(test::mase_program({"docs", folder.file("docs"), "--plugins", plugins}).status == 0);
  CHECK(test::read_bytes(folder.file("docs/keeper.object.md")) == page);
  CHECK(fs::exists(folder.file("docs/mine.md")));
  CHECK_FALSE(fs::exists(folder.file("docs/old.page.md")));
}

TEST_CASE("docs replaces no page that it did not write, and then writes none") {
  const test::Scratch folder;
  for (const char* name : {"README.md", "keeper.object.md"}) {
    const std::string file = folder.write("docs/" + std::string(name), "# Mine\n");
    const auto r =
        test::mase_program({"docs", folder.file("docs"), "--plugins", test::built("tests/lifetime_plugins")});
    CHECK(r.status == 2);
    CHECK_THAT(r.output, Contains(file + " exists and was not written by mase docs"));
    CHECK(test::read_bytes(file) == "# Mine\n");
    CHECK(std::distance(fs::directory_iterator(folder.file("docs")), {}) == 1);
    fs::remove(file);
  }
}

TEST_CASE("a component of a refused plugin is not merely unknown, however near another name is") {
  const test::Scratch folder;
  folder.write("plugins/quanto.so", "no library");
  const std::string recipe =
      folder.write("r.yaml",
                   "mase: 1\nplugins: {quanto: '>=1'}\nmodel: {use: models.mlp, with: {layers: [2, 2]}}\nsteps:\n"
                   "  - {use: quanto.quantize, with: {format: {use: quanto.integer}}}\n");
  const auto r = test::mase_program({"check", recipe, "--plugins", folder.file("plugins"), "-q"});
  CHECK(r.status == 2);
  CHECK_THAT(r.output, Contains(":2:19: needs the plugin 'quanto' >=1, which was refused"));
  CHECK_THAT(r.output, Contains(":5:11: no component 'quanto.quantize' (") && Contains("quanto.so was refused: "));
  const auto described = test::mase_program({"describe", "quanto.integer", "--plugins", folder.file("plugins"), "-q"});
  CHECK_THAT(described.output, Contains("quanto.so was refused: "));
}

TEST_CASE("describe keeps wide types and defaults in their columns") {
  const auto r = test::mase_program({"describe", "quant.integer", "-q"});
  std::istringstream lines(r.output);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    const size_t words = line.find_last_not_of(' ', line.rfind("  "));  // before the last column
    CHECK((words == line.npos || words < 120));
  }
}

namespace {

void collect_refs(const mase::Value& v, std::set<std::string>& refs) {
  if (v.is_list())
    for (const auto& item : v.as_list()) collect_refs(item, refs);
  if (v.is_map())
    for (const auto& e : v.as_map()) {
      if (e.key == "$ref" && e.value.is_string()) refs.insert(e.value.as_string());
      collect_refs(e.value, refs);
    }
}

}  // namespace

TEST_CASE("the schema's references all lead somewhere, and it knows every component's fields") {
  const auto schema = mase::Value::parse_json(test::mase_program({"-q", "schema"}).output, "");
  const mase::Map& definitions = schema.as_map().at("$defs").as_map();
  std::set<std::string> refs;
  collect_refs(schema, refs);
  CHECK(refs.size() > 5);
  for (const auto& ref : refs) {
    INFO(ref);
    REQUIRE(ref.starts_with("#/$defs/"));
    CHECK(definitions.find(ref.substr(8)));
  }
  const std::string steps = definitions.at("step").json();
  const auto list = mase::Value::parse_json(test::mase_program({"-q", "--json", "list"}).output, "");
  for (const auto& item : list.as_list()) {
    const std::string& name = item.as_map().at("name").as_string();
    const std::string& kind = item.as_map().at("kind").as_string();
    INFO(name);
    if (kind == "pass" || kind == "runner") CHECK_THAT(steps, Contains('"' + name + '"'));
    const mase::Value* fields = definitions.find(name + ":with");
    const mase::Fields* own = test::registry().at(name).fields;
    if (!fields || !own) continue;  // without fields, or of a kind that no recipe names
    for (const auto& field : own->all()) CHECK(fields->as_map().at("properties").as_map().find(field.info.name));
  }
}

TEST_CASE("new-plugin refuses bad names, unknown kinds and what exists") {
  const test::Scratch folder;
  const auto refused = [&](const std::string& arguments) {
    const auto r = mase_in(folder.path(), "new-plugin " + arguments);
    CHECK(r.status == 2);
    return r.output;
  };
  CHECK_THAT(refused("Acme"), Contains("'Acme' is no name for a plugin"));
  CHECK_THAT(refused("../acme"), Contains("is no name"));
  CHECK_THAT(refused("acme --kind pas"), Contains("no plugin kind 'pas', did you mean 'pass'?"));
  CHECK_THAT(refused("acme --kind common"), Contains("no plugin kind 'common'"));
  folder.write("acme/x", "");
  CHECK_THAT(refused("acme"), Contains("'acme' exists already"));
  CHECK_THAT(refused("keeper --plugins " + test::built("tests/lifetime_plugins")),
             Contains("there is a plugin 'keeper' already"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);  // nothing half-made
  const auto unwritable = mase_in("/proc", "new-plugin acme");
  CHECK(unwritable.status == 2);
  CHECK_THAT(unwritable.output, Contains("cannot make the folder 'acme' in /proc: ") && !Contains("filesystem error"));
}

TEST_CASE("new-plugin writes a whole project of every kind") {
  const test::Scratch folder;
  for (const char* kind : {"pass", "op", "format", "dataset", "model", "runner", "sampler", "pick", "generator"}) {
    const std::string name = std::string("my_") + kind;
    INFO(kind);
    const auto r = mase_in(folder.path(), "new-plugin " + name + " --kind " + kind + " --json");
    REQUIRE(r.status == 0);
    const auto made = mase::Value::parse_json(r.output, "");
    for (const auto& file : made.as_map().at("files").as_list()) {
      const std::string text = test::read_bytes(folder.file(file.as_string()));
      CHECK_FALSE(text.empty());
      CHECK_THAT(text, !Contains("%NAME%") && !Contains("%COMPONENT%") && !Contains("%FILES%"));
    }
    CHECK_THAT(test::read_bytes(folder.file(name + "/CMakeLists.txt")), Contains("mase_plugin(" + name + " SOURCES "));
    CHECK(fs::exists(folder.file(name + "/README.md")));
    CHECK(std::distance(fs::directory_iterator(folder.file(name + "/recipes")), {}) == 2);
  }
}

TEST_CASE("test counts, says why, and fails when a test does") {
  const test::Scratch folder;
  folder.write("good.yaml", "# RUN: list\n# EXPECT-NOT: segfault\n# EXPECT-STATUS: 0\n# EXPECT: o\n");
  folder.write("error.yaml", "# RUN: lsit\n# EXPECT-ERROR: did you mean 'list'\n");
  folder.write("skipped.yaml", "# RUN: list\n# NEEDS: no-such-program\n# EXPECT: x\n");
  folder.write("sub/part.yaml", "not a test\n");
  const std::vector<std::string> command{"test", folder.path().string(), "--plugins",
                                         test::built("tests/lifetime_plugins")};
  const auto good = test::mase_program(command);
  CHECK(good.status == 0);
  CHECK_THAT(good.output, Contains("2 passed, 0 failed, 1 skipped") && Contains("SKIP: ") &&
                              Contains("'no-such-program' is absent"));
  folder.write("bad.yaml", "# RUN: list\n# EXPECT: no-such-text\n");
  folder.write("silent.yaml", "mase: 1\n");
  const auto bad = test::mase_program(command);
  CHECK(bad.status == 1);
  CHECK_THAT(bad.output, Contains("2 passed, 2 failed, 1 skipped") && Contains("did not print 'no-such-text'") &&
                             Contains("expects nothing"));
  CHECK(test::mase_program({"test", folder.file("sub/none")}).status == 2);
}
