// Reading a recipe: its tree, the names of its steps, recipes as steps, and everything that has the wrong
// form.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "fake.h"

using namespace mase;
using Texts = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> form_problems(const std::string& text) {
  try {
    parse_recipe(text, "r.yaml");
  } catch (const RecipeErrors& e) {
    Texts texts;
    for (const Error& p : e.problems) texts.push_back(std::string(p.what()).substr(7));
    return texts;
  }
  return {};
}

// A folder of recipe files, gone at the end.
struct Files {
  fs::path folder = fs::temp_directory_path() / ("mase_recipe_test_" + std::to_string(::getpid()));
  explicit Files(const std::vector<std::pair<std::string, std::string>>& files) {
    for (const auto& [name, text] : files) {
      fs::create_directories((folder / name).parent_path());
      std::ofstream(folder / name) << text;
    }
  }
  ~Files() { fs::remove_all(folder); }
  std::string operator/(const std::string& name) const { return (folder / name).string(); }
  Texts problems(const std::string& name) const {
    Problems found;
    read_recipe(*this / name, {}, found);
    Texts texts;
    for (const Error& e : found)
      texts.push_back(fs::path(e.loc().file).filename().string() + e.loc().str().substr(e.loc().file.size()) + " " +
                      e.message());
    return texts;
  }
};

}  // namespace

TEST_CASE("a recipe becomes its tree") {
  const Recipe r = parse_recipe(R"(mase: 1
name: digits
seed: 7
params: {epochs: 20}
plugins: {acme: ">=0.2"}
model: {use: m.a, with: {n: 1}}
data: d.b
steps:
  - {use: p.c, name: first, where: {op: linear}, each: node, if_missing: skip, when: true, seed: 3, with: {x: $epochs}}
  - search:
      name: s
      sampler: {use: x.y, with: {z: 1}}
      trials: 10
      space: {w: {$choice: [4, 8]}}
      steps: [{use: p.c, with: {x: $w}}]
      evaluate: [e.f, {use: e.g, name: h}]
      score: {f: 1.0}
      relative_to: start
      require: a <= b
      constraints: ["f >= 1"]
      allow_test_in_search: true
      pick: best
  - sweep: {over: {a: [1, 2]}, repeats: 3, steps: [{model: m.a}, {data: {use: d.b, name: again}}]}
)",
                                "r.yaml");
  CHECK(r.name == "digits");
  CHECK(r.plugins == std::vector<std::pair<std::string, std::string>>{{"acme", ">=0.2"}});
  CHECK((r.model && r.model->component == "m.a" && r.data && r.data->component == "d.b"));
  REQUIRE(r.steps.size() == 3);
  const Step& first = r.steps[0];
  CHECK((first.kind == Step::Kind::use && first.named && first.each_node && first.skip_if_missing &&
         first.where.present));
  CHECK(first.loc.str() == "r.yaml:9:5");
  CHECK(first.component_loc.str() == "r.yaml:9:11");
  const Control& search = *r.steps[1].control;
  CHECK((r.steps[1].kind == Step::Kind::search && r.steps[1].name == "s" && search.sampler == "x.y" &&
         search.relative_to_start));
  CHECK((search.evaluate.size() == 2 && search.evaluate[1].named && search.evaluate[0].component == "e.f"));
  CHECK((search.require.size() == 1 && search.constraints[0].first == "f >= 1" && search.allow_test_in_search));
  const Control& sweep = *r.steps[2].control;
  CHECK(
      (r.steps[2].kind == Step::Kind::sweep && r.steps[2].name == "sweep" && sweep.steps[0].kind == Step::Kind::model));
  CHECK(sweep.steps[1].name == "again");
}

TEST_CASE("JSON is a recipe too") {
  const Recipe r = parse_recipe(
      "{\n\t\"mase\": 1,\n\t\"params\": {\"n\": 2},\n\t\"steps\": [{\"use\": \"a.b\", \"with\": {\"x\": "
      "\"$n\"}}]\n}\n",
      "r.json");
  CHECK(resolve(r.steps[0].with, scope_of(r)).as_map().at("x") == Value(2));
}

