// models.onnx on files that are damaged or made to do harm: one sentence each, and nothing outside their folder.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <random>

#include "onnx_files.h"

using namespace test;
using Catch::Contains;

namespace {

long most_memory() {  // kilobytes
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// The file's graph, for which reading it may take so much memory.
mase::Graph read_within(long kilobytes, const OnnxFile& file) {
  const long before = most_memory();
  mase::Graph graph = read_onnx(file);
  CHECK(most_memory() - before < kilobytes);
  return graph;
}

OnnxFile linear() {
  OnnxFile f;
  f.tensor("w", {4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  f.node("MatMul", {"x", "w"}, {"y"});
  return f;
}

}  // namespace

TEST_CASE("a damaged ONNX file is read or refused, at any place") {
  const std::string file = shared("models/qonnx_zoo/qkeras_jettagging.onnx");
  if (file.empty()) return;
  const std::string whole = read(file);
  std::mt19937 random(5);
  const TempDir dir;
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    const size_t at = random() % whole.size();
    CHECK_FALSE(onnx_refusal(dir, whole.substr(0, at)).empty());
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << random() % 8));
    refused += !onnx_refusal(dir, flipped).empty();  // a flip in a weight is another weight
  }
  CHECK(refused > 200);
}

TEST_CASE("graphs that make no sense are refused by name") {
  OnnxFile cycle;
  cycle.node("Add", {"x", "b"}, {"a"});
  cycle.node("Relu", {"a"}, {"b"});
  cycle.node("Relu", {"b"}, {"y"});
  CHECK_THAT(onnx_refusal(cycle), Contains("cycle") && Contains("'the_a', 'the_b'"));

  OnnxFile dangling;
  dangling.node("Relu", {"hidden_1"}, {"hidden_2"});
  dangling.node("Relu", {"x"}, {"hidden"});
  dangling.node("Relu", {"x"}, {"y"});
  CHECK_THAT(onnx_refusal(dangling), Contains("'the_hidden_2' uses 'hidden_1', which nothing makes, did you mean"));

  OnnxFile twice;
  twice.node("Relu", {"x"}, {"y"});
  twice.node("Tanh", {"x"}, {"y"}).set_name("again");
  CHECK_THAT(onnx_refusal(twice), Contains("nodes 'the_y' and 'again' both make 'y'"));

  OnnxFile nothing;
  nothing.node("Relu", {"x"}, {"z"});
  CHECK_THAT(onnx_refusal(nothing), Contains("output 'y' is made by no node"));

  OnnxFile self;
  self.node("Relu", {"x"}, {"x"});
  CHECK_THAT(onnx_refusal(self), Contains("makes 'x', which is an input"));
}

TEST_CASE("names in a file cannot write to the terminal, nor begin a line of their own") {
  OnnxFile f;
  f.node("Evil\x1b[31m\nerror: odd", {"x"}, {"y"})
      .set_name(
          "a\x1b]0;b\x07\xc2\x9b"
          "c\xc3\xa9");
  const std::string text = onnx_refusal(f);
  CHECK_THAT(text, Contains("Evil?[31m error: odd (node 'a?]0;b??c\xc3\xa9')"));
  std::string bytes = f.bytes();
  bytes.replace(bytes.find("\xc3\xa9"), 2, "\xc3\xff");  // no UTF-8
  CHECK_THAT(onnx_refusal(TempDir(), bytes), Contains("c?"
                                                      "?')"));
}

TEST_CASE("an operator that refuses its inputs is named with their types and shapes") {
  OnnxFile types;
  types.tensor("w", {4, 2}, std::vector<float>(8)), types.tensor("b", {2}, {1, 2});
  types.node("Gemm", {"x", "w", "b"}, {"y"});
  types.graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(7);
  CHECK_THAT(onnx_refusal(types),
             Contains("node 'the_y': linear cannot work on int64 [1,4], bias float32 [2], weight float32 [2,4]"));
  OnnxFile shapes;
  shapes.tensor("b", {3}, {1, 2, 3}), shapes.node("Add", {"x", "b"}, {"y"});
  CHECK_THAT(onnx_refusal(shapes), Contains("add cannot work on float32 [1,4], float32 [3]: "));
}

