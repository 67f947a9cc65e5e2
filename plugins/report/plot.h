// report.plot: draws curves from the tables that sweeps, searches and trainings of this run have left.
#pragma once
#include <mase/pass.h>

#include "curves.h"
#include "find.h"

namespace mase {

template <>
struct EnumNames<report::Kind> {
  static const std::vector<std::string>& names();
};
template <>
struct EnumNames<report::Running> {
  static const std::vector<std::string>& names();
};

namespace report {

class Plot final : public Pass {
 public:
  struct Config {
    Words from, y;
    Path x, series;
    Running running = Running::none;
    Kind kind = Kind::lines;
    std::string name = "plot", title, x_label, y_label;
    bool log_x = false, log_y = false;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Plot(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  std::vector<Path> columns() const;
  Figure figure(const std::vector<Source>& sources) const;

  Config config_;
};

}  // namespace report
}  // namespace mase
