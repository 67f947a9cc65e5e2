// report.plot: draws curves from the tables that sweeps, searches and trainings of this run have left.
#pragma once
#include <mase/pass.h>

#include "curves.h"

namespace mase {

namespace report {

// One word or a list of them, each with the place where it was written.
struct Words : std::vector<Path> {};

}  // namespace report

template <>
struct EnumNames<report::Kind> {
  static const std::vector<std::string>& names();
};
template <>
struct EnumNames<report::Running> {
  static const std::vector<std::string>& names();
};
template <>
struct Codec<report::Words> {
  static TypeInfo type() { return {}; }  // a string or a list of strings
  static bool read(report::Words& out, const Value& v, Problems& p);
  static Value write(const report::Words& words);
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
  std::vector<std::string> columns() const;
  Source source(const Path& from, Context& context) const;
  void check_columns(const Table& table) const;
  Figure figure(const std::vector<Source>& sources) const;

  Config config_;
};

}  // namespace report
}  // namespace mase
