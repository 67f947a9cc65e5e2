// What check says against a recipe before anything runs.
#include <catch2/catch.hpp>

#include "fake.h"

using Texts = std::vector<std::string>;
using namespace mase;

namespace {

// The problems of one step in line 5, column 5: "5:20: message".
Texts step(const std::string& text) { return problems_of(with_steps("steps:\n  - " + text + "\n")); }
Texts quantize(const std::string& with) { return step("{use: fake.quantize, with: {" + with + "}}"); }
// A search whose step stands in line 8; the keys after it from line 10 on.
Texts search(const std::string& inner,
             const std::string& more = "trials: 10, evaluate: [fake.accuracy], score: {accuracy: 1}",
             const std::string& sampler = "fake.random") {
  return problems_of(with_steps("steps:\n  - search:\n      sampler: {use: " + sampler + "}\n      steps:\n        - " +
                                inner + "\n" + (more.empty() ? "" : "      # end\n") + [&] {
                                  std::string lines, rest = more;  // one key a line, from line 10 on
                                  for (size_t at; (at = rest.find(", ")) != rest.npos && rest.find("{") > at;) {
                                    lines += "      " + rest.substr(0, at) + "\n";
                                    rest = rest.substr(at + 2);
                                  }
                                  return lines + (rest.empty() ? "" : "      " + rest + "\n");
                                }()));
}
const std::string kWidth = "{use: fake.quantize, with: {weight: {use: fake.integer, with: {width: {$int: [2, 8]}}}}}";

}  // namespace

