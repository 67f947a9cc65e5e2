// State dicts from every file they come in: the same tensors, whatever lies between them and the bytes.
#include "plugins/models/state_dict.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>

#include "mase/model.h"
#include "pickle_bytes.h"
#include "support/fake_context.h"

using namespace test;
using Catch::Contains;
using mase::List;
using mase::Map;
using models::read_state_dict;

namespace {

std::string bytes_of(const at::Tensor& t) {
  const at::Tensor c = t.contiguous();
  return {static_cast<const char*>(c.const_data_ptr()), c.nbytes()};
}

std::string floats_from(int64_t first, int64_t n) { return bytes_of(at::arange(first, first + n, at::kFloat)); }

std::map<std::string, at::Tensor> read_pt(const std::string& body, const std::vector<std::string>& storages) {
  TempDir dir;
  write(dir / "w.pt", pt_bytes(pickled(body), storages));
  std::map<std::string, at::Tensor> result;
  for (auto& [name, tensor] : read_state_dict(dir / "w.pt")) result[name] = tensor;
  return result;
}

std::string pt_refusal(const std::string& body, const std::vector<std::string>& storages) {
  const std::string text = message([&] { read_pt(body, storages); });
  CHECK_THAT(text, Contains("w.pt: "));
  return text;
}

std::string whole(const std::string& key, int64_t n, const std::string& type = "FloatStorage") {
  return pickled_tensor(pickled_storage(type, key, n), 0, {n}, {1});
}

}  // namespace

TEST_CASE("both files of each shared model hold the same tensors bit for bit") {
  const std::filesystem::path folder = "../shared/data/models/torch_export";
  if (!std::filesystem::exists(folder)) {
    std::cout << "SKIP: no ../shared/data/models/torch_export\n";
    return;
  }
  for (const char* model : {"mnist_mlp", "mnist_lenet", "jsc_mlp", "bert_tiny_cls", "branches"}) {
    const auto pickled = read_state_dict((folder / model).string() + ".state_dict.pt");
    std::map<std::string, at::Tensor> stored;
    for (const auto& [name, tensor] : read_state_dict((folder / model).string() + ".safetensors"))
      stored[name] = tensor;
    INFO(model);
    REQUIRE(pickled.size() == stored.size());
    for (const auto& [name, tensor] : pickled) {
      REQUIRE(stored.count(name) == 1);
      CHECK(tensor.scalar_type() == stored[name].scalar_type());
      CHECK(tensor.sizes() == stored[name].sizes());
      CHECK(bytes_of(tensor) == bytes_of(stored[name]));
    }
    const auto refusal = [&](const char* ending) {
      return message([&] { read_state_dict((folder / model).string() + ending); });
    };
    CHECK_THAT(refusal(".pt2"), Contains("archive of torch.export") && Contains("models.torch_export"));
    CHECK_THAT(refusal(".torchscript.pt"), Contains("archive of TorchScript") && Contains("models.torchscript"));
    CHECK_THAT(refusal(".onnx"), Contains("is an ONNX file (models.onnx reads it)"));
    CHECK_THAT(refusal(".golden.npz"), Contains("NumPy") && Contains("data.npz"));
  }
}

TEST_CASE("someone else's .pt and .safetensors have the numbers that PyTorch gives") {
  const std::string folder = "../shared/data/models/burn_mnist/";
  if (!std::filesystem::exists(folder)) {
    std::cout << "SKIP: no ../shared/data/models/burn_mnist\n";
    return;
  }
  std::map<std::string, at::Tensor> early, late;
  for (const auto& [name, tensor] : read_state_dict(folder + "mnist.pt")) early[name] = tensor;
  for (const auto& [name, tensor] : read_state_dict(folder + "mnist.safetensors")) late[name] = tensor;
  REQUIRE(early.size() == 20);
  REQUIRE(late.size() == 20);
  for (const auto& [name, tensor] : early) {
    CHECK(tensor.sizes() == late[name].sizes());
    CHECK(tensor.scalar_type() == late[name].scalar_type());
  }
  // The two files are of one training, four and eight times through the images.
  CHECK(early["norm1.num_batches_tracked"].item<int64_t>() == 3752);
  CHECK(late["norm1.num_batches_tracked"].item<int64_t>() == 7504);
  CHECK(early["conv1.bias"][0].item<float>() == 0.1337510198354721f);
  CHECK(early["conv2.bias"][15].item<float>() == 0.03203575313091278f);
  CHECK(late["conv1.bias"][0].item<float>() == 0.10854441672563553f);
  CHECK(late["conv2.bias"][15].item<float>() == -0.037989262491464615f);
}

