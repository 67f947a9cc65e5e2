// export.c_header: a C99 compiler and a C++ one take the file without a warning, and read the same numbers from it.
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>

#include "exported.h"
#include "mase/format.h"

using namespace mase;

namespace {

// A program that prints every element of every array: integers exactly, floats as hexadecimal.
std::string printer(const std::vector<std::string>& arrays) {
  std::string text =
      "#include <stdio.h>\n#include \"model.h\"\nint main(void) {\n  unsigned i;\n"
      "#define SHOW(a) for (i = 0; i < sizeof(a) / sizeof(a[0]); ++i) printf(\"%s %a\\n\", #a, (double)a[i])\n";
  for (const std::string& a : arrays) text += "  SHOW(" + a + ");\n";
  return text + "  return 0;\n}\n";
}

bool compilers() {
  if (std::system("gcc --version >/dev/null 2>&1") == 0 && std::system("g++ --version >/dev/null 2>&1") == 0)
    return true;
  std::cout << "SKIP: gcc and g++ are not both installed\n";
  return false;
}

using Values = std::map<std::string, std::vector<double>>;

// The arrays of out/model.h as the compiler sees them.
Values compiled(test::Exported& done, const std::vector<std::string>& arrays, const std::string& compiler) {
  const std::string folder = done.folder / "out/", source = folder + "main.c", log = folder + "log";
  test::write(source, printer(arrays));
  const std::string command =
      compiler + " -o " + folder + "show " + source + " >" + log + " 2>&1 && " + folder + "show >" + folder + "values";
  INFO(command);
  const int status = std::system(command.c_str());
  INFO(test::read(log));
  CHECK(status == 0);
  CHECK(test::read(log).empty());
  Values values;
  std::istringstream lines(test::read(folder + "values"));
  for (std::string name, number; lines >> name >> number;) values[name].push_back(std::strtod(number.c_str(), nullptr));
  return values;
}

std::vector<double> list_of(const at::Tensor& t) {
  const at::Tensor d = t.to(at::kDouble).contiguous();
  return {d.const_data_ptr<double>(), d.const_data_ptr<double>() + d.numel()};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr const char* kC = "gcc -std=c99 -Wall -Werror";
constexpr const char* kCpp = "g++ -x c++ -Wall -Werror";

}  // namespace

TEST_CASE("export.c_header: codes, grids and floats read back equal in C and C++") {
  if (!compilers()) return;
  Graph g = test::small_graph();
  g.set_tensor("fc1.bias", at::tensor({0.3f, -1.7f, 0.01f, 9.f, 0.f, 1.f, -0.1f, 0.5f}));
  test::quantize(g, {{"weight", test::fixed(4, 2)}, {"data_in", test::fixed(6, 3)}}, {"fc1"});
  auto done = test::exported(g, "export.c_header", {{"prefix", "net"}});
  const std::string text = test::file_text(done->file("model.h"));
  CHECK(contains(text, "static const int8_t net_fc1_weight[128]"));
  CHECK(contains(text, "#define NET_FC1_WEIGHT_FRAC_WIDTH 2\n"));
  CHECK(contains(text, "#define NET_FC1_WEIGHT_DIM_1 16\n"));
  CHECK(contains(text, "static const int16_t net_fc1_bias[8]"));  // 9 * 32 has ten bits with its sign
  CHECK(contains(text, "value = code * 2^-5"));
  CHECK(contains(text, "static const float net_fc2_weight[40]"));
  const std::vector<std::string> arrays = {"net_fc1_weight", "net_fc1_bias", "net_fc2_weight", "net_fc2_bias"};
  for (const char* compiler : {kC, kCpp}) {
    Values v = compiled(*done, arrays, compiler);
    CHECK(v["net_fc1_weight"] == list_of(to_codes(g.tensor("fc1.weight").to(at::kDouble), {4, 2, true})));
    CHECK(v["net_fc1_bias"] == std::vector<double>{10, -54, 0, 288, 0, 32, -3, 16});
    CHECK(v["net_fc2_weight"] == list_of(g.tensor("fc2.weight")));
    CHECK(v["net_fc2_bias"] == list_of(g.tensor("fc2.bias")));
  }
}

TEST_CASE("scales, zero points and block exponents stand beside the codes, with the rule that holds") {
  if (!compilers()) return;
  struct Case {
    const char* format;
    Map with;
    const char* rule;
    std::vector<std::string> arrays;
  };
  const std::vector<Case> cases = {
      {"quant.scale_integer", {{"width", 8}}, "value = code * scale", {"n_fc1_weight", "n_fc1_weight_scale"}},
      {"quant.channel_integer", {{"width", 8}}, "value = code * scale", {"n_fc1_weight", "n_fc1_weight_scale"}},
      {"quant.asymmetric_integer",
       {{"width", 8}},
       "value = (code - zero_point) * scale",
       {"n_fc1_weight", "n_fc1_weight_scale", "n_fc1_weight_zero_point"}},
      {"quant.fp8", {}, "bit patterns", {"n_fc1_weight"}},
      {"quant.mxint", {}, "/*", {"n_fc1_weight"}},
      {"quant.binary", {}, "/*", {"n_fc1_weight"}},
      {"quant.lsq_integer", {{"width", 4}}, "/*", {"n_fc1_weight"}}};
  for (const Case& c : cases) {
    INFO(c.format);
    Graph g = test::small_graph();
    test::quantize(g, {{"weight", Map{{"use", c.format}, {"with", c.with}}}}, {"fc1"});
    auto done = test::exported(g, "export.c_header", {{"prefix", "n"}});
    CHECK(contains(test::file_text(done->file("model.h")), c.rule));
    Values v = compiled(*done, c.arrays, kC);
    const auto format = test::registry().create<Format>(Chosen(c.format, c.with));
    if (c.arrays.size() < 2) continue;
    QuantizeContext context;
    context.role = Role::weight, context.channel_axis = 0;
    const std::vector<double> expected = list_of(format->quantize(g.tensor("fc1.weight"), context));
    const auto &codes = v["n_fc1_weight"], &scale = v["n_fc1_weight_scale"], &zero = v["n_fc1_weight_zero_point"];
    REQUIRE(codes.size() == expected.size());
    for (size_t i = 0; i < codes.size(); ++i) {
      const double s = scale[i * scale.size() / codes.size()],
                   z = zero.empty() ? 0 : zero[i * zero.size() / codes.size()];
      CHECK(static_cast<float>((codes[i] - z) * s) == static_cast<float>(expected[i]));
    }
  }
}

TEST_CASE("the narrowest type holds the values, the extremes of 64 bits too") {
  if (!compilers()) return;
  Graph g = test::small_graph();
  const auto longs = at::TensorOptions().dtype(at::kLong);
  g.set_tensor("a.b", at::tensor(std::vector<int64_t>{INT64_MIN, INT64_MAX}, longs));
  g.set_tensor("a_b", at::tensor(std::vector<int64_t>{0, 255}, longs));
  g.set_tensor("*/ int x; /*", at::tensor(std::vector<int64_t>{-129, 4}, longs));
  g.set_tensor("empty", at::tensor(std::vector<int64_t>{}, longs));
  auto done = test::exported(g, "export.c_header", {{"prefix", "p"}});
  const std::string text = test::file_text(done->file("model.h"));
  CHECK(contains(text, "const int64_t p_a_b[2]"));
  CHECK(contains(text, "const uint8_t p_a_b_2[2]"));
  CHECK(contains(text, "const int16_t p____int_x____[2]"));
  for (const char* compiler : {kC, kCpp}) {
    Values v = compiled(*done, {"p_a_b", "p_a_b_2", "p____int_x____", "p_empty"}, compiler);
    CHECK(v["p_a_b"] == std::vector<double>{-0x1p63, 0x1p63});
    CHECK(v["p_a_b_2"] == std::vector<double>{0, 255});
    CHECK(v["p____int_x____"] == std::vector<double>{-129, 4});
  }
}

TEST_CASE("export.c_header refuses what C cannot say") {
  Graph g = test::small_graph();
  CHECK(contains(test::message([&] {
                   test::exported(g, "export.c_header", {{"prefix", "2 nets"}});
                 }),
                 "expected a C identifier"));
  g.set_tensor("fc2.bias", at::tensor({1.f, INFINITY, 0.f, 0.f, 0.f}));
  CHECK(contains(test::message([&] { test::exported(g, "export.c_header"); }), "is not finite"));
}