TEST_CASE("a sound recipe has no problems") {
  CHECK(problems_of(with_steps(R"(params: {epochs: 3, format: {use: fake.integer, with: {width: {$choice: [4, 8]}}}}
steps:
  - {use: fake.train, name: training, with: {epochs: $epochs}}
  - {use: fake.accuracy, name: float}
  - search:
      sampler: fake.random
      trials: 10
      space: {w: {$int: [2, 8]}}
      require: ["weight.frac_width <= weight.width", "w >= 1"]
      steps:
        - {use: fake.quantize, where: {op: linear, index: [0, -1]}, with: {weight: {use: fake.integer, with: {width: $w, frac_width: 2}}, data_in: $format}}
        - {use: fake.train, when: false}
      evaluate: [fake.accuracy, {use: fake.bits, name: cost}]
      constraints: ["cost.average_bitwidth <= 6"]
      objectives: {accuracy: maximize, cost.average_bitwidth: minimize}
      pick: {use: fake.knee}
  - sweep:
      name: widths
      over: {width: {$int: {low: 4, high: 32, step: 4}}, sampler: [fake.random, fake.grid]}
      steps:
        - {use: fake.quantize, with: {weight: {use: fake.integer, with: {width: $width}}, factors: {a: 1, b: 2.5}, limit: null}}
        - search:
            sampler: {use: $sampler}
            trials: 5
            steps: [{use: fake.quantize, with: {data_in: {$choice: [null, fake.integer, {use: fake.scaled, with: {inner: $format}}]}}}]
            evaluate: [fake.accuracy]
            score: {accuracy: 1.0}
      pick: first
  - fake.accuracy
)")) == Texts{"32:5: found 'fake.accuracy', expected a step (write {use: fake.accuracy})"});
}

TEST_CASE("components: they exist, and are what is expected") {
  CHECK(step("{use: fake.trian}") ==
        Texts{"5:11: no component 'fake.trian'; did you mean 'fake.train'? (mase list pass)"});
  CHECK(step("{use: nothing.like.it}") == Texts{"5:11: no component 'nothing.like.it' (mase list pass)"});
  CHECK(step("{use: fake.integer}") ==
        Texts{"5:11: 'fake.integer' is a format, expected a pass or a runner (mase list pass)"});
  CHECK(quantize("weight: {use: fake.integr}") ==
        Texts{"5:47: no component 'fake.integr'; did you mean 'fake.integer'? (mase list format)"});
  CHECK(quantize("weight: fake.accuracy") ==
        Texts{"5:41: 'fake.accuracy' is a runner, expected a format (mase list format)"});
  CHECK(quantize("weight: 3") ==
        Texts{"5:41: 'weight' is 3, expected a format: its name or {use: name, with: {...}} (mase list format)"});
  CHECK(quantize("weight: {use: fake.integer, width: 3}") ==
        Texts{"5:61: unknown key 'width' beside 'use' (a component's fields stand under 'with')"});
  CHECK(problems_of("mase: 1\nmodel: fake.digits\nsteps: [{use: fake.bits}]\n") ==
        Texts{"2:8: 'fake.digits' is a dataset, expected a model (mase list model)"});
}

TEST_CASE("fields: known, of the right type, in their range") {
  CHECK(quantize("weight: {use: fake.integer, with: {frac_with: 3}}") ==
        Texts{"5:68: unknown key 'frac_with' in fake.integer, did you mean 'frac_width'?"});
  CHECK(quantize("weight: {use: fake.integer, with: {width: 128}}") ==
        Texts{"5:75: 'width' is 128, expected an integer in [1, 64]"});
  CHECK(quantize("weight: {use: fake.integer, with: {width: yes}}") ==
        Texts{"5:75: 'width' is 'yes', expected an integer"});
  CHECK(quantize("weight: {use: fake.integer, with: {width: 4.0}}") ==
        Texts{"5:75: 'width' is 4.0, expected an integer"});
  CHECK(quantize("weight: {use: fake.integer, with: {width: }}") ==
        Texts{"5:68: 'width' is null, expected an integer"});
  CHECK(quantize("rounding: flor") ==
        Texts{"5:43: 'rounding' is 'flor', expected one of nearest, floor, did you mean 'floor'?"});
  CHECK(quantize("detail: {tag: green}") == Texts{"5:47: 'tag' is 'green', expected one of red, blue"});
  CHECK(quantize("detail: {strict: 1}") == Texts{"5:50: 'strict' is 1, expected true or false"});
  CHECK(quantize("detail: 1") == Texts{"5:41: 'detail' is 1, expected a map"});
  CHECK(quantize("limit: -1") == Texts{"5:40: 'limit' is -1, expected an integer of at least 0"});
  CHECK(quantize("limit: null").empty());
  CHECK(quantize("factors: {a: x}") == Texts{"5:46: 'factors' is 'x', expected a number"});
  CHECK(step("{use: fake.train, with: {learning_rate: .nan}}") ==
        Texts{"5:45: 'learning_rate' is \"nan\", expected a number of at least 0"});
  CHECK(step("{use: fake.bits, with: {x: 1}}") == Texts{"5:29: unknown key 'x' in fake.bits (it has no fields)"});
  CHECK(problems_of("mase: 1\nmodel: fake.mlp\nsteps: [{use: fake.bits}]\n") ==
        Texts{"2:8: missing 'layers' in fake.mlp: widths"});
  CHECK(problems_of("mase: 1\nmodel: {use: fake.mlp, with: {layers: [4, 0, x]}}\nsteps: [{use: fake.bits}]\n") ==
        Texts{"2:43: 'layers' is 0, expected an integer of at least 1", "2:46: 'layers' is 'x', expected an integer"});
}

TEST_CASE("a component's own check speaks when all values are known") {
  CHECK(quantize("weight: {use: fake.integer, with: {width: 4, frac_width: 9}}") ==
        Texts{"5:67: the point lies more than a width beyond the value"});
  CHECK(step("{use: fake.train, with: {epochs: 3000000000}}") ==
        Texts{"5:38: 'epochs' is 3000000000, expected an integer in [-2147483648, 2147483647]"});
}

TEST_CASE("several problems are told together, in order") {
  CHECK(problems_of(with_steps("steps:\n  - {use: fake.quantize, wiht: 1, with: {weight: {use: fake.integer, "
                               "with: {width: 99, frac_with: 1}}}}\n  - {use: fake.trian}\n"))
            .size() == 4);
}

TEST_CASE("references are followed to where the value stands") {
  CHECK(problems_of(with_steps("params: {epochs: 0}\nsteps: [{use: fake.train, with: {epochs: $epochs}}]\n")) ==
        Texts{"4:18: 'epochs' is 0, expected an integer of at least 1"});
  CHECK(step("{use: fake.train, with: {epochs: $epochs}}") ==
        Texts{"5:38: unknown name '$epochs' (names are given under 'params'; $$ is a dollar)"});
  CHECK(problems_of(with_steps("params: {epochs: 1}\nsteps: [{use: fake.train, with: {epochs: $epoch}}]\n")) ==
        Texts{"5:42: unknown name '$epoch', did you mean 'epochs'?"});
  CHECK(problems_of(with_steps("params: {n: 1}\nsteps: [{use: fake.train, with: {epochs: $n}}]\n"), {{"n", "x"}}) ==
        Texts{"--set n=x:1:1: 'epochs' is 'x', expected an integer"});
}

TEST_CASE("domains stand inside a search, and inside their field's range") {
  const std::string domain =
      "a domain can stand only inside a search (under 'over' of a sweep a discrete one means all its values)";
  CHECK(step("{use: fake.train, with: {epochs: {$int: [1, 5]}}}") == Texts{"5:38: " + domain});
  CHECK(problems_of(with_steps("params: {n: {$int: [1, 2]}}\nsteps: [{use: fake.train, with: {epochs: $n}}]\n")) ==
        Texts{"4:13: " + domain});
  CHECK(search(kWidth).empty());
  CHECK(search("{use: fake.train, with: {epochs: {$int: [0, 5]}}}") ==
        Texts{"8:52: 'epochs' is 0, expected an integer of at least 1"});
  CHECK(search("{use: fake.train, with: {epochs: {$choice: [1, 0, x]}}}") ==
        Texts{"8:58: 'epochs' is 0, expected an integer of at least 1", "8:61: 'epochs' is 'x', expected an integer"});
  CHECK(search("{use: fake.train, with: {epochs: {$float: [1, 5]}}}") ==
        Texts{"8:44: 'epochs' takes an integer, $float gives numbers"});
  CHECK(search("{use: fake.train, with: {learning_rate: {$float: {low: 0.001, high: 1, log: true}}}}").empty());
  CHECK(search("{use: fake.quantize, with: {weight: {$choice: [{use: fake.integer, with: {width: {$int: [2, "
               "65]}}}, {use: fake.bits}, null]}}}") ==
        Texts{"8:103: 'width' is 65, expected an integer in [1, 64]",
              "8:117: 'fake.bits' is a runner, expected a format (mase list format)"});
  CHECK(
      search("{use: fake.quantize, with: {weight: {use: {$choice: [fake.integer, fake.scaled]}, with: "
             "{width: 3}}}}")
          .front() ==
      R"(8:53: 'use' is {"$choice":["fake.integer","fake.scaled"]}, expected the name of a format (choose among maps: {$choice: [{use: ...}, {use: ...}]}))");
  CHECK(search("{use: fake.quantize, with: {weight: {use: fake.integer, with: {$choice: [{width: 8}, {width: "
               "80}]}}}}") == Texts{"8:104: 'width' is 80, expected an integer in [1, 64]"});
  CHECK(search("{use: fake.train}") == Texts{"6:7: nothing to search: no step has a $choice, $int or $float"});
}

TEST_CASE("a search strives for what somebody computes") {
  const auto goal = [](const std::string& more) {
    return search(kWidth, "trials: 10, evaluate: [fake.accuracy], " + more);
  };
  CHECK(goal("score: {acuracy: 1}") == Texts{"12:15: nothing here computes 'acuracy', did you mean "
                                             "'accuracy'? (computed here: accuracy; mase list metrics)"});
  CHECK(goal("score: {accuracy: x}") == Texts{"12:25: 'accuracy' is 'x', expected a number"});
  CHECK(goal("objectives: {accuracy: max}") == Texts{"12:30: 'accuracy' is 'max', expected one of maximize, minimize"});
  CHECK(goal("score: {train_loss: 1}").size() == 1);
}

TEST_CASE("constraints and requirements know their names") {
  const auto with = [](const std::string& more) {
    return problems_of(
        with_steps("steps:\n  - search:\n      sampler: fake.random\n      trials: 3\n      evaluate: [fake.bits]\n"
                   "      score: {average_bitwidth: -1}\n      steps: [" +
                   kWidth + "]\n      " + more + "\n"));
  };
  CHECK(with("constraints: [\"average_bitwidth <= 3\"]").empty());
  CHECK(with("constraints: [\"lut <= 3\"]") ==
        Texts{"11:21: nothing here computes 'lut' (computed here: average_bitwidth; mase list metrics)"});
  CHECK(with("constraints: [\"average_bitwidth = 3\"]")
            .front()
            .rfind("11:21: in 'average_bitwidth = 3': found '= 3', expected a comparison", 0) == 0);
  CHECK(with("require: [\"weight.width <= 3\"]").empty());
  CHECK(with("require: [\"weight.widht <= 3\"]") == Texts{"11:17: no step here gives 'weight.widht', did you "
                                                          "mean 'weight.width'? (given are: weight.width)"});
}

TEST_CASE("'require' refuses what only a sweep or search among the steps gives") {
  const auto with = [](const std::string& step) {
    return problems_of(
        with_steps("steps:\n  - search:\n      sampler: fake.random\n      trials: 3\n      evaluate: [fake.bits]\n"
                   "      score: {average_bitwidth: -1}\n      require: [\"weight.width <= 3\"]\n      steps:\n"
                   "        - {use: fake.train, with: {epochs: {$int: [1, 3]}}}\n" +
                   step));
  };
  const std::string inside = kWidth;
  CHECK(with("        - " + inside + "\n").empty());
  const Texts refused{
      "10:17: 'weight.width' is given further in only: 'require' sees the search's own steps (give it a "
      "name under 'space', or write the step into the search itself)"};
  CHECK(with("        - sweep: {repeats: 2, steps: [" + inside + "]}\n") == refused);
  CHECK(
      with("        - search: {sampler: fake.random, trials: 2, evaluate: [fake.bits], score: {average_bitwidth: -1}, "
           "steps: [" +
           inside + "]}\n") == refused);
}

TEST_CASE("samplers, ends and picks") {
  CHECK(search(kWidth, "score: {accuracy: 1}\n      evaluate: [fake.accuracy]") ==
        Texts{"6:16: fake.random does not end by itself: give 'trials' or 'timeout'"});
  CHECK(search(kWidth, "score: {accuracy: 1}\n      evaluate: [fake.accuracy]", "fake.grid").empty());
  CHECK(search(kWidth, "trials: 1, evaluate: [fake.accuracy], score: {accuracy: 1}", "fake.knee").front() ==
        "6:22: 'fake.knee' is a pick, expected a sampler (mase list sampler)");
  CHECK(search(kWidth, "trials: 0, evaluate: [fake.accuracy], score: {accuracy: 1}") ==
        Texts{"10:15: 'trials' is 0, expected an integer of at least 1"});
  CHECK(search(kWidth, "trials: 1, evaluate: [fake.train], score: {accuracy: 1}") ==
        Texts{"11:18: 'fake.train' is a pass, expected a runner (mase list runner)"});
  CHECK(search(kWidth, "trials: 1, pick: first, evaluate: [fake.accuracy], score: {accuracy: 1}") ==
        Texts{"11:13: 'first' is for sweeps; a search has 'best'"});
  CHECK(search(kWidth, "trials: 1, pick: best, evaluate: [fake.accuracy], objectives: {accuracy: maximize}")
            .front()
            .rfind("11:13: 'best' needs a 'score'", 0) == 0);
  CHECK(step("{sweep: {repeats: 2, steps: [{use: fake.bits}], pick: best}}")
            .front()
            .rfind("5:59: 'best' is for searches; a sweep has 'first'", 0) == 0);
  CHECK(step("{sweep: {repeats: 2, steps: [{use: fake.bits}], pick: fake.kne}}") ==
        Texts{"5:59: no component 'fake.kne'; did you mean 'fake.knee'? (mase list pick)"});
}

TEST_CASE("a search does not look at the test split unless it says so") {
  CHECK(search(kWidth, "trials: 1, evaluate: [{use: fake.accuracy, with: {split: test}}]\n      score: {accuracy: 1}")
            .size() == 1);
  CHECK(search(kWidth,
               "trials: 1, allow_test_in_search: true, evaluate: [{use: fake.accuracy, with: {split: "
               "test}}]\n      score: {accuracy: 1}")
            .empty());
  CHECK(search(kWidth,
               "trials: 1, evaluate: [{use: fake.accuracy, with: {split: validation}}]\n      score: "
               "{accuracy: 1}")
            .empty());
}

TEST_CASE("two sources of one metric at a level") {
  CHECK(problems_of(with_steps("steps:\n  - {use: fake.accuracy}\n  - {use: fake.accuracy}\n")) ==
        Texts{"6:11: two sources of 'accuracy' at one level: fake.accuracy in line 5 and fake.accuracy (give "
              "one of the steps a 'name': it then stands before its metrics)"});
  CHECK(problems_of(with_steps("steps:\n  - {use: fake.accuracy}\n  - {use: fake.accuracy, name: after}\n")).empty());
  CHECK(problems_of(with_steps("steps:\n  - {use: fake.accuracy}\n  - {use: fake.accuracy, when: false}\n")).empty());
}

TEST_CASE("sweeps: values against the fields they reach") {
  const auto sweep = [](const std::string& over, const std::string& with) {
    return step("{sweep: {over: " + over + ", steps: [{use: fake.train, with: {epochs: " + with + "}}]}}");
  };
  CHECK(sweep("{n: [1, 2, 3]}", "$n").empty());
  CHECK(sweep("{n: [1, 2, 0]}", "$n") == Texts{"5:31: 'epochs' is 0, expected an integer of at least 1"});
  CHECK(sweep("{n: {$int: [0, 2]}}", "$n").size() == 1);
  CHECK(sweep("{n: [1], m: [1, 2, x]}", "$m") == Texts{"5:39: 'epochs' is 'x', expected an integer"});
  CHECK(sweep("{n: [1]}", "$m") == Texts{"5:71: unknown name '$m', did you mean 'n'?"});
  CHECK(sweep("{n: {$float: [1, 2]}}", "1").size() == 1);
  CHECK(sweep("{n: 3}", "1").size() == 1);
  CHECK(sweep("3", "1").front().rfind("5:20: 'over' is 3, expected a map of lists", 0) == 0);
  CHECK(sweep("[{n: 1}, {n: 2, m: 3}]", "$n") ==
        Texts{"5:36: the first row has no 'm' (all rows have the same variables)"});
  CHECK(sweep("[{n: 1, m: 2}, {n: 2}]", "$n") ==
        Texts{"5:35: this row has no 'm', the first one has (all rows have the same variables)"});
  CHECK(sweep("[{n: 1, label: a}, {n: 2, label: b}]", "$n").empty());
  CHECK(sweep("[]", "1") == Texts{"5:20: the sweep has no rows"});
  CHECK(step("{sweep: {repeats: 0, steps: [{use: fake.bits}]}}") ==
        Texts{"5:23: 'repeats' is 0, expected an integer of at least 1"});
}

TEST_CASE("selections are checked for form") {
  CHECK(step("{use: fake.bits, where: {opp: linear}}")
            .front()
            .rfind("5:30: unknown key 'opp' in where, did you mean 'op'?", 0) == 0);
  CHECK(step("{use: fake.bits, where: {op_kind: call_modul}}").front().find("no op_kind 'call_modul'") !=
        std::string::npos);
  CHECK(step("{use: fake.bits, where: {regex: \"(\"}}").size() == 1);
  CHECK(step("{use: fake.bits, where: {index: x}}").size() == 1);
  CHECK(step("{use: fake.bits, where: 3}").front() == "5:29: 'where' is 3, expected a map");
}

TEST_CASE("what a step needs") {
  CHECK(problems_of("mase: 1\nmodel: {use: fake.mlp, with: {layers: [1]}}\nsteps: [{use: fake.accuracy}]\n") ==
        Texts{"3:15: fake.accuracy needs a data set, the recipe has no 'data' (mase list dataset)"});
  CHECK(problems_of("mase: 1\nsteps: [{use: fake.bits}]\n") ==
        Texts{"2:15: no model yet: the recipe has no 'model' and no step before this makes one (mase list "
              "model)"});
  CHECK(problems_of("mase: 1\nsteps: [{model: {use: fake.mlp, with: {layers: [1]}}}, {use: fake.bits}]\n").empty());
  CHECK(step("{use: fake.bits, when: maybe}") == Texts{"5:28: 'when' is 'maybe', expected true or false"});
  CHECK(step("{use: fake.bits, seed: -1}") == Texts{"5:28: 'seed' is -1, expected an integer of at least 0"});
}

TEST_CASE("plugins that a recipe needs") {
  const auto plugins = [](const std::string& text) {
    return problems_of(with_steps("plugins: {" + text + "}\nsteps: [{use: fake.bits}]\n"));
  };
  CHECK(plugins("fake: \">=0.2, <1\"").empty());
  CHECK(plugins("fake: \">=0.4\"") == Texts{"4:17: the plugin 'fake' is 0.3.0, the recipe needs >=0.4"});
  CHECK(plugins("acme: \">=0.2\"") == Texts{"4:17: needs the plugin 'acme' >=0.2, which was not found "
                                            "(--plugins DIR or MASE_PLUGIN_PATH says where it is)"});
  CHECK(plugins("fake: newest") == Texts{"4:17: 'newest' is no version requirement (such as '>=0.2' or '>=0.2, <1')"});
}

TEST_CASE("sweeps in sweeps are checked quickly") {
  std::string text = "{use: fake.bits}";
  for (int i = 0; i < 12; ++i) text = "{sweep: {over: {v: {$int: [1, 100]}}, steps: [" + text + "]}}";
  CHECK(step(text).empty());
}

TEST_CASE("names that stand for names cannot blow up") {
  std::string params = "params: {p0: [1, 1]", deep = "params: {p0: 1", text = "params: {p0: \"\"";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "p" + std::to_string(i - 1), name = ", p" + std::to_string(i) + ": ";
    params += name + "[$" + before + ", $" + before + "]";
    text += name + "\"${" + before + "}${" + before + "}\"";
  }
  for (int i = 1; i < 9000; ++i) deep += ", p" + std::to_string(i) + ": $p" + std::to_string(i - 1);
  const auto with = [](const std::string& head, const std::string& last) {
    return problems_of(with_steps(head + "}\nsteps: [{use: fake.train, with: {epochs: " + last + "}}]\n"));
  };
  REQUIRE(with(params, "$p59").size() == 1);
  CHECK(with(params, "$p59")[0].find("names that stand for names stand for too many values") != std::string::npos);
  REQUIRE(!with(text, "$p59").empty());
  CHECK(with(text, "$p59")[0].find("this stands for more than 200000 values") != std::string::npos);
  REQUIRE(with(deep, "$p8999").size() == 1);
  CHECK(with(deep, "$p8999")[0].find("this leads through more than 100 names") != std::string::npos);
}

TEST_CASE("after five hundred problems the rest is counted") {
  std::string steps = "steps:\n";
  for (int i = 0; i < 2000; ++i) steps += "  - {use: fake.bits, unknown: 1}\n";
  const Texts problems = problems_of(with_steps(steps));
  REQUIRE(problems.size() == 501);
  CHECK(problems.back() == "255:22: 2001 more problems");
}
