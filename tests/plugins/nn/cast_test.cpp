// nn.cast between types, and that the double witness stays in double.
#include "mase/execute.h"
#include "one_op.h"

using namespace test;

TEST_CASE("nn.cast gives the type that is asked for") {
  const std::pair<const char*, at::ScalarType> types[] = {
      {"float32", at::kFloat}, {"float64", at::kDouble}, {"float16", at::kHalf}, {"bfloat16", at::kBFloat16},
      {"int64", at::kLong},    {"int32", at::kInt},      {"int16", at::kShort},  {"int8", at::kChar},
      {"uint8", at::kByte},    {"bool", at::kBool}};
  const at::Tensor x = at::tensor({0.f, 2.75f, 100.f});
  for (const auto& [name, type] : types) {
    INFO(name);
    OneOp op("nn.cast", {{"dtype", name}}, {{3}});
    const at::Tensor y = op(x);
    CHECK(y.scalar_type() == type);
    const double middle = type == at::kBool ? 1 : y.is_floating_point() ? 2.75 : 2;
    CHECK(element(y, {0}) == 0);
    CHECK(element(y, {1}) == middle);
    CHECK(element(y, {2}) == (type == at::kBool ? 1 : 100));
    CHECK(op(at::tensor({0, 1}, at::kLong).to(at::kBool)).scalar_type() == type);
  }
  OneOp half("nn.cast", {{"dtype", "float16"}}, {{1}});
  CHECK(element(half(at::tensor({1.0 / 3}, at::kDouble)), {0}) == Approx(0.333251953125).epsilon(1e-12));
  CHECK_THAT(error_of([] {
               OneOp("nn.cast", {{"dtype", "int4"}}, {{1}});
             }),
             Catch::Contains("expected one of float32"));
}

TEST_CASE("nn.cast leaves values on their grid where the type holds them") {
  const FixedPoint p{8, 4, true};
  CHECK(OneOp("nn.cast", {{"dtype", "float32"}}, {{1}}).grid({p}) == p);
  CHECK_FALSE(OneOp("nn.cast", {{"dtype", "bfloat16"}}, {{1}}).grid({p}));
  CHECK_FALSE(OneOp("nn.cast", {{"dtype", "int64"}}, {{1}}).grid({p}));
}

TEST_CASE("nn.cast keeps double in double arithmetic, and what follows runs") {
  for (const char* dtype : {"float32", "float16", "bfloat16", "float64"}) {
    Graph graph;
    Node& x = add_placeholder(graph, "x", {2});
    Node& index = add_placeholder(graph, "index", {2});
    infer_shapes(graph, plugins(), {at::zeros({1, 2}), at::zeros({1, 2}, at::kLong)});
    const Chosen cast("nn.cast", {{"dtype", dtype}});
    Node& third = add_module(graph, plugins(), "third", {"nn.div"}, {&x, Argument(Value(3))}, Random(1));
    Node& a = add_module(graph, plugins(), "a", cast, {&third}, Random(1));
    Node& b = add_module(graph, plugins(), "b", cast, {&index}, Random(1));
    Node& whole = add_module(graph, plugins(), "whole", {"nn.cast", {{"dtype", "int64"}}}, {&x}, Random(1));
    Node& sum = add_module(graph, plugins(), "sum", {"nn.mul"}, {&a, &b}, Random(1));
    add_output(graph, {&a, &b, &sum, &whole});
    const Tensors inputs{at::tensor({1.f, 2.f}).view({1, 2}),
                         at::tensor({(int64_t{1} << 40) + 1, int64_t{3}}, at::kLong).view({1, 2})};
    const Tensors out = Executor(graph, plugins(), {Arithmetic::float64}).run(inputs);
    CHECK(out[0].scalar_type() == at::kDouble);
    CHECK(element(out[0], {0, 0}) == 1.0 / 3);
    CHECK(element(out[1], {0, 0}) == std::ldexp(1.0, 40) + 1);
    CHECK(element(out[2], {0, 1}) == 2.0 / 3 * 3);
    CHECK(out[3].scalar_type() == at::kLong);
    CHECK(Executor(graph, plugins()).run(inputs)[1].scalar_type() ==
          OneOp("nn.cast", {{"dtype", dtype}}, {{1}})(at::zeros({1})).scalar_type());
  }
}

TEST_CASE("functions of integers are double in double arithmetic") {
  Graph graph;
  Node& index = add_placeholder(graph, "index", {2});
  infer_shapes(graph, plugins(), {at::zeros({1, 2}, at::kLong)});
  Node& exp = add_module(graph, plugins(), "exp", {"nn.exp"}, {&index}, Random(1));
  Node& fc = add_module(graph, plugins(), "fc", {"nn.linear", {{"out_features", 3}}}, {&exp}, Random(1));
  add_output(graph, {&fc});
  for (const Arithmetic arithmetic : {Arithmetic::float32, Arithmetic::float64})
    CHECK(Executor(graph, plugins(), {arithmetic}).run({at::zeros({1, 2}, at::kLong)})[0].scalar_type() ==
          (arithmetic == Arithmetic::float32 ? at::kFloat : at::kDouble));
}
