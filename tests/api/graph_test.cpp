// Graph: order, users, names, edits that are refused, and clones that are isolated.
#include "mase/graph.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>

#include "mase/random.h"
#include "support/fake_components.h"

using namespace mase;
using test::error_of;

namespace {

// a -> b -> c -> out, and a -> c
struct Chain {
  Graph graph{"chain"};
  Node& a = graph.add(OpKind::placeholder, "a");
  Node& b = graph.add(OpKind::call_module, "b", {"nn.relu"}, {&a});
  Node& c = graph.add(OpKind::call_module, "c", {"nn.add"}, {&b, &a});
  Node& out = graph.add(OpKind::output, "out", {}, {&c});
};

std::vector<std::string> names(const std::vector<Node*>& nodes) {
  std::vector<std::string> result;
  for (const Node* node : nodes) result.push_back(node->name);
  return result;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("nodes stand in execution order and know their users") {
  Chain g;
  CHECK(names(g.graph.nodes()) == Names{"a", "b", "c", "out"});
  CHECK(names(g.a.users()) == Names{"b", "c"});
  CHECK(g.c.index() == 2);
  CHECK(&g.graph.output() == &g.out);
  CHECK(names(g.graph.inputs()) == Names{"a"});
  CHECK(g.b.mase_op == "relu");
  Node& d = g.graph.add(OpKind::call_module, "b", {"nn.relu"}, {&g.c});
  CHECK(d.name == "b_1");
  CHECK(names(g.graph.nodes()) == Names{"a", "b", "c", "b_1", "out"});
  CHECK_NOTHROW(g.graph.check());
}

TEST_CASE("names become identifiers and are found by name and target") {
  Graph graph;
  Node& n = graph.add(OpKind::call_module, "seq_blocks.2");
  n.target = "seq_blocks.2";
  CHECK(n.name == "seq_blocks_2");
  CHECK(graph.find("seq_blocks.2") == &n);
  CHECK(graph.add(OpKind::call_module, "2x").name == "_2x");
  CHECK(error_of([&] { graph.at("seq_block_2"); }).find("did you mean 'seq_blocks_2'?") != std::string::npos);
}

TEST_CASE("insertion and replacement keep the order") {
  Chain g;
  Node& n = g.graph.insert_after(g.b, OpKind::call_module, "n", {"nn.relu"}, {&g.b});
  g.graph.replace_all_uses(g.b, n);
  CHECK(g.c.args[0].node == &n);
  CHECK(n.args[0].node == &g.b);  // the new node keeps its own use
  CHECK(names(g.b.users()) == Names{"n"});
  CHECK_NOTHROW(g.graph.check());
  CHECK_THROWS_WITH(g.graph.insert_before(g.a, OpKind::call_module, "early", {}, {&g.c}),
                    Catch::Contains("does not stand before it"));
  CHECK_THROWS_WITH(g.graph.replace_all_uses(g.a, g.c),
                    Catch::Contains("'c' cannot replace 'a' in 'b', which stands before it"));
  CHECK_THROWS_WITH(g.graph.set_argument(g.b, 1, &g.a), Catch::Contains("there is no argument 1"));
  Chain other;
  CHECK_THROWS_WITH(g.graph.set_args(g.b, {&other.a}), Catch::Contains("another graph"));
  CHECK_THROWS_WITH(g.graph.erase(other.a), Catch::Contains("is not in graph"));
  CHECK(names(g.graph.nodes()) == Names{"a", "b", "n", "c", "out"});
}

TEST_CASE("a node with users is not erased, and they are named") {
  Chain g;
  CHECK_THROWS_WITH(g.graph.erase(g.a), Catch::Contains("it is used by b, c"));
  g.graph.replace_all_uses(g.b, g.a);
  g.graph.erase(g.b);
  CHECK(names(g.graph.nodes()) == Names{"a", "c", "out"});
  CHECK(names(g.a.users()) == Names{"c"});
  CHECK_NOTHROW(g.graph.check());
}

TEST_CASE("places and users are right after any edits") {
  Random random(7);
  Graph graph;
  Node& x = graph.add(OpKind::placeholder, "x");
  Node& out = graph.add(OpKind::output, "out", {}, {&x});
  const auto before = [&](size_t place) { return Argument(graph.nodes()[random.below(place)]); };
  for (int edit = 0; edit < 2000; ++edit) {
    const size_t place = random.below(graph.nodes().size());
    Node& node = *graph.nodes()[place];
    const bool is_inner = &node != &x && &node != &out;
    switch (random.below(5)) {
      case 0:
        if (is_inner) graph.insert_before(node, OpKind::call_function, "n", {"nn.add"}, {before(place), before(place)});
        break;
      case 1:
        graph.add(OpKind::call_function, "n", {"nn.add"}, {before(graph.nodes().size() - 1), &x});
        break;
      case 2:
        if (&node != &x) graph.set_args(node, {before(place), before(place)});
        break;
      case 3:
        if (is_inner) graph.replace_all_uses(node, *before(place).node);
        break;
      default:
        if (is_inner && node.users().empty()) graph.erase(node);
    }
    if (edit % 200 == 199) graph.eliminate_dead_code();
    REQUIRE_NOTHROW(graph.check());
  }
  CHECK_FALSE(graph.eliminate_dead_code());
}

TEST_CASE("dead code is what no output needs, inputs aside") {
  Chain g;
  Node& unused = g.graph.add(OpKind::placeholder, "unused");
  Node& d = g.graph.add(OpKind::call_module, "d", {"nn.relu"}, {&g.c});
  g.graph.add(OpKind::call_module, "e", {"nn.add"}, {&d, &unused});
  CHECK(g.graph.eliminate_dead_code());
  CHECK(names(g.graph.nodes()) == Names{"a", "b", "c", "unused", "out"});
  CHECK(names(g.c.users()) == Names{"out"});
  CHECK(unused.users().empty());
  CHECK_NOTHROW(g.graph.check());
  CHECK_FALSE(g.graph.eliminate_dead_code());
}

TEST_CASE("an erased node's name is free again, and arguments written by hand keep a node") {
  Chain g;
  for (const char* name : {"b_1", "b_2"})
    CHECK(g.graph.add(OpKind::call_module, "b", {"nn.relu"}, {&g.a}).name == name);
  g.graph.erase(g.graph.at("b_1"));
  CHECK(g.graph.add(OpKind::call_module, "b", {"nn.relu"}, {&g.a}).name == "b_1");
  Node& last = g.graph.at("b_2");
  g.out.args.emplace_back(&last);
  CHECK_THROWS_WITH(g.graph.erase(last), Catch::Contains("'b_2' cannot be erased: it is used by out"));
}

TEST_CASE("check names what is broken") {
  const auto broken = [](auto change) {
    Chain g;
    change(g);
    return error_of([&] { g.graph.check(); });
  };
  using Catch::Contains;
  CHECK_THAT(broken([](Chain& g) { g.b.name = "a"; }), Contains("two nodes are called 'a'"));
  CHECK_THAT(broken([](Chain& g) { g.b.name = "b.c"; }), Contains("'b.c' is not an identifier"));
  CHECK_THAT(broken([](Chain& g) { g.b.args[0].node = &g.c; }), Contains("order: 'b' uses 'c'"));
  CHECK_THAT(broken([](Chain& g) {
               g.b.params.push_back({"weight", "b.weight"});
             }),
             Contains("tensor 'b.weight' of node 'b' is missing"));
  CHECK_THAT(broken([](Chain& g) { g.c.args[0].node = &g.a; }), Contains("users of 'b' are [c], expected []"));
  Node stranger;
  CHECK_THAT(broken([&](Chain& g) { g.b.args[0].node = &stranger; }),
             Contains("argument 0 of 'b' is no node of this graph"));
  CHECK_THAT(broken([](Chain& g) { g.b.meta.common.results.add("data_out_0"), g.c.args[0].result = 1; }),
             Contains("is result 1 of 'b', which has 1"));
}

TEST_CASE("a clone shares nothing that anyone can see") {
  Chain g;
  g.b.params.push_back({"weight", "b.weight"});
  g.graph.set_tensor("b.weight", at::ones({4}));
  g.graph.meta.set("k", 1);
  const float* before = g.graph.tensor("b.weight").const_data_ptr<float>();
  Graph copy = g.graph.clone();
  CHECK_NOTHROW(copy.check());
  CHECK(copy.tensor("b.weight").const_data_ptr<float>() == before);  // until somebody writes
  CHECK(&copy.at("b").graph() == &copy);
  CHECK(copy.at("c").args[0].node == &copy.at("b"));
  CHECK(names(copy.at("a").users()) == Names{"b", "c"});

  copy.tensor("b.weight").add_(1);  // in place, through the const reference
  CHECK(at::equal(g.graph.tensor("b.weight"), at::ones({4})));
  g.graph.tensor("b.weight").mul_(5);
  CHECK(at::equal(copy.tensor("b.weight"), at::ones({4}) * 2));
  copy.at("b").meta.attachments.set("a/1", 2);
  copy.at("b").op = Chosen("nn.tanh");
  copy.set_tensor("new", at::ones({1}));
  copy.meta["k"] = 2;
  CHECK(g.b.meta.attachments.empty());
  CHECK(g.b.op.name() == "nn.relu");
  CHECK_FALSE(g.graph.has_tensor("new"));
  CHECK(g.graph.meta.at("k") == Value(1));
  copy.erase_tensor("b.weight");
  CHECK(g.graph.has_tensor("b.weight"));
}

TEST_CASE("a clone has no gradient history and views keep their strides") {
  Graph graph;
  graph.set_tensor("w", at::ones({2, 3}).requires_grad_());
  graph.set_tensor("t", at::tensor({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}).view({2, 3}).t());
  const Graph copy = graph.clone();
  CHECK_FALSE(copy.tensor("w").requires_grad());
  CHECK(at::equal(copy.tensor("t"), graph.tensor("t")));
  graph.detach_tensors();
  CHECK_FALSE(graph.tensor("w").requires_grad());
}

TEST_CASE("detaching keeps the memory and drops the history") {
  Graph graph;
  const at::Tensor leaf = at::ones({2}).requires_grad_();
  graph.set_tensor("w", leaf * 2);
  CHECK(graph.tensor("w").grad_fn());
  graph.detach_tensors();
  CHECK_FALSE(graph.tensor("w").grad_fn());
}

TEST_CASE("the tensor table keeps its order and suggests names") {
  Graph graph;
  for (const char* key : {"z", "a", "m"}) graph.set_tensor(key, at::ones({1}));
  CHECK(graph.tensor_keys() == Names{"z", "a", "m"});
  graph.erase_tensor("a");
  graph.set_tensor("m", at::ones({2}));
  CHECK(graph.tensor_keys() == Names{"z", "m"});
  CHECK(graph.tensor("m").size(0) == 2);
  graph.set_tensor("fc1.weight", at::ones({1}));
  CHECK_THROWS_WITH(graph.tensor("fc1.weigth"), Catch::Contains("did you mean 'fc1.weight'?"));
  CHECK_THROWS_WITH(graph.set_tensor("u", at::Tensor()), Catch::Contains("undefined"));
}

TEST_CASE("a moved graph keeps its nodes") {
  Chain g;
  Graph moved = std::move(g.graph);
  CHECK(&moved.at("b").graph() == &moved);
  CHECK(&moved.at("b") == &g.b);
  moved = moved.clone();
  CHECK_NOTHROW(moved.check());
}
