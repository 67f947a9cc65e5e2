// report.plot: from tables on disk to shapes in an SVG, and what it says about columns that are not there.
#include <catch2/catch.hpp>
#include <cmath>
#include <regex>

#include "plugins/report/curves.h"
#include "run_folder.h"

using namespace mase;

namespace {

class Run : public test::RunFolder {
 public:
  std::string plot(Map with) {
    const std::string name = with.find("name") ? with.at("name").as_string() : "plot";
    return written("report.plot", name + ".svg", std::move(with));
  }
  std::string problem(Map with) {
    return test::message([&] { plot(std::move(with)); });
  }
};

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

bool has(const std::string& text, const std::string& part) { return count(text, part) > 0; }

// Every element is closed, in order.
bool well_formed(const std::string& svg) {
  std::vector<std::string> open;
  const std::regex tag("<(/?)([a-z]+)[^>]*?(/?)>");
  for (std::sregex_iterator it(svg.begin(), svg.end(), tag), end; it != end; ++it) {
    if ((*it)[1] == "/") {
      if (open.empty() || open.back() != (*it)[2]) return false;
      open.pop_back();
    } else if ((*it)[3] != "/") {
      open.push_back((*it)[2]);
    }
  }
  return open.empty() && svg.rfind("<svg ", 0) == 0;
}

const char* kSweep =
    "row,label,width,repeat,ptq.accuracy,qat.accuracy\n"
    "0,000,4,0,0.5,0.9\n0,000,4,1,0.7,0.9\n1,001,8,0,0.9,0.95\n1,001,8,1,0.9,0.97\n";

report::Figure figure_of(const std::string& csv, report::CurveOptions options) {
  test::TempDir folder;
  std::ofstream(folder / "t.csv") << csv;
  report::Figure figure;
  report::add_curves(figure, {{"t", report::read_csv(folder / "t.csv", "t.csv")}}, options);
  return figure;
}

}  // namespace

TEST_CASE("a sweep becomes a curve per y, with a band where repeats differ") {
  Run run;
  run.add("widths/sweep.csv", kSweep);
  const std::string svg = run.plot({{"from", "widths"},
                                    {"x", "width"},
                                    {"y", List{"ptq.accuracy", "qat.accuracy"}},
                                    {"title", "a < b & \"c\""},
                                    {"name", "accuracy"}});
  CHECK(well_formed(svg));
  CHECK(count(svg, "<polyline") == 2);
  CHECK(count(svg, "<polygon") == 2);
  CHECK(count(svg, "<circle") == 4);
  CHECK(has(svg, "a &lt; b &amp; &quot;c&quot;"));
  CHECK(has(svg, "ptq.accuracy: 0.6 at 4 (± 0.141, 2 repeats)"));
  CHECK(run.figures.at("file") == Value("out/accuracy.svg"));
  CHECK(run.figures.at("curves") == Value(2));
  CHECK(run.figures.at("points") == Value(4));
}

TEST_CASE("mean and standard deviation over repeats") {
  const auto f = figure_of("x,y,repeat\n1,2,0\n1,4,1\n1,9,2\n", {"x", {"y"}, "", report::Running::none});
  REQUIRE(f.curves.size() == 1);
  const report::Point& p = f.curves[0].points.at(0);
  CHECK(p.y == Approx(5));
  CHECK(p.high - p.y == Approx(std::sqrt(13.0)));  // (9 + 1 + 16) / 2
  CHECK(p.count == 3);
}

TEST_CASE("the running best holds until it is beaten, for each repeat by itself") {
  const char* csv = "number,value,repeat\n0,1,0\n1,5,0\n2,3,0\n0,2,1\n1,1,1\n2,7,1\n";
  const auto best = figure_of(csv, {"number", {"value"}, "", report::Running::max}).curves.at(0).points;
  CHECK(best[0].y == Approx(1.5));
  CHECK(best[1].y == Approx(3.5));  // 5 and 2
  CHECK(best[2].y == Approx(6));    // 5 and 7
  const auto least = figure_of(csv, {"number", {"value"}, "", report::Running::min}).curves.at(0).points;
  CHECK(least[2].y == Approx(1));
}

