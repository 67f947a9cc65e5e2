// Examples that `describe` and the manual show: what they say is accepted.
#include "cli/field_text.h"

#include <catch2/catch.hpp>

#include "support/scratch.h"

using namespace mase;

namespace {

// The components of the built plugins.
Registry& built() {
  static Registry* registry = [] {
    auto* r = new Registry;
    r->load_folders({test::built("lib/mase/plugins")});
    return r;
  }();
  return *registry;
}

}  // namespace

TEST_CASE("every component accepts the fields of its example") {
  REQUIRE(built().find("quant.quantize"));
  for (const ComponentInfo* info : built().all()) {
    const Problems problems = info->check(cli::example_with(*info, built()));
    INFO(cli::example_text(*info, built()));
    CHECK((problems.empty() ? "" : problems.front().what()) == std::string());
  }
}

TEST_CASE("a component that needs one of several fields gets one in its example") {
  const ComponentInfo& info = built().at("quant.quantize");
  REQUIRE_FALSE(info.check(Map{}).empty());
  const Map with = cli::example_with(info, built());
  REQUIRE(with.size() == 1);
  CHECK(with.begin()->key == "format");
  CHECK(built().at(with.at("format").as_string()).kind == "format");
  CHECK(cli::example_text(info, built()) ==
        "- use: quant.quantize\n  with: {format: " + with.at("format").as_string() + "}\n");
}

TEST_CASE("a pass without metrics has none, whatever fields it needs; one with metrics shows them") {
  std::string why;
  CHECK(cli::metrics_of(built(), built().at("quant.quantize"), &why).empty());
  CHECK(cli::metrics_of(built(), built().at("report.plot"), &why).empty());
  CHECK(why.empty());
  const auto metrics = cli::metrics_of(built(), built().at("cost.parameters"), &why);
  REQUIRE(metrics.size() == 1);
  CHECK(metrics[0].name == "parameters");
}
