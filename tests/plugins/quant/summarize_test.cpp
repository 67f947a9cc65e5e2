// quant.summarize: the figures of a small network, counted by hand.
#include <catch2/catch.hpp>

#include "support/small_graph.h"

using namespace mase;

TEST_CASE("quant.summarize writes MASE's table and histogram, and counts bits") {
  Graph g = test::small_graph();
  test::quantize(g, {{"weight", test::fixed(4, 3)}, {"data_in", test::fixed(8, 4)}}, {"fc1"});
  const test::TempDir folder;
  test::FakeContext context(&g);
  context.folder = folder.path();
  test::registry().create<Pass>(Chosen("quant.summarize"))->run(g, context);

  CHECK(context.reported.at("nodes") == Value(3));
  CHECK(context.reported.at("changed") == Value(1));
  CHECK(context.reported.at("unchanged") == Value(2));
  CHECK(context.reported.at("parameter_bits_before") == Value((16 * 8 + 8 + 8 * 5 + 5) * 32));
  // The bias of fc1 lies on the accumulator's grid, as wide as its values need; fc2 is float.
  const int64_t bias_width = g.at("fc1").meta.common.args.at("bias").point()->width;
  CHECK(context.reported.at("parameter_bits_after") == Value(16 * 8 * 4 + 8 * bias_width + (8 * 5 + 5) * 32));

  const auto histogram = test::csv_cells(test::file_text(context.out_dir() + "/quantize_histogram.csv"));
  REQUIRE(histogram.size() == 3);
  CHECK(histogram[0] == std::vector<std::string>{"op", "total", "changed", "unchanged"});
  CHECK(histogram[1] == std::vector<std::string>{"linear", "2", "1", "1"});
  CHECK(histogram[2] == std::vector<std::string>{"relu", "1", "0", "1"});

  const std::string table = test::file_text(context.out_dir() + "/quantize_table.csv");
  CHECK(table.find("fc1,linear,float,integer,true,\"data_in_0 integer[8,4]\",\"weight integer[4,3] bias") !=
        std::string::npos);
  CHECK(table.find("fc2,linear,float,float,false,") != std::string::npos);
  CHECK(context.log.find("Original OP") != std::string::npos);
}
