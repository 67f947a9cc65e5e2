// The registry and its registrar: names, kinds, rules, and errors with the nearest name.
#include "loader/registry.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "loader/elf_file.h"
#include "loader/registrar.h"
#include "mase/plugin.h"
#include "support/scratch.h"

using Catch::Matchers::Contains;
using mase::Chosen;

namespace {

struct Wheel final : mase::Component {
  static constexpr const char* kKind = "wheel";
  struct Config {
    int spokes = 8;
    static void schema(mase::Schema<Config>& s) { s.field("spokes", &Config::spokes, "how many").range(3, 99); }
  };
  explicit Wheel(Config c) : config(c) {
    if (c.spokes == 13) throw std::runtime_error("thirteen");
    if (c.spokes == 14) throw 14;
  }
  Config config;
};
struct Bell final : mase::Component {
  static constexpr const char* kKind = "bell";
};
struct Silent final : mase::Component {
  static constexpr const char* kKind = "bell";
  struct Inner {
    int depth = 0;
    static void schema(mase::Schema<Inner>& s) { s.field("depth", &Inner::depth, ""); }
  };
  struct Config {
    std::vector<Inner> inner;
    static void schema(mase::Schema<Config>& s) { s.field("inner", &Config::inner, "documented, but not inside"); }
  };
  explicit Silent(Config) {}
};

void register_bike(mase::Registrar& r) {
  r.add<Wheel>("bike.wheel", "Turns");
  r.add<Bell>("bike.bell", "Rings");
}
constexpr MaseManifest kBike{sizeof(MaseManifest), MASE_API_MAJOR, MASE_API_MINOR, "bike", "1.0.0", "A bike",
                             register_bike};

std::string refusal(const std::function<void(mase::Registrar&)>& call) {
  mase::StagingRegistrar registrar("bike");
  try {
    call(registrar);
  } catch (const mase::Error& e) {
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("components are found by name and listed by kind, sorted") {
  mase::Registry registry;
  registry.load_builtin(kBike);
  CHECK(registry.kinds() == std::vector<std::string>{"bell", "wheel"});
  REQUIRE(registry.all().size() == 2);
  CHECK(registry.all()[0]->name == "bike.bell");
  CHECK(registry.list("wheel").at(0)->plugin == "bike");
  CHECK(registry.list("saddle").empty());
  CHECK(registry.find("bike.saddle") == nullptr);
  CHECK_THROWS_WITH(registry.load_builtin(kBike), Contains("'bike.wheel' is already provided by plugin 'bike'"));
}

TEST_CASE("create checks name, kind and fields, with places") {
  mase::Registry registry;
  registry.load_builtin(kBike);
  const auto wheel = std::dynamic_pointer_cast<Wheel>(registry.create("wheel", Chosen("bike.wheel", {{"spokes", 5}})));
  REQUIRE(wheel);
  CHECK(wheel->config.spokes == 5);
  const mase::Loc loc{"r.yaml", 3, 7};
  CHECK_THROWS_WITH(registry.create("wheel", Chosen("bike.whele", {}, loc)),
                    Contains("r.yaml:3:7: no component 'bike.whele', did you mean 'bike.wheel'?"));
  CHECK_THROWS_WITH(registry.create("wheel", Chosen("bike.bell", {}, loc)),
                    Contains("r.yaml:3:7: 'bike.bell' is of kind bell, expected one of kind wheel"));
  CHECK_THROWS_WITH(registry.create("wheel", Chosen("bike.wheel", {{"spokes", 1}})),
                    Contains("'spokes' is 1") && Contains("[3, 99]"));
  CHECK_THROWS_WITH(registry.create("bell", Chosen("bike.bell", {{"loud", true}})), Contains("unknown key 'loud'"));
}

TEST_CASE("what a constructor throws becomes an Error that names the component") {
  mase::Registry registry;
  registry.load_builtin(kBike);
  CHECK_THROWS_WITH(registry.create("wheel", Chosen("bike.wheel", {{"spokes", 13}})),
                    Contains("bike.wheel: its code failed: thirteen") && Contains("defect of the plugin 'bike'"));
  CHECK_THROWS_WITH(registry.create("wheel", Chosen("bike.wheel", {{"spokes", 14}})), Contains("not an exception"));
}

TEST_CASE("guard keeps places, names steps once, and lets an interrupt through") {
  const auto text = [](const std::string& step, const std::function<void()>& call) {
    try {
      mase::guard("bike.wheel", step, call);
    } catch (const mase::Error& e) {
      return std::string(e.what());
    }
    return std::string("nothing");
  };
  const mase::Loc loc{"r.yaml", 3, 7};
  CHECK(text("", [&] { throw mase::Error("flat", loc, "pump"); }) == "r.yaml:3:7: bike.wheel: flat (pump)");
  CHECK(text("ride", [&] { throw mase::Error("flat", loc); }) == "r.yaml:3:7: step 'ride' (bike.wheel): flat");
  CHECK(text("ride", [&] { mase::guard("bike.wheel", "ride", [&] { throw mase::Error("flat"); }); }) ==
        "step 'ride' (bike.wheel): flat");
  CHECK(text("", [] { throw std::runtime_error("bad\nException raised from x at y.cpp:3\nframe #0"); }).find("frame") ==
        std::string::npos);
  CHECK(text("", [] {}) == "nothing");
  CHECK_THROWS_AS(mase::guard("bike.wheel", "", [] { throw mase::Cancelled(); }), mase::Cancelled);
}

TEST_CASE("the registrar refuses what breaks a rule") {
  CHECK(refusal([](auto& r) { r.template add<Wheel>("bike.wheel", "Turns"); }) == "accepted");
  CHECK_THAT(refusal([](auto& r) { r.template add<Wheel>("bike.wheel", ""); }),
             Contains("'bike.wheel' has no sentence"));
  CHECK_THAT(refusal([](auto& r) { r.template add<Wheel>("car.wheel", "Turns"); }),
             Contains("'car.wheel' is outside") && Contains("'bike.'"));
  CHECK_THAT(refusal([](auto& r) { r.template add<Wheel>("wheel", "Turns"); }), Contains("outside"));
  for (const char* bad : {"bike.", "bike.Wheel", "bike.wh eel", "bike.1wheel", "bike.front.wheel",
                          "bike.r\xc3\xa4"
                          "der"})
    CHECK_THAT(refusal([&](auto& r) { r.template add<Wheel>(bad, "Turns"); }), Contains("is not usable"));
  CHECK_THAT(refusal([](auto& r) { r.template add<Silent>("bike.silent", "Says little"); }),
             Contains("field 'bike.silent.inner.depth' has no sentence"));
  CHECK_THAT(refusal([](auto& r) {
               r.template add<Wheel>("bike.wheel", "Turns");
               r.template add<Bell>("bike.wheel", "Rings");
             }),
             Contains("registered twice"));
}

TEST_CASE("a manifest that cannot be used is refused") {
  mase::Registry registry;
  MaseManifest m = kBike;
  m.struct_size = 8;
  CHECK_THROWS_WITH(registry.load_builtin(m), Contains("8 bytes"));
  m = kBike, m.api_major = 9;
  CHECK_THROWS_WITH(registry.load_builtin(m), Contains("mase API 9."));
  for (const char* bad : {"", "Bike", "my-bike", "9bike", "bike.x"}) {
    m = kBike, m.name = bad;
    CHECK_THROWS_WITH(registry.load_builtin(m), Contains("its name is '" + std::string(bad) + "'"));
  }
  m = kBike, m.doc = "";
  CHECK_THROWS_WITH(registry.load_builtin(m), Contains("does not say"));
}

TEST_CASE("tags are compared part by part") {
  const std::string host = "mase_abi:api0.1:cxxabi1017:cxx11_1:std202002L:torch2.15:debug0:assert0:sanitizer_none";
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string tag = host;
    return mase::abi_difference(tag.replace(tag.find(from), from.size(), to), host);
  };
  CHECK(mase::abi_difference(host, host).empty());
  CHECK(with("torch2.15", "torch2.14") == "LibTorch 2.14, this mase has 2.15");
  CHECK(with("cxx11_1", "cxx11_0") == "_GLIBCXX_USE_CXX11_ABI 0, this mase has 1");
  CHECK(with("debug0:assert0", "debug1:assert1") == "debug mode 1, this mase has 0; assertions 1, this mase has 0");
  CHECK(with("sanitizer_none", "sanitizer_address") == "sanitizer address, this mase has none");
  CHECK(with(":sanitizer_none", "") == "the form of the tag");
}

TEST_CASE("plugin folders: the command line, then MASE_PLUGIN_PATH, then beside the program") {
  const test::Scratch folder;
  ::setenv("MASE_PLUGIN_PATH", "/one::/two", 1);
  const auto folders = mase::plugin_folders({folder.path().string()});
  ::unsetenv("MASE_PLUGIN_PATH");
  REQUIRE(folders.size() >= 3);
  CHECK(folders[0] == folder.path().string());
  CHECK(folders[1] == "/one");
  CHECK(folders[2] == "/two");
  CHECK_THROWS_WITH(mase::plugin_folders({folder.file("absent")}), Contains("no such folder"));
}