TEST_CASE("the state dict is found in a checkpoint, and what are no tensors is left out") {
  const std::string dict = pickled_dict({pickled_text("w"), whole("0", 3), pickled_text("note"), pickled_text("x")});
  const std::string other = pickled_dict({pickled_text("v"), whole("0", 3)});
  const std::vector<std::string> storages{floats_from(0, 3)};
  const auto names = [&](const std::string& body) {
    std::string text;
    for (const auto& [name, tensor] : read_pt(body, storages)) text += name + " ";
    return text;
  };
  CHECK(names(dict) == "w ");
  CHECK(names(pickled_dict({pickled_text("epoch"), "K\3", pickled_text("model"), dict})) == "w ");
  CHECK(names(pickled_dict({pickled_text("ema"), other, pickled_text("state_dict"), dict})) == "w ");
  CHECK(names(pickled_dict({pickled_text("model"), pickled_dict({pickled_text("state_dict"), dict})})) == "w ");
  CHECK(names(pickled_dict({pickled_text("net"), dict, pickled_text("epoch"), "K\3"})) == "w ");
  CHECK_THAT(pt_refusal(pickled_dict({pickled_text("a"), dict, pickled_text("b"), other}), storages),
             Contains("tensors in 'a' and in 'b'") && Contains("model.state_dict()"));
  CHECK_THAT(pt_refusal("}", storages), Contains("no tensors by name"));
  CHECK_THAT(pt_refusal(whole("0", 3), storages), Contains("no tensors by name"));
  CHECK_THAT(pt_refusal(pickled_global("__main__", "Net") + ")\x81", storages), Contains("asks for __main__.Net"));
  // A dict that holds itself.
  CHECK_THAT(pt_refusal("}q\1" + pickled_text("model") + "h\1s", storages), Contains("no tensors by name"));
}

TEST_CASE("strides, offsets and types are those of the pickle") {
  const std::string storage = pickled_storage("FloatStorage", "0", 12);
  const auto t =
      read_pt(pickled_dict({pickled_text("part"), pickled_tensor(storage, 4, {2, 2}, {2, 1}), pickled_text("turned"),
                            pickled_tensor(storage, 0, {3, 4}, {1, 3}), pickled_text("scalar"),
                            pickled_tensor(storage, 11, {}, {}), pickled_text("empty"),
                            pickled_tensor(storage, 0, {0, 5}, {5, 1}), pickled_text("half"),
                            whole("1", 4, "HalfStorage"), pickled_text("flags"), whole("2", 2, "BoolStorage")}),
              {floats_from(0, 12), bytes_of(at::arange(4).to(at::kHalf)), std::string("\1\0", 2)});
  CHECK(at::equal(t.at("part"), at::arange(4.0f, 8.0f).view({2, 2})));
  CHECK(at::equal(t.at("turned"), at::arange(12.0f).view({4, 3}).t()));
  CHECK(t.at("turned").is_contiguous());
  CHECK(t.at("scalar").item<float>() == 11);
  CHECK(t.at("empty").sizes() == at::IntArrayRef{0, 5});
  CHECK(at::equal(t.at("half"), at::arange(4).to(at::kHalf)));
  CHECK(at::equal(t.at("flags"), at::tensor({1, 0}).to(at::kBool)));
}