TEST_CASE("unnamed steps are called after their component, and counted") {
  const Recipe r = parse_recipe(
      "mase: 1\nsteps: [{use: a.b}, {use: c.d}, {use: a.b}, {use: a.b, name: a.b_3}, {use: a.b}]\n", "r.yaml");
  Texts names;
  for (const Step& s : r.steps) names.push_back(s.name);
  CHECK(names == Texts{"a.b", "c.d", "a.b_2", "a.b_3", "a.b_4"});
}

TEST_CASE("a recipe as a step keeps out of the run's own folders") {
  const Files files({{"a.yaml", "mase: 1\nsteps: [{use: model.yaml}, {use: state.yaml}, {use: b.yaml}]\n"},
                     {"model.yaml", "mase: 1\nsteps: [{use: a.b}]\n"},
                     {"state.yaml", "mase: 1\nsteps: [{use: a.b}]\n"},
                     {"b.yaml", "mase: 1\nsteps: [{use: a.b}]\n"}});
  Texts names;
  for (const Step& s : read_recipe(files / "a.yaml").steps) names.push_back(s.name);
  CHECK(names == Texts{"model_2", "state_2", "b"});
}

TEST_CASE("names are folder names, once at a level") {
  CHECK(form_problems("mase: 1\nsteps:\n- {use: a.b, name: x}\n- {use: a.b, name: x}\n") ==
        Texts{"4:20: a second step called 'x' at this level (the first one is in line 3)"});
  CHECK(form_problems("mase: 1\nsteps: [{use: a.b, name: ../x}]\n")
            .front()
            .rfind("2:26: 'name' is '../x', expected the name of a folder", 0) == 0);
  // Everything that stands in a run folder beside the steps' own folders.
  for (const std::string taken : {"model", "state", "checkpoints", "hardware", "run.json", "recipe.yaml", "log.txt"})
    CHECK(form_problems("mase: 1\nsteps: [{use: a.b, name: " + taken + "}]\n") ==
          Texts{"2:26: a step cannot be called '" + taken + "': the run keeps something of its own there"});
  CHECK(form_problems("mase: 1\nsteps: [{use: a.b, name: 3}]\n") ==
        Texts{"2:26: 'name' is 3, expected a string (put quotes around it)"});
  CHECK(form_problems("mase: 1\nsteps:\n- sweep: {repeats: 2, steps: [{use: a.b}]}\n- sweep: {repeats: 2, "
                      "steps: [{use: a.b}]}\n") ==
        Texts{"4:3: a second sweep or search without a name at this level (give it a 'name'; the first one "
              "is in line 3)"});
  CHECK(form_problems("mase: 1\nname: a/b\nsteps: [{use: a.b}]\n") ==
        Texts{"2:7: 'name' is 'a/b'; it becomes a folder's name"});
}

TEST_CASE("the form of steps") {
  CHECK(form_problems("mase: 1\nsteps:\n- {use: a.b, model: m}\n").front().rfind("3:14: 'model' beside 'use'", 0) == 0);
  CHECK(form_problems("mase: 1\nsteps:\n- {usse: a.b}\n") ==
        Texts{"3:3: a step has one of 'use', 'search', 'sweep', 'model' and 'data'",
              "3:4: unknown key 'usse' in a step, did you mean 'use'?"});
  CHECK(form_problems("mase: 1\nsteps: [a.b]\n") == Texts{"2:9: found 'a.b', expected a step (write {use: a.b})"});
  CHECK(form_problems("mase: 1\nsteps: [{use: a.b, each: layer}]\n") ==
        Texts{"2:26: 'each' is 'layer', expected 'node'"});
  CHECK(form_problems("mase: 1\nsteps: [{use: a.b, with: 3}]\n") ==
        Texts{"2:26: 'with' is 3, expected a map of fields"});
  CHECK(form_problems("mase: 1\nsteps: [{use: $x}]\n")
            .front()
            .rfind("2:15: 'use' is '$x', expected the name of a component", 0) == 0);
  CHECK(form_problems("mase: 1\nsteps: [{sweep: {repeats: 2, steps: [{use: a.b}]}, name: x}]\n") ==
        Texts{"2:52: unknown key 'name' beside 'sweep' (it belongs inside 'sweep')"});
  CHECK(form_problems("mase: 1\nsteps: []\n") == Texts{"2:8: 'steps' is empty"});
}