TEST_CASE("names and texts in a file are shown as far as one reads") {
  OnnxFile f;
  f.node(std::string(100'000, 'o'), {"x"}, {"y"}).set_name(std::string(100'000, 'n'));
  CHECK(onnx_refusal(f).size() < 1000);
  OnnxFile many;
  for (int i = 0; i < 300; ++i)
    many.node("Odd" + std::to_string(i), {"x"}, {i ? "y" + std::to_string(i) : "y"}).set_name(std::string(99, 'n'));
  CHECK(onnx_refusal(many).size() < 13'000);
  OnnxFile text;
  auto* a = text.node("Conv", {"x", "x"}, {"y"}).add_attribute();
  a->set_name("auto_pad"), a->set_s(std::string(100'000, 'a')), a->set_type(mase_onnx::AttributeProto::STRING);
  CHECK(onnx_refusal(text).size() < 1000);
}

TEST_CASE("constants that grow and grow are refused before the memory is taken") {
  OnnxFile doubling;
  doubling.tensor("k0", {1}, {1});
  for (int i = 0; i < 40; ++i) {
    const std::string from = "k" + std::to_string(i);
    OnnxFile::integer(doubling.node("Concat", {from, from}, {"k" + std::to_string(i + 1)}), "axis", 0);
  }
  doubling.node("Add", {"x", "k40"}, {"y"});
  OnnxFile resized;
  resized.tensor("i", {1, 1, 1, 1}, {1}), resized.tensor("s", {4}, {1, 1, 1e5, 1e5});
  resized.node("Resize", {"i", "", "s"}, {"k"}), resized.node("Add", {"x", "k"}, {"y"});
  const long before = most_memory();
  for (const OnnxFile* file : {&doubling, &resized}) {
    const std::string text = onnx_refusal(*file);
    INFO(text);
    CHECK((text.find("too large") != text.npos || text.find("much larger than the constants") != text.npos));
  }
  CHECK(most_memory() - before < 200'000);  // kilobytes
}

TEST_CASE("what a small file makes of its constants beyond measure is computed when the graph runs") {
  OnnxFile f;
  f.tensor("a", {16384, 1}, std::vector<float>(16384, 1)), f.tensor("b", {1, 16384}, std::vector<float>(16384, 2));
  f.node("Mul", {"a", "b"}, {"c"}), f.node("ReduceMax", {"c"}, {"m"}), f.node("Add", {"x", "m"}, {"y"});
  const mase::Graph graph = read_within(100'000, f);  // the product alone takes a million kilobytes
  CHECK(import_operators(graph).size() == 3);
  for (const std::string& key : graph.tensor_keys()) CHECK(graph.tensor(key).numel() == 16384);
}

TEST_CASE("results that no memory holds are refused when the file is read") {
  const auto integers = [](OnnxFile& f, const std::string& name, const std::vector<int64_t>& values) {
    auto* t = f.graph()->add_initializer();
    t->set_name(name), t->set_data_type(7), t->add_dims(static_cast<int64_t>(values.size()));
    for (const int64_t v : values) t->add_int64_data(v);
  };
  const long before = most_memory();
  OnnxFile tiled, expanded, filled;
  integers(tiled, "r", {1 << 20, 1 << 20}), tiled.node("Tile", {"x", "r"}, {"y"});
  CHECK_THAT(onnx_refusal(tiled), Contains("node 'the_y'") && Contains("its result of shape [1048576,4194304]"));
  integers(expanded, "s", {1 << 20, 1 << 20, 1, 4}), expanded.node("Expand", {"x", "s"}, {"y"});
  CHECK_THAT(onnx_refusal(expanded), Contains("node 'the_y'") && Contains("too large"));
  integers(filled, "s", {1 << 20, 1 << 20}), filled.node("ConstantOfShape", {"s"}, {"c"});
  filled.node("Add", {"c", "c"}, {"d"}), filled.node("ReduceMax", {"d"}, {"m"}), filled.node("Add", {"x", "m"}, {"y"});
  CHECK_THAT(onnx_refusal(filled), Contains("node 'the_d'") && Contains("too large"));
  CHECK(most_memory() - before < 100'000);
}

TEST_CASE("shapes of large results are told without computing them") {
  OnnxFile f;
  OnnxFile::shape_of(*f.graph()->mutable_input(0), {1, 8, 1 << 13, 1 << 13});  // 2^29 elements
  f.tensor("w", {8, 8, 3, 3}, std::vector<float>(576)), f.node("Conv", {"x", "w"}, {"a"});
  f.node("Relu", {"a"}, {"b"}), f.node("Abs", {"b"}, {"c"}), f.node("IsNaN", {"c"}, {"d"}), f.node("Not", {"d"}, {"e"});
  f.node("Where", {"e", "c", "b"}, {"y"});
  const mase::Graph graph = read_within(100'000, f);
  const auto& results = graph.nodes().back()->args.at(0).node->meta.common.results;
  CHECK(results[0].shape == mase::Shape{1, 8, (1 << 13) - 2, (1 << 13) - 2});
}

TEST_CASE("functions that bring in each other twice over end") {
  OnnxFile f;
  for (int i = 0; i < 40; ++i) {
    auto* function = f.model.add_functions();
    function->set_name("F" + std::to_string(i)), function->set_domain("own");
    function->add_input("a"), function->add_output("b");
    for (const char* domain : {"", "own"}) function->add_opset_import()->set_domain(domain);
    for (const auto& [from, to] : {std::pair{"a", "t"}, std::pair{"t", "b"}}) {
      auto* n = function->add_node();
      n->set_op_type(i < 39 ? "F" + std::to_string(i + 1) : "Relu"), n->set_domain(i < 39 ? "own" : "");
      n->add_input(from), n->add_output(to);
    }
  }
  f.node("F20", {"x"}, {"y"}, "own");  // 2^20 nodes, twenty deep
  CHECK_THAT(onnx_refusal(f), Contains("functions bring in more than"));
}

TEST_CASE("a transpose without axes in its order is refused") {
  OnnxFile f;
  f.node("Transpose", {"x"}, {"y"}).add_attribute()->set_name("perm");
  f.graph()->mutable_node(0)->mutable_attribute(0)->set_type(mase_onnx::AttributeProto::INTS);
  CHECK_THAT(onnx_refusal(f), Contains("node 'the_y'") && Contains("no order of 2 axes"));
}

TEST_CASE("a file in another order than that of computing is read") {
  OnnxFile f;
  f.node("Relu", {"a"}, {"y"});
  f.node("Tanh", {"x"}, {"a"});
  CHECK(onnx_refusal(f).empty());
}

TEST_CASE("tensors that claim what they do not hold are refused before memory is taken") {
  const long before = most_memory();
  OnnxFile f = linear();
  auto* t = f.graph()->mutable_initializer(0);
  const auto dims = [&](std::vector<int64_t> sizes) {
    t->clear_dims();
    for (const int64_t n : sizes) t->add_dims(n);
    return onnx_refusal(f);
  };
  CHECK_THAT(dims({1 << 20, 1 << 20}), Contains("tensor 'w': its shape [1048576,1048576] of float32 needs"));
  CHECK_THAT(dims({-4, 2}), Contains("has a dimension of -4"));
  CHECK_THAT(dims({int64_t{1} << 62, 4}), Contains("more elements than 63 bits count"));
  CHECK_THAT(dims({4, 3}), Contains("needs 48 bytes, but the file holds 32"));
  dims({4, 2});
  t->set_data_type(8);
  CHECK_THAT(onnx_refusal(f), Contains("its type is string"));
  t->set_data_type(77);
  CHECK_THAT(onnx_refusal(f), Contains("type 77"));
  t->set_data_type(7);
  CHECK_THAT(onnx_refusal(f), Contains("of int64 needs 64 bytes"));
  OnnxFile input = linear();
  OnnxFile::shape_of(*input.graph()->mutable_input(0), {int64_t{1} << 40, 4});
  CHECK_THAT(onnx_refusal(input), Contains("input 'x'"));
  OnnxFile::shape_of(*input.graph()->mutable_input(0), {-1, 4});
  CHECK_THAT(onnx_refusal(input), Contains("a dimension of -1"));
  OnnxFile fill = linear();
  auto* shape = fill.graph()->add_initializer();
  shape->set_name("s"), shape->set_data_type(7), shape->add_dims(2);
  shape->add_int64_data(1 << 20), shape->add_int64_data(1 << 20);
  fill.node("ConstantOfShape", {"s"}, {"c"});
  CHECK(onnx_refusal(fill).empty());  // nothing uses it
  fill.node("ReduceMax", {"c"}, {"m"}), fill.node("Add", {"m", "y"}, {"z"}), fill.graph()->add_output()->set_name("z");
  CHECK_THAT(onnx_refusal(fill), Contains("[1048576,1048576] is too large"));
  CHECK(most_memory() - before < 200'000);
}

TEST_CASE("many small things in a file take no more memory than the file justifies") {
  constexpr int kMany = 4'000'000;
  const long before = most_memory();
  const auto refused = [](const OnnxFile& file, const char* why) { CHECK_THAT(onnx_refusal(file), Contains(why)); };
  OnnxFile nodes = linear(), names = linear(), integers = linear(), dims = linear(), texts = linear();
  for (int i = 0; i < 40'000; ++i) nodes.graph()->add_node();
  refused(nodes, "more than 32768 nodes");
  auto& node = names.node("Sum", {}, {"s"});
  for (int i = 0; i < 20'000; ++i) node.add_input("x");
  refused(names, "more than 10000 inputs and outputs");
  auto* list = integers.node("Relu", {"x"}, {"s"}).add_attribute();
  list->set_name("axes"), list->set_type(mase_onnx::AttributeProto::INTS);
  for (int i = 0; i < 2 * kMany; ++i) list->add_ints(1);
  refused(integers, "much more memory than the file has bytes");
  auto* shape = dims.graph()->add_input()->mutable_type()->mutable_tensor_type()->mutable_shape();
  for (int i = 0; i < kMany; ++i) shape->add_dim();
  refused(dims, "much more memory than the file has bytes");
  for (int i = 0; i < kMany; ++i) texts.model.add_opset_import();
  refused(texts, "much more memory than the file has bytes");
  CHECK(most_memory() - before < 1'500'000);  // most of it is the test's own
}

TEST_CASE("integers written one by one may not take many times the file") {
  OnnxFile f = linear();
  auto* t = f.graph()->add_initializer();
  t->set_name("big"), t->set_data_type(7), t->add_dims(20'000'000);
  for (int i = 0; i < 20'000'000; ++i) t->add_int64_data(1);
  CHECK_THAT(onnx_refusal(f), Contains("tensor 'big': its integers take much more memory"));
}

TEST_CASE("external data is read inside the model's folder only") {
  const TempDir dir;
  std::filesystem::create_directories(dir / "model/sub");
  const float values[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::string bytes(reinterpret_cast<const char*>(values), sizeof values);
  write(dir / "model/sub/w.bin", bytes), write(dir / "secret.bin", bytes);
  std::filesystem::create_symlink(dir / "secret.bin", dir / "model/link.bin");
  const auto reading = [&](const std::string& location, const std::string& offset = "0") {
    OnnxFile f = linear();
    auto* t = f.graph()->mutable_initializer(0);
    t->clear_raw_data(), t->set_data_location(mase_onnx::TensorProto::EXTERNAL);
    const auto entry = [&](const char* key, const std::string& value) {
      auto* e = t->add_external_data();
      e->set_key(key), e->set_value(value);
    };
    entry("location", location), entry("offset", offset), entry("length", "32");
    write(dir / "model/m.onnx", f.bytes());
    FakeContext context;
    context.folder = dir.path();
    return message([&] { read_onnx(context, "model/m.onnx"); });
  };
  CHECK(reading("sub/w.bin").empty());
  CHECK_THAT(reading("../secret.bin"), Contains("leads out of the model's folder"));
  CHECK_THAT(reading("sub/../../secret.bin"), Contains("leads out of the model's folder"));
  CHECK_THAT(reading(dir / "secret.bin"), Contains("is not a relative file name"));
  CHECK_THAT(reading("link.bin"), Contains("a link that leads out"));
  CHECK_THAT(reading("none.bin"), Contains("does not exist"));
  CHECK_THAT(reading("sub"), Contains("no regular file"));
  CHECK_THAT(reading("sub/w.bin", "8"), Contains("beyond the end"));
  CHECK_THAT(reading("sub/w.bin", "-8"), Contains("expected a natural number"));
}

TEST_CASE("graphs in graphs in graphs end") {
  std::string inner = OnnxFile().graph()->SerializeAsString();
  const auto wrap = [](int field, const std::string& content) {
    std::string out;
    for (uint64_t v : {static_cast<uint64_t>(field) << 3 | 2, static_cast<uint64_t>(content.size())}) {
      for (; v >= 0x80; v >>= 7) out.push_back(static_cast<char>(v | 0x80));
      out.push_back(static_cast<char>(v));
    }
    return out + content;
  };
  for (int i = 0; i < 3000; ++i) inner = wrap(1, wrap(5, wrap(6, inner)));
  CHECK_THAT(onnx_refusal(TempDir(), wrap(7, inner)), Contains("nested too deep"));

  OnnxFile recursive;
  auto* f = recursive.model.add_functions();
  f->set_name("F"), f->set_domain("own"), f->add_input("a"), f->add_output("b");
  auto* call = f->add_node();
  call->set_op_type("F"), call->set_domain("own"), call->add_input("a"), call->add_output("b");
  recursive.node("F", {"x"}, {"y"}, "own");
  CHECK_THAT(onnx_refusal(recursive), Contains("call themselves"));
}
