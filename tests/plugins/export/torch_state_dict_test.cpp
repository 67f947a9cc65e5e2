// export.torch_state_dict: the archive byte by byte; what PyTorch makes of it is torch_load_test.py's matter.
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>

#include "exported.h"

using namespace mase;

namespace {

uint64_t number(const std::string& bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

struct Member {
  std::string data;
  size_t at;  // of the data
  uint64_t method;
};

// Walks the local headers one after another, as the ZIP specification (APPNOTE 4.3.7) lays them out.
std::map<std::string, Member> members_of(const std::string& zip) {
  std::map<std::string, Member> members;
  size_t at = 0;
  while (number(zip, at, 4) == 0x04034b50) {
    const size_t name = number(zip, at + 26, 2), extra = number(zip, at + 28, 2), size = number(zip, at + 18, 4);
    const size_t data = at + 30 + name + extra;
    members[zip.substr(at + 30, name)] = {zip.substr(data, size), data, number(zip, at + 8, 2)};
    at = data + size;
  }
  return members;
}

size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("export.torch_state_dict writes PyTorch's members, stored and on multiples of 64") {
  Graph g = test::small_graph();
  auto done = test::exported(g, "export.torch_state_dict", {{"file", "net.v1.pt"}});
  const auto members = members_of(test::file_text(done->file("net.v1.pt")));
  REQUIRE(members.size() == 9);  // five of the format, four tensors
  CHECK(members.at("net.v1/version").data == "3\n");
  CHECK(members.at("net.v1/byteorder").data == "little");
  for (const auto& [name, member] : members) {
    CHECK(member.at % 64 == 0);
    CHECK(member.method == 0);
  }
  const at::Tensor weight = g.tensor("fc1.weight");
  CHECK(members.at("net.v1/data/0").data ==
        std::string(static_cast<const char*>(weight.const_data_ptr()), weight.nbytes()));
  const std::string& pickle = members.at("net.v1/data.pkl").data;
  CHECK(pickle.substr(0, 2) == "\x80\x02");
  CHECK(pickle.back() == '.');
  CHECK(count(pickle, "torch\nFloatStorage\n") == 4);
}

TEST_CASE("the same graph gives the same bytes") {
  Graph g = test::small_graph();
  auto one = test::exported(g, "export.torch_state_dict"), other = test::exported(g, "export.torch_state_dict");
  CHECK(test::file_text(one->file("model.pt")) == test::file_text(other->file("model.pt")));
}

TEST_CASE("tied tensors have both names and one storage") {
  Graph g = test::small_graph();
  Node& tied =
      add_module(g, test::registry(), "tied", Chosen("nn.linear", {{"out_features", 8}}), {g.inputs()[0]}, Random(3));
  for (Parameter& p : tied.params) p.key = "fc1." + p.name;
  g.erase_tensor("tied.weight"), g.erase_tensor("tied.bias");
  auto done = test::exported(g, "export.torch_state_dict");
  const auto members = members_of(test::file_text(done->file("model.pt")));
  CHECK(members.size() == 9);
  CHECK(count(members.at("model/data.pkl").data, "_rebuild_tensor_v2") == 6);
  CHECK(count(members.at("model/data.pkl").data, "tied.weight") == 1);
  CHECK(done->context.reported.at("storages") == Value(4));
}