TEST_CASE("rows without a number in y are left out, like failed trials") {
  const auto f = figure_of("number,value\n0,1\n1,\n2,nan\n3,4\n", {"number", {"value"}, "", report::Running::none});
  CHECK(f.curves.at(0).points.size() == 2);
}

TEST_CASE("series: one curve per value, components by their name") {
  Run run;
  run.add("s/trials.csv",
          "number,state,sampler,value\n0,complete,\"{\"\"use\"\":\"\"search.random\"\"}\",1\n"
          "0,complete,search.grid,2\n1,complete,search.grid,3\n");
  const std::string svg =
      run.plot({{"from", "s"}, {"x", "number"}, {"y", "value"}, {"series", "sampler"}, {"running", "max"}});
  CHECK(count(svg, "<polyline") == 2);
  CHECK(has(svg, ">search.random</text>"));
  CHECK(has(svg, ">search.grid</text>"));
  CHECK(has(svg, "value (best so far)"));
}

TEST_CASE("a sweep around a search is drawn from the trials inside its rows") {
  Run run;
  run.add("samplers/sweep.csv",
          "row,label,sampler,repeat,best_value\n0,000,search.random,0,3\n1,001,search.grid,0,4\n");
  run.add("samplers/000/find/trials.csv", "number,state,value\n0,complete,1\n1,complete,3\n2,complete,2\n");
  run.add("samplers/001/find/trials.csv", "number,state,value\n0,complete,4\n1,complete,1\n");
  run.add("samplers/001/train/fit.csv", "epoch,loss\n0,4\n");
  const std::string svg =
      run.plot({{"from", "samplers"}, {"x", "number"}, {"y", "value"}, {"series", "sampler"}, {"running", "max"}});
  CHECK(count(svg, "<polyline") == 2);
  CHECK(run.figures.at("points") == Value(5));
  CHECK(has(svg, "search.random: 3 at 1"));
  CHECK(has(svg, "search.grid: 4 at 0"));
  CHECK(count(svg, "<circle") == 3);  // only where the best changes
  CHECK(has(run.plot({{"from", "samplers"}, {"x", "sampler"}, {"y", "best_value"}, {"kind", "bars"}}),
            "best_value: 4 at search.grid"));
}

TEST_CASE("repeats of a search within a sweep are one curve with a spread") {
  Run run;
  run.add("s/sweep.csv", "row,label,sampler,repeat,best\n0,000,a b,0,3\n0,000,a b,1,4\n");
  run.add("s/000_r0/find/trials.csv", "number,value\n0,1\n1,3\n");
  run.add("s/000_r1/find/trials.csv", "number,value\n0,4\n1,1\n");
  const std::string svg =
      run.plot({{"from", "s"}, {"x", "number"}, {"y", "value"}, {"series", "sampler"}, {"running", "max"}});
  CHECK(count(svg, "<polyline") == 1);
  CHECK(has(svg, "a b: 3.5 at 1 (± 0.707, 2 repeats)"));
}

TEST_CASE("several sources are told apart by their names") {
  Run run;
  run.add("a/sweep.csv", "x,y\n1,2\n2,3\n");
  run.add("b/sweep.csv", "x,y\n1,4\n2,5\n");
  const std::string svg = run.plot({{"from", List{"a", "b"}}, {"x", "x"}, {"y", "y"}, {"kind", "points"}});
  CHECK(has(svg, ">a</text>"));
  CHECK(has(svg, ">b</text>"));
  CHECK(count(svg, "<polyline") == 0);
}

