// report.table: groups, means and spreads over tables on disk.
#include <catch2/catch.hpp>

#include "run_folder.h"

using namespace mase;

namespace {

class Tables : public test::RunFolder {
 public:
  std::string written(Map with) { return RunFolder::written("report.table", "table.csv", std::move(with)); }
};

}  // namespace

TEST_CASE("report.table: a line for each group, in the order of the rows, with mean and sample deviation") {
  Tables t;
  t.add("s/sweep.csv", "row,label,w,repeat,acc,seconds\n0,a,8,0,0.5,1\n1,b,4,0,0.25,2\n2,a,8,1,1.0,3\n3,b,4,1,,2\n");
  CHECK(t.written({{"from", "s"}, {"by", "w"}, {"columns", List{"acc", "seconds"}}}) ==
        "w,rows,acc,acc.std,seconds,seconds.std\n"
        "8,2,0.75,0.3535533905932738,2.0,1.4142135623730951\n"
        "4,2,0.25,0.0,2.0,0.0\n");
  CHECK(t.log.find("0.7500") != std::string::npos);
}

TEST_CASE("report.table: rows inside rows take over the columns around them, through a recipe that is a step as well") {
  Tables t;
  t.add("seeds/sweep.csv", "row,label,repeat,float\n0,000,0,0.5\n0,000,1,0.75\n");
  t.add("seeds/000_r0/rows/formats/sweep.csv", "row,label,f,q\n0,000,int,0.25\n1,001,log,0.5\n");
  t.add("seeds/000_r1/rows/formats/sweep.csv", "row,label,f,q\n0,000,int,0.75\n1,001,log,0.5\n");
  CHECK(t.written({{"from", "seeds"}, {"by", List{"f"}}, {"columns", List{"float", "q"}}}) ==
        "f,rows,float,float.std,q,q.std\n"
        "int,2,0.625,0.1767766952966369,0.5,0.3535533905932738\n"
        "log,2,0.625,0.1767766952966369,0.5,0.0\n");
}

TEST_CASE("report.table: what is not there, and what is no file name") {
  Tables t;
  t.add("s/sweep.csv", "w,acc\n8,0.5\n");
  const auto problem = [&](Map with) { return test::message([&] { t.written(std::move(with)); }); };
  CHECK_THAT(problem({{"from", "s"}, {"by", "v"}, {"columns", "acc"}}), Catch::Contains("no column 'v'"));
  CHECK_THAT(problem({{"from", "t"}, {"by", "w"}, {"columns", "acc"}}), Catch::Contains("no step 't' of this run"));
  CHECK_THAT(problem({{"from", "s"}, {"by", "w"}, {"columns", "acc"}, {"name", "a/b"}}),
             Catch::Contains("no file name"));
  CHECK_THAT(problem({{"from", "s"}, {"by", List{}}, {"columns", "acc"}}), Catch::Contains("each name something"));
}
