// report.table: means over the rows of sweeps and searches that agree in some columns - over repeats, say.
#pragma once
#include "find.h"

namespace mase::report {

class Table final : public Pass {
 public:
  struct Config {
    Words from, by, columns;
    std::string name = "table";
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Table(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  Config config_;
};

}  // namespace mase::report
