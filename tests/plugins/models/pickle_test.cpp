// Pickles: what they may hold, and that nothing they ask for is done.
#include "plugins/models/pickle.h"

#include <catch2/catch.hpp>

#include "pickle_bytes.h"
#include "support/fake_components.h"

using namespace test;
using Catch::Contains;
using Kind = models::PickleObject::Kind;

namespace {

const mase::Loc kPlace{mase::Loc::intern("p.pt")};

std::string pickle_refusal(const std::string& bytes) {
  const std::string text = error_of([&] { models::read_pickle(bytes, kPlace); });
  CHECK_THAT(text, Contains("p.pt: "));
  return text;
}

}  // namespace

TEST_CASE("a pickle of containers, numbers and texts is read") {
  const std::string bytes =
      pickled(pickled_dict({pickled_text("n"),     "N",
                            pickled_text("t"),     "\x88",
                            pickled_text("f"),     "\x89",
                            pickled_text("i"),     "K\xff",
                            pickled_text("j"),     "M" + little(0xfffe, 2),
                            pickled_text("k"),     "J" + little(0xfffffffe, 4),
                            pickled_text("l"),     "\x8a\x02" + little(0xff00, 2),
                            pickled_text("z"),     "\x8a" + little(0, 1),
                            pickled_text("x"),     "G" + std::string("\x40\x09\x21\xfb\x54\x44\x2d\x18", 8),
                            pickled_text("a"),     "](K\1K\2e",
                            pickled_text("b"),     "K\7\x85",
                            pickled_text("s"),     "U\3abc",
                            pickled_text("bytes"), "C" + little(2, 1) + std::string("\0\1", 2)}));
  const models::Pickle p = models::read_pickle(bytes, kPlace);
  CHECK(p.length == bytes.size());
  const auto& root = p[p.root];
  REQUIRE(root.kind == Kind::dict);
  CHECK(p.find(root, "n")->kind == Kind::none);
  CHECK(p.find(root, "t")->integer == 1);
  CHECK(p.find(root, "f")->kind == Kind::boolean);
  CHECK(p.find(root, "i")->integer == 255);
  CHECK(p.find(root, "j")->integer == 65534);
  CHECK(p.find(root, "k")->integer == -2);
  CHECK(p.find(root, "l")->integer == -256);
  CHECK(p.find(root, "z")->integer == 0);
  CHECK(p.find(root, "x")->real == 3.141592653589793);
  CHECK(p[p.find(root, "a")->items.at(1)].integer == 2);
  CHECK(p[p.find(root, "b")->items.at(0)].integer == 7);
  CHECK(p.find(root, "s")->text == "abc");
  CHECK(p.find(root, "bytes")->text == std::string_view("\0\1", 2));
  CHECK(p.find(root, "nothing") == nullptr);
}

TEST_CASE("a pickle's tensors, parameters, dtypes and sizes are described") {
  const std::string tensor = pickled_tensor(pickled_storage("HalfStorage", "3", 12), 2, {2, 3}, {3, 1});
  const std::string parameter =
      pickled_global("torch._utils", "_rebuild_parameter") + pickled_tuple({tensor, "\x88", "N"}) + "R";
  const std::string bytes =
      "\x80\4\x95" + little(0, 8) +
      pickled_dict({pickled_text("p"), parameter, pickled_text("d"), pickled_global("torch", "bfloat16"),
                    pickled_text("s"), pickled_global("torch", "Size") + pickled_tuple({pickled_shape({4})}) + "R"}) +
      "\x94" + pickled_dict({pickled_text("_metadata"), "}"}) + "b.";
  const models::Pickle p = models::read_pickle(bytes, kPlace);
  const auto* t = p.find(p[p.root], "p");
  REQUIRE((t && t->kind == Kind::tensor));
  CHECK(t->type == at::kHalf);
  CHECK(t->integer == 2);
  CHECK(p[t->items.at(0)].text == "3");
  CHECK(p[t->items.at(0)].integer == 12);
  CHECK(p[p[t->items.at(1)].items.at(1)].integer == 3);
  CHECK(p.find(p[p.root], "d")->type == at::kBFloat16);
  CHECK(p.find(p[p.root], "s")->kind == Kind::tuple);
}

TEST_CASE("a pickle that would run something is refused by the name of what it asks for") {
  const std::string arguments = pickled_text("touch /tmp/owned") + "\x85R";
  const auto asks = [](const std::string& body, const std::string& name) {
    CHECK_THAT(pickle_refusal(pickled(body)), Contains("asks for " + name + ", ") && Contains("nothing is executed"));
  };
  asks(pickled_global("os", "system") + arguments, "os.system");
  asks(pickled_global("builtins", "eval") + arguments, "builtins.eval");
  asks(pickled_global("__builtin__", "exec") + arguments, "__builtin__.exec");
  asks(pickled_text("posix") + pickled_text("system") + "\x93" + arguments, "posix.system");
  asks(pickled_global("subprocess", "Popen") + arguments, "subprocess.Popen");
  asks(pickled_global("torch", "load") + arguments, "torch.load");
  asks(pickled_global("torch.storage", "_load_from_bytes") + arguments, "torch.storage._load_from_bytes");
  asks(pickled_global("collections", "OrderedDict.fromkeys") + arguments, "collections.OrderedDict.fromkeys");
  asks(pickled_global("torch._utils", "_rebuild_tensor_v2.__globals__") + arguments,
       "torch._utils._rebuild_tensor_v2.__globals__");
  asks(pickled_global("__main__", "Net") + ")\x81}b", "__main__.Net");
  asks(pickled_global("a\x1b[2J", "b") + arguments, "a?[2J.b");
  const auto refused = [](const std::string& body, const std::string& why) {
    CHECK_THAT(pickle_refusal(pickled(body)), Contains(why) && Contains("nothing is executed"));
  };
  refused(pickled_global("torch", "FloatStorage") + arguments, "the pickle calls storage");
  refused(pickled_text("os.system") + arguments, "calls what is no function");
  refused("(" + pickled_text("touch") + "ios\nsystem\n", "instruction 0x69");           // INST
  refused("(" + pickled_text("os") + "o", "instruction 0x6f");                          // OBJ
  refused(pickled_global("collections", "OrderedDict") + ")\x81", "instruction 0x81");  // NEWOBJ
  refused("\x82\1", "instruction 0x82");                                                // EXT1
  refused("Pos.system\n", "instruction 0x50");                                          // PERSID
  refused(
      "}N"
      "b",
      "sets the state");
  refused("\x97", "instruction 0x97");  // NEXT_BUFFER
  CHECK_THAT(pickle_refusal(pickled("]}b")), Contains("no dict"));
  CHECK_THAT(pickle_refusal(pickled(pickled_global("torch", "Size") + "}b")), Contains("no dict"));
}

