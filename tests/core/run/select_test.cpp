// Selection: every key of `where`, and the sentences for selections that find nothing.
#include <catch2/catch.hpp>

#include "mase/model.h"
#include "run/select.h"
#include "toy.h"

using namespace mase;

namespace {

Graph chain(int nodes) {
  test::FakeContext context;
  return toy::registry().create<Model>(Chosen("toy.chain", {{"nodes", nodes}}))->build(context);
}

std::string names(const Graph& g, const Map& where, bool may_be_empty = false) {
  std::string text;
  for (const Node* n : select_nodes(g, where, may_be_empty)) text += (text.empty() ? "" : " ") + n->name;
  return text;
}

}  // namespace

TEST_CASE("nodes are selected by op, kind, name, path and full regular expression") {
  const Graph g = chain(4);
  CHECK(names(g, {{"op", "odd"}}) == "n1 n3");
  CHECK(names(g, {{"op", List{"odd", "even"}}}) == "n1 n2 n3 n4");
  CHECK(names(g, {{"op_kind", "placeholder"}}) == "x");
  CHECK(names(g, {{"name", List{"n4", "layers.2"}}}) == "n2 n4");
  CHECK(names(g, {{"regex", "n[12]"}}) == "n1 n2");
  CHECK(names(g, {{"regex", "n"}}, true) == "");
  CHECK(select_nodes(g, Value()).size() == g.nodes().size());
}

TEST_CASE("several keys must all hold; index counts among those selected; not excludes") {
  const Graph g = chain(4);
  CHECK(names(g, {{"op", "odd"}, {"regex", "n[2-4]"}}) == "n3");
  CHECK(names(g, {{"op_kind", "call_module"}, {"index", List{0, -1}}}) == "n1 n4");
  CHECK(names(g, {{"op_kind", "call_module"}, {"index", 1}}) == "n2");
  CHECK(names(g, {{"op_kind", "call_module"}, {"not", Map{{"op", "odd"}}}}) == "n2 n4");
  CHECK(names(g, {{"op_kind", "call_module"}, {"not", List{Map{{"op", "odd"}}, Map{{"name", "n4"}}}}}) == "n2");
}

TEST_CASE("an empty selection names what exists and what is near") {
  const Graph g = chain(3);
  const std::string text = test::message([&] { select_nodes(g, Map{{"op", "evn"}}); });
  CHECK(text.find("selects no node, did you mean 'even'?") != std::string::npos);
  CHECK(text.find("odd (2), even (1)") != std::string::npos);
  CHECK(text.find("x, n1, n2, n3, output") != std::string::npos);
  CHECK(names(g, {{"op", "evn"}}, true) == "");
}

TEST_CASE("what is malformed is refused") {
  const Graph g = chain(3);
  CHECK(test::message([&] { names(g, {{"opp", "odd"}}); }) == "unknown key 'opp' in where, did you mean 'op'?");
  CHECK(test::message([&] { names(g, {{"regex", "["}}); }).find("is not a regular expression") != std::string::npos);
  CHECK(test::message([&] { names(g, {{"op_kind", "modul"}}); }).find("no op_kind 'modul'") != std::string::npos);
  CHECK(test::message([&] { names(g, {{"op", "odd"}, {"index", 2}}); }) == "index 2 is out of range, 2 nodes match");
  CHECK(check_where(Map{{"opp", 1}, {"square", "x"}}).size() == 2);
  CHECK(check_where(Map{{"op", "linear"}, {"index", List{0}}}).empty());
}
