// analysis.draw: the SVG is well formed, has every node and every edge, and says what the graph says.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <regex>

#include "plugins/analysis/draw_dot.h"
#include "support/small_graph.h"

using namespace mase;

namespace {

bool shows(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

bool installed() {
  if (std::system("dot -V >/dev/null 2>&1") == 0) return true;
  std::cout << "SKIP: Graphviz is not installed\n";
  return false;
}

std::string svg_of(Graph& g, Map with = {}) {
  const test::TempDir folder;
  test::FakeContext context(&g);
  context.folder = folder.path();
  test::registry().create<Pass>(Chosen("analysis.draw", std::move(with)))->run(g, context);
  CHECK_FALSE(std::filesystem::exists(folder / "out/graph.svg.tmp"));
  return test::file_text(folder / "out/graph.svg");
}

// Elements nest, attributes are quoted, text holds no bare markup: what every XML reader insists on.
bool well_formed(const std::string& xml) {
  static const std::regex entity("&(amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);");
  static const std::regex tag(R"(^(/?)([A-Za-z:]+)((\s+[\w:-]+="[^"<]*")*)\s*(/?)$)");
  std::vector<std::string> open;
  for (size_t i = 0; i < xml.size();) {
    if (xml[i] == '&') {
      std::smatch m;
      const std::string rest = xml.substr(i, 12);
      if (!std::regex_search(rest, m, entity, std::regex_constants::match_continuous)) return false;
    }
    if (xml[i] != '<') {
      ++i;
      continue;
    }
    const bool comment = xml.compare(i, 4, "<!--") == 0;
    const size_t end = comment ? xml.find("-->", i) : xml.find('>', i);
    if (end == xml.npos) return false;
    const std::string inside = xml.substr(i + 1, end - i - 1);
    i = end + 1;
    if (comment || inside[0] == '?' || inside[0] == '!') continue;
    std::smatch m;
    if (!std::regex_match(inside, m, tag)) return false;
    if (m[1].length()) {
      if (open.empty() || open.back() != m[2]) return false;
      open.pop_back();
    } else if (!m[5].length()) {
      open.push_back(m[2]);
    }
  }
  return open.empty();
}

}  // namespace

TEST_CASE("analysis.draw has one title per node, one edge per argument, and the formats") {
  if (!installed()) return;
  Graph g = test::small_graph();
  test::quantize(g, {{"weight", test::fixed(8, 4)}, {"data_in", test::fixed(6, 2)}}, {"fc1"});
  const std::string svg = svg_of(g);
  CHECK(well_formed(svg));
  CHECK_FALSE(well_formed(svg.substr(0, svg.size() / 2)));
  CHECK(count(svg, "class=\"node\"") == 5);
  CHECK(count(svg, "class=\"edge\"") == 4);
  for (const Node* node : g.nodes()) CHECK(count(svg, "<title>" + node->name + "</title>") == 1);
  CHECK(shows(svg, "linear [1, 8]"));
  CHECK(shows(svg, "weight [8, 16]: integer Q4.4"));
  CHECK(shows(svg, "data_in_0: integer Q4.2"));
  CHECK(shows(svg, "weight [5, 8]"));
  CHECK(count(svg, ">[1, 8]<") == 2);  // labels of fc1 -> relu1 -> fc2
}

TEST_CASE("analysis.draw leaves out what it is told to") {
  if (!installed()) return;
  Graph g = test::small_graph();
  test::quantize(g, {{"weight", test::fixed(8, 4)}}, {"fc1"});
  const std::string bare = svg_of(g, {{"parameters", false}, {"formats", false}});
  CHECK_FALSE(shows(bare, "weight ["));
  CHECK_FALSE(shows(bare, "Q4.4"));
  const auto width_over_height = [](const std::string& svg) {
    std::smatch m;
    REQUIRE(std::regex_search(svg, m, std::regex(R"(<svg width="(\d+)pt" height="(\d+)pt")")));
    return std::stod(m[1]) / std::stod(m[2]);
  };
  CHECK(width_over_height(bare) < 1);
  CHECK(width_over_height(svg_of(g, {{"direction", "left_to_right"}, {"parameters", false}})) > 1);
}

TEST_CASE("hostile names give a picture all the same") {
  if (!installed()) return;
  Graph g = test::small_graph();
  g.name = "a \"graph\" <of> \\ & \x01\xff\n";
  g.at("fc1").mase_op = "<script>&\"'\\\n\xC3\xA9\xC0\x80\xED\xA0\x80";
  g.at("relu1").mase_op = std::string(500, 'x');
  g.set_args(g.at("relu1"), {&g.at("fc1"), Argument(Value("]]>-->\"\\"))});
  const std::string svg = svg_of(g);
  CHECK(well_formed(svg));
  CHECK(shows(svg, "&lt;script&gt;&amp;"));
  CHECK(shows(svg, "\xC3\xA9"));
  CHECK_FALSE(shows(svg, "<script"));
  CHECK(count(svg, "class=\"node\"") == 5);
  CHECK(count(svg, "class=\"edge\"") == 4);
}

TEST_CASE("edges of one node twice, and of several results, are all drawn") {
  Graph g("twice");
  Node& x = add_placeholder(g, "x", {4});
  Node& sum = g.add(OpKind::call_function, "sum", Chosen("nn.add"), {&x, &x});
  sum.meta.common.results.add("data_out_0").shape = {1, 4};
  add_output(g, {&sum, &x});
  CHECK(count(analysis::dot_text(g, {}), " -> ") == 4);
}

TEST_CASE("text for XML keeps what may stand there and replaces the rest") {
  CHECK(analysis::xml_text("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  CHECK(analysis::xml_text("\xE2\x82\xAC \xF0\x9F\x98\x80") == "\xE2\x82\xAC \xF0\x9F\x98\x80");
  CHECK(analysis::xml_text("\x01") == "\xEF\xBF\xBD");
  CHECK(analysis::xml_text("\xC3") == "\xEF\xBF\xBD");                                  // cut off
  CHECK(analysis::xml_text("\xEF\xBF\xBF") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // U+FFFF is no character
}

TEST_CASE("without Graphviz, and with one that fails, an Error says what to do") {
  Graph g = test::small_graph();
  const test::TempDir folder;
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder.path().c_str(), 1);
  const std::string missing = test::message([&] { svg_of(g); });
  test::write(folder / "dot", "#!/bin/sh\necho 'no layout today' >&2\nexit 3\n");
  chmod((folder / "dot").c_str(), 0755);
  const std::string failing = test::message([&] { svg_of(g); });
  setenv("PATH", path.c_str(), 1);
  CHECK(shows(missing, "'dot' is not on the PATH"));
  CHECK(shows(missing, "apt-get install graphviz"));
  CHECK(shows(failing, "ended with status 3: no layout today"));
}
