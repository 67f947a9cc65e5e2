// pick.first: the first row.
#pragma once
#include "mase/pick.h"

class First final : public mase::Pick {
 public:
  size_t choose(const std::vector<mase::Row>& rows, mase::Context&) override {
    if (rows.empty()) throw mase::Error("pick.first has no row to pick from");
    return 0;
  }
};