TEST_CASE("bars stand on zero, at names") {
  Run run;
  run.add("s/sweep.csv", "label,repeat,y\nfirst,0,2\nfirst,1,4\nsecond,0,-1\n");
  const std::string svg = run.plot({{"from", "s"}, {"x", "label"}, {"y", "y"}, {"kind", "bars"}});
  CHECK(well_formed(svg));
  CHECK(count(svg, "<rect") == 3);  // the page and two bars
  CHECK(has(svg, ">first</text>"));
  CHECK(has(svg, ">0</text>"));
}

TEST_CASE("a column that is not there is named with the nearest one and all there are") {
  Run run;
  run.add("widths/sweep.csv", kSweep);
  const std::string y = run.problem({{"from", "widths"}, {"x", "width"}, {"y", "qat.acuracy"}});
  CHECK(has(y, "widths/sweep.csv has no column 'qat.acuracy', did you mean 'qat.accuracy'?"));
  CHECK(has(y, "columns are: row, label, width, repeat"));
  CHECK(has(run.problem({{"from", "widths"}, {"x", "widht"}, {"y", "qat.accuracy"}}), "did you mean 'width'?"));
  CHECK(has(run.problem({{"from", "widths"}, {"x", "width"}, {"y", "qat.accuracy"}, {"series", "sampler"}}),
            "'sampler'"));
}

TEST_CASE("a step that has left no table is named with the nearest that has") {
  Run run;
  CHECK(has(run.problem({{"from", "width"}, {"x", "a"}, {"y", "b"}}), "no step 'width' of this run has left a table"));
  run.add("widths/sweep.csv", kSweep);
  CHECK(has(run.problem({{"from", "width"}, {"x", "a"}, {"y", "b"}}), "did you mean 'widths'?"));
}

TEST_CASE("what cannot be drawn is refused") {
  Run run;
  run.add("s/sweep.csv", "x,y\n0,\n");
  run.add("z/sweep.csv", "x,y\n0,1\n");
  run.add("e/sweep.csv", "");
  run.add("l/sweep.csv", "x,y\n1,2,3\n");
  CHECK(has(run.problem({{"from", "s"}, {"x", "x"}, {"y", "y"}}), "nothing to draw"));
  CHECK(has(run.problem({{"from", "z"}, {"x", "x"}, {"y", "y"}, {"log_x", true}}), "no place on a logarithmic axis"));
  CHECK(has(run.problem({{"from", "e"}, {"x", "x"}, {"y", "y"}}), "is empty"));
  CHECK(has(run.problem({{"from", "l"}, {"x", "x"}, {"y", "y"}}), "a row of 3 fields under a header of 2"));
  CHECK(has(run.problem({{"from", "z"}, {"x", "x"}, {"y", "y"}, {"name", "../x"}}), "is no file name"));
  CHECK(has(run.problem({{"from", "z"}, {"x", "x"}}), "missing 'y'"));
  CHECK(has(run.problem({{"from", 3}, {"x", "x"}, {"y", "y"}}), "a string or a list of strings"));
}

TEST_CASE("one point, equal points and wide ranges are drawn without a NaN") {
  Run run;
  run.add("one/sweep.csv", "x,y\n3,0\n");
  run.add("flat/sweep.csv", "x,y\n1,0.5\n2,0.5\n");
  run.add("wide/sweep.csv", "x,y\n1e-6,1e9\n1e6,2\n");
  for (const char* from : {"one", "flat", "wide"})
    for (const char* kind : {"lines", "points", "bars"}) {
      const std::string svg = run.plot({{"from", from}, {"x", "x"}, {"y", "y"}, {"kind", kind}});
      CHECK_FALSE(std::regex_search(svg, std::regex("[\", ](-?nan|-?inf)[\", ]")));
    }
  const std::string log = run.plot({{"from", "wide"}, {"x", "x"}, {"y", "y"}, {"log_x", true}, {"log_y", true}});
  CHECK(has(log, ">1e+06</text>"));
}