TEST_CASE("the form of the top level") {
  CHECK(form_problems("mase: 2\nsteps: [{use: a.b}]\n") ==
        Texts{"1:7: 'mase' is 2, expected 1: the version of the language"});
  CHECK(form_problems("steps: [{use: a.b}]\n") == Texts{"1:1: 'mase: 1' is missing: the version of the language"});
  CHECK(form_problems("mase: 1\n") == Texts{"1:1: 'steps' is missing: what the recipe does"});
  CHECK(form_problems("mase: 1\nstep: []\nsteps: [{use: a.b}]\n") ==
        Texts{"2:1: unknown key 'step' in a recipe, did you mean 'steps'?"});
  CHECK(form_problems("[1]").front() == "1:1: found [1], expected a recipe: a map with 'mase', 'model', 'steps'");
  CHECK(form_problems("mase: 1\nparams: {a-b: 1}\nsteps: [{use: a.b}]\n")
            .front()
            .rfind("2:10: 'a-b' cannot be the name of a param", 0) == 0);
}

TEST_CASE("the form of control steps") {
  const auto search = [](const std::string& keys) {
    return form_problems("mase: 1\nsteps:\n- search: {sampler: a.b, steps: [{use: a.b}]" + keys + "}\n");
  };
  CHECK(search(", score: {a: 1}").empty());
  CHECK(search("") == Texts{"3:11: a search needs 'score' (one number) or 'objectives' (a front)"});
  CHECK(search(", score: {a: 1}, objectives: {a: maximize}") ==
        Texts{"3:74: 'objectives' beside 'score': a search has exactly one of them"});
  CHECK(search(", score: {a: 1}, stop_early: x") == Texts{"3:62: this version of mase has no 'stop_early'"});
  CHECK(search(", score: {a: 1}, trails: 3") ==
        Texts{"3:62: unknown key 'trails' in a search, did you mean 'trials'?"});
  CHECK(search(", score: {}").front() == "3:54: 'score' is {}, expected a map of metrics (score: {accuracy: 1.0})");
  CHECK(form_problems("mase: 1\nsteps:\n- search: {steps: [{use: a.b}], score: {a: 1}}\n") ==
        Texts{"3:11: 'sampler' is missing in 'search' (mase list sampler)"});
  CHECK(form_problems("mase: 1\nsteps:\n- sweep: {steps: [{use: a.b}]}\n") ==
        Texts{"3:10: a sweep needs 'over' or 'repeats'"});
}

TEST_CASE("the form of domains") {
  const auto domain = [](const std::string& text) {
    return form_problems("mase: 1\nsteps:\n- {use: a.b, with: {x: " + text + "}}\n");
  };
  CHECK(domain("{$int: [1, 8]}").empty());
  CHECK(domain("{$choice: [1, {use: a.b, label: x}, null, $y]}").empty());
  CHECK(domain("{$choice: []}") == Texts{"3:34: $choice has no options"});
  CHECK(domain("{$choice: 3}") == Texts{"3:34: '$choice' is 3, expected a list"});
  CHECK(domain("{$chioce: [1]}").front().rfind("3:25: unknown domain '$chioce', did you mean '$choice'?", 0) == 0);
  CHECK(domain("{$int: [1]}") == Texts{"3:31: $int is [1], expected [low, high] or {low, high, step, log}"});
  CHECK(domain("{$int: [8, 1]}") == Texts{"3:32: the low end 8 lies above the high end 1"});
  CHECK(domain("{$int: [1, 2.5]}") == Texts{"3:35: 'high' is 2.5, expected an integer"});
  CHECK(domain("{$float: [0, .inf]}").front() == "3:37: 'high' is \"inf\", expected a finite number");
  CHECK(domain("{$int: {low: 1, high: 8, step: 0}}") == Texts{"3:55: 'step' is 0, expected more than 0"});
  CHECK(domain("{$float: {low: 0, high: 1, log: true}}") ==
        Texts{"3:39: 'low' is 0, a logarithmic range begins above 0"});
  CHECK(domain("{$int: {low: 1, hgih: 8}}") ==
        Texts{"3:31: 'high' is missing in $int", "3:40: unknown key 'hgih' in $int, did you mean 'high'?"});
  CHECK(domain("{$choice: [4, 8, 4]}") ==
        Texts{"3:41: two options are both called '4' (remove one, or give it a 'label')"});
  CHECK(domain("{$int: [1, 2], step: 1}").front().rfind("3:39: unknown key 'step' beside '$int'", 0) == 0);
}