TEST_CASE("tied tensors share memory until one is written") {
  const std::string storage = pickled_storage("FloatStorage", "0", 10'000);
  const auto t = read_pt(pickled_dict({pickled_text("a"), pickled_tensor(storage, 0, {10'000}, {1}), pickled_text("b"),
                                       pickled_tensor(storage, 0, {100, 100}, {100, 1})}),
                         {floats_from(0, 10'000)});
  CHECK(t.at("a").const_data_ptr() == t.at("b").const_data_ptr());
  t.at("a").fill_(3);
  CHECK(at::equal(t.at("b"), at::arange(10'000, at::kFloat).view({100, 100})));
}

TEST_CASE("tensors that claim what is not there are refused by name") {
  const auto refusal = [](const std::string& tensor) {
    return pt_refusal(pickled_dict({pickled_text("w"), tensor}), {floats_from(0, 12)});
  };
  const std::string storage = pickled_storage("FloatStorage", "0", 12);
  CHECK_THAT(refusal(pickled_tensor(storage, 0, {13}, {1})),
             Contains("'w' needs element 12 of its storage, which has 12"));
  CHECK_THAT(refusal(pickled_tensor(storage, 1, {12}, {1})), Contains("needs element 12"));
  CHECK_THAT(refusal(pickled_tensor(storage, 0, {2, 2}, {100, 1})), Contains("needs element 101"));
  CHECK_THAT(refusal(pickled_tensor(storage, -1, {2}, {1})), Contains("more elements than"));
  CHECK_THAT(refusal(pickled_tensor(storage, 0, {-2}, {1})), Contains("no integer of at least 0"));
  CHECK_THAT(refusal(pickled_tensor(storage, 0, {2}, {-1})), Contains("stride that is no integer"));
  CHECK_THAT(refusal(pickled_tensor(storage, 0, {2}, {1, 1})), Contains("1 sizes and 2 strides"));
  CHECK_THAT(refusal(pickled_tensor(storage, 0, {int64_t{1} << 40}, {1})), Contains("needs element 1099511627775"));
  CHECK_THAT(refusal(pickled_tensor(storage, 0, {int64_t{1} << 40}, {0})), Contains("repeats its elements"));
  CHECK_THAT(refusal(pickled_tensor(storage, 0, {int64_t{1} << 40, int64_t{1} << 40}, {0, 0})), Contains("63 bits"));
  CHECK_THAT(refusal(pickled_tensor(storage, INT64_MAX, {2}, {INT64_MAX})), Contains("63 bits"));
  CHECK_THAT(refusal(pickled_tensor(storage, 0, {0, INT64_MAX, 8}, {1, 1, 1})), Contains("63 bits"));
  CHECK_THAT(refusal(pickled_tensor(storage, 0, std::vector<int64_t>(65, 1), std::vector<int64_t>(65, 1))),
             Contains("65 axes"));
  CHECK_THAT(refusal(whole("0", int64_t{1} << 40)), Contains("'data/0' has 48 bytes, fewer than"));
  CHECK_THAT(refusal(whole("0", int64_t{1} << 62)), Contains("63 bits"));
  CHECK_THAT(refusal(pickled_tensor(pickled_storage("FloatStorage", "0", -5), 0, {1}, {1})), Contains("fewer than no"));
  CHECK_THAT(refusal(whole("7", 12)), Contains("no member 'data/7'"));
  CHECK_THAT(refusal(whole("../0", 12)), Contains("no member 'data/../0'"));
  CHECK_THAT(refusal(pickled_tensor(pickled_storage("BoolStorage", "0", 12), 0, {12}, {1})), Contains("0 and 1"));
}

TEST_CASE("the files of torch.save before its archives are read") {
  const std::string magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  const auto storage = [](const std::string& type, const std::string& key, int64_t n) {
    return pickled_tuple({pickled_text("storage"), pickled_global("torch", type), pickled_text(key),
                          pickled_text("cpu"), pickled_int(n), "N"}) +
           "Q";
  };
  const auto file = [&](const std::string& little_endian, const std::string& tail) {
    return magic + pickled("M" + little(1001, 2)) +
           pickled(pickled_dict({pickled_text("little_endian"), little_endian})) +
           pickled(
               pickled_dict({pickled_text("w"), pickled_tensor(storage("FloatStorage", "941", 6), 0, {2, 3}, {3, 1}),
                             pickled_text("n"), pickled_tensor(storage("LongStorage", "77", 1), 0, {}, {})})) +
           pickled("](" + pickled_text("77") + pickled_text("941") + "e") + tail;
  };
  const std::string tail = little(1, 8) + little(42, 8) + little(6, 8) + floats_from(0, 6);
  TempDir dir;
  const auto read = [&](const std::string& bytes) {
    write(dir / "w.pt", bytes);
    return read_state_dict(dir / "w.pt");
  };
  const auto tensors = read(file("\x88", tail));
  REQUIRE(tensors.size() == 2);
  CHECK(at::equal(tensors[0].second, at::arange(6.0f).view({2, 3})));
  CHECK(tensors[1].second.item<int64_t>() == 42);
  CHECK_THAT(message([&] { read(file("\x89", tail)); }), Contains("another byte order"));
  for (size_t cut = 0; cut < tail.size(); ++cut)
    CHECK_THAT(message([&] { read(file("\x88", tail.substr(0, cut))); }), Contains("ends "));
  CHECK_THAT(message([&] { read(file("\x88", little(1ull << 61, 8) + tail)); }), Contains("ends within its storage"));
  CHECK_THAT(message([&] { read(file("\x88", little(~0ull, 8) + tail)); }), Contains("ends within its storage"));
  CHECK_THAT(message([&] { read(magic + pickled(pickled_global("os", "system"))); }), Contains("os.system"));
}

TEST_CASE("one of Python's pickles alone is refused by what it would run") {
  TempDir dir;
  const auto refusal = [&](const std::string& bytes) {
    write(dir / "w.pt", bytes);
    return message([&] { read_state_dict(dir / "w.pt"); });
  };
  for (const char* protocol : {"\x80\2", "\x80\3", "\x80\4", "\x80\5"})
    CHECK_THAT(refusal(protocol + pickled_global("posix", "system") + pickled_text("touch owned") + "\x85R."),
               Contains("w.pt: ") && Contains("asks for posix.system") && Contains("nothing is executed"));
  CHECK_THAT(refusal("\x80\4}."), Contains("is a pickle alone") && Contains("torch.save(model.state_dict(), file)"));
  // The length of a safetensors header may begin like a pickle.
  std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  header.resize(0x280, ' ');
  write(dir / "w.safetensors", little(header.size(), 8) + header + std::string(4, '\0'));
  CHECK(read_state_dict(dir / "w.safetensors").size() == 1);
}

TEST_CASE("a model takes its weights from a .pt file, in other types too, and refuses those that are not finite") {
  TempDir dir;
  FakeContext context;
  context.folder = dir.path();
  const auto build = [&](const std::string& type, const at::Tensor& weight, const at::Tensor& bias) {
    write(dir / "w.pt", pt_bytes(pickled(pickled_dict({pickled_text("fc1.weight"),
                                                       pickled_tensor(pickled_storage(type, "0", 6), 0, {2, 3}, {3, 1}),
                                                       pickled_text("fc1.bias"), whole("1", 2, type)})),
                                 {bytes_of(weight), bytes_of(bias)}));
    return registry()
        .create<mase::Model>(mase::Chosen("models.mlp", {{"layers", List{3, 2}}, {"weights", "w.pt"}}))
        ->build(context);
  };
  const at::Tensor weight = at::arange(6.0f).view({2, 3}), bias = at::tensor({0.5f, -0.25f});
  const std::map<std::string, at::ScalarType> types{{"FloatStorage", at::kFloat},
                                                    {"DoubleStorage", at::kDouble},
                                                    {"HalfStorage", at::kHalf},
                                                    {"BFloat16Storage", at::kBFloat16}};
  for (const auto& [name, type] : types) {
    const mase::Graph graph = build(name, weight.to(type), bias.to(type));
    CHECK(at::equal(graph.tensor("fc1.weight"), weight));
    CHECK(at::equal(graph.tensor("fc1.bias"), bias));
  }
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    for (const auto& [name, type] : types)
      CHECK_THAT(message([&, &name = name, &type = type] {
                   build(name, weight.to(type), at::tensor({0.0, bad}).to(type));
                 }),
                 Contains("'fc1.bias' holds values that are not finite"));
  CHECK_THAT(message([&] { build("LongStorage", weight.to(at::kLong), bias.to(at::kLong)); }),
             Contains("holds integers"));
}