TEST_CASE("a pickle that makes no sense is refused with a sentence") {
  CHECK_THAT(pickle_refusal(""), Contains("no pickle"));
  CHECK_THAT(pickle_refusal("I01\n."), Contains("no pickle of protocol 2 to 5"));
  CHECK_THAT(pickle_refusal("\x80\x06."), Contains("protocol 6"));
  CHECK_THAT(pickle_refusal("\x80\x02"), Contains("ends in the middle"));
  CHECK_THAT(pickle_refusal("\x80\x02."), Contains("takes more from its stack"));
  CHECK_THAT(pickle_refusal(pickled("0")), Contains("takes more from its stack"));
  CHECK_THAT(pickle_refusal(pickled("N(0")), Contains("takes more from its stack"));
  CHECK_THAT(pickle_refusal(pickled("t")), Contains("no mark"));
  CHECK_THAT(pickle_refusal(pickled("NNs")), Contains("takes more"));
  CHECK_THAT(pickle_refusal(pickled("NNNs")), Contains("what is no dict"));
  CHECK_THAT(pickle_refusal(pickled("}Na")), Contains("what is no list"));
  CHECK_THAT(pickle_refusal(pickled("}(Nu")), Contains("a key without a value"));
  CHECK_THAT(pickle_refusal(pickled("h\7")), Contains("object 7 that it never had"));
  CHECK_THAT(pickle_refusal(pickled("X" + little(0xffffffff, 4) + "abc")), Contains("ends in the middle"));
  CHECK_THAT(pickle_refusal(pickled("\x8d" + little(~0ull, 8) + "abc")), Contains("ends in the middle"));
  CHECK_THAT(pickle_refusal(pickled("\x8a\x09" + std::string(9, '\1'))), Contains("integer of 9 bytes"));
  CHECK_THAT(pickle_refusal(pickled("cos")), Contains("a name without an end"));
  CHECK_THAT(pickle_refusal(pickled("NQ")), Contains("no storage of a tensor"));
  CHECK_THAT(pickle_refusal(pickled(pickled_tuple({pickled_text("storage"), "N", "N", "N", "N"}) + "Q")),
             Contains("no storage of a tensor"));
  CHECK_THAT(pickle_refusal(pickled("NN\x93")), Contains("whose name is no text"));
  CHECK_THAT(pickle_refusal(pickled(pickled_global("torch._utils", "_rebuild_tensor_v2") + ")R")),
             Contains("other arguments than it takes"));
  CHECK_THAT(pickle_refusal(pickled(pickled_dict({pickled_text("a"), "N", pickled_text("a"), "N"}))),
             Contains("the key 'a' twice"));
}

TEST_CASE("a pickle that grows, nests or turns back on itself is bounded") {
  CHECK_THAT(pickle_refusal(pickled(std::string(1'500'000, 'N'))), Contains("more than 211718 objects on its stack"));
  CHECK_THAT(pickle_refusal(pickled(std::string(1'500'000, '('))), Contains("more than 211718 objects on its stack"));
  CHECK_THAT(pickle_refusal(pickled(std::string(1'500'000, ']'))), Contains("more than 211718 objects"));
  CHECK_THAT(pickle_refusal(pickled("N" + std::string(1'500'000, '\x94'))), Contains("remembers more than 211718"));
  std::string steps;
  while (steps.size() < 3'000'000) steps += "(1";
  CHECK_THAT(pickle_refusal(pickled(steps)), Contains("steps"));
  // A larger file may have more of them.
  const std::string many = pickled(std::string(300'000, ']'));
  CHECK(models::read_pickle(many, kPlace, false, uint64_t{1} << 30).objects.size() > 300'000);
  CHECK_THAT(pickle_refusal(pickled(pickled_dict({pickled_text(std::string(5000, 'k')), "N"}))),
             Contains("a key of 5000 bytes"));
  // 100,000 lists, each in the next.
  const models::Pickle deep =
      models::read_pickle(pickled(std::string(100'000, ']') + std::string(99'999, 'a')), kPlace);
  CHECK(deep[deep.root].items.size() == 1);
  // A list that holds itself.
  const models::Pickle cycle = models::read_pickle(pickled("]q\1h\1a"), kPlace);
  CHECK(cycle[cycle.root].items.at(0) == cycle.root);
}