TEST_CASE("options are called by label, component or what they are") {
  const Recipe r = parse_recipe(
      "mase: 1\nsteps: [{use: a.b, with: {x: {$choice: [{use: f.a}, {use: f.b, label: small}, {label: pair, "
      "value: [16, 8]}, [4, 2], null, $p, "
      "{use: f.c, with: {n: 1}}, {use: f.c, with: {n: 2}}]}}}]\n",
      "r.yaml");
  const DomainSpec& d = *r.steps[0].with.find("x")->domain;
  CHECK(d.labels == Texts{"f.a", "small", "pair", "[4,2]", "null", "p", R"({"use":"f.c","with":{"n":1}})",
                          R"({"use":"f.c","with":{"n":2}})"});
  CHECK(d.tags == Texts{"f.a", "f.b", "pair", "[4,2]", "", "p", R"({"use":"f.c","with":{"n":1}})",
                        R"({"use":"f.c","with":{"n":2}})"});
}

TEST_CASE("all problems are told at once, in order") {
  CHECK(form_problems("mase: 1\nsteps:\n- {use: a.b, wiht: {}}\n- {use: 3}\nnmae: x\n") ==
        Texts{"3:14: unknown key 'wiht' in a step, did you mean 'with'?",
              "4:9: 'use' is 3, expected a string (put quotes around it)",
              "5:1: unknown key 'nmae' in a recipe, did you mean 'name'?"});
}

TEST_CASE("a recipe as a step takes its params from `with`") {
  const Files files(
      {{"a.yaml", "mase: 1\nparams: {x: 5, n: 1}\nsteps: [{use: ./sub/b.yaml, with: {n: $x}}]\n"},
       {"sub/b.yaml", "mase: 1\nparams: {x: 1, n: 2, m: $x}\nsteps: [{use: p.q, with: {n: $n, m: $m}}]\n"}});
  const Recipe r = read_recipe(files / "a.yaml");
  const Step& step = r.steps[0];
  REQUIRE((step.kind == Step::Kind::recipe && step.recipe && step.name == "b"));
  const Scope outer = scope_of(r), inner = scope_of(*step.recipe, &outer);
  const Value with = resolve(step.recipe->steps[0].with, inner);
  CHECK(with.as_map().at("n") == Value(5));  // $x of the outer recipe
  CHECK(with.as_map().at("m") == Value(1));  // $x of its own
}

TEST_CASE("what can be wrong with a recipe as a step") {
  const Files files({{"a.yaml", "mase: 1\nsteps: [{use: b.yaml}, {use: none.yaml}, {use: ., with: {}}]\n"},
                     {"b.yaml", "mase: 1\nsteps: [{use: c.yaml, with: {m: 1}}]\n"},
                     {"c.yaml", "mase: 1\nparams: {n: 1}\nsteps: [{use: a.yaml}]\nx: 1\n"},
                     {"self.yaml", "mase: 1\nsteps: [{use: ./self.yaml}]\n"},
                     {"folder.yaml/x", ""},
                     {"d.yaml", "mase: 1\nsteps: [{use: folder.yaml}, {use: c.yaml, where: {op: a}}]\n"}});
  CHECK(files.problems("self.yaml") ==
        Texts{"self.yaml:2:15 the recipe './self.yaml' includes itself: self.yaml -> self.yaml"});
  CHECK(files.problems("a.yaml") ==
        Texts{"c.yaml:4:1 unknown key 'x' in a recipe",
              "c.yaml:3:15 the recipe 'a.yaml' includes itself: a.yaml -> b.yaml -> c.yaml -> a.yaml",
              "b.yaml:2:30 unknown param 'm' of c.yaml, did you mean 'n'?",
              "a.yaml:2:30 cannot read the recipe 'none.yaml': no such file"});
  CHECK(files.problems("d.yaml")[0] == "d.yaml:2:15 cannot read the recipe 'folder.yaml': it is a folder");
  CHECK(files.problems("d.yaml")[1] == "d.yaml:2:43 'where' beside a recipe");
  CHECK(files.problems("nothing.yaml")[0].find("no such file") != std::string::npos);
}
