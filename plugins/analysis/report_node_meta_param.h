// analysis.report_node_meta_param: the metadata of every node as a table.
#pragma once
#include <mase/pass.h>

namespace mase::analysis {

enum class Which { all, common, hardware, software };

}  // namespace mase::analysis

namespace mase {

template <>
struct EnumNames<analysis::Which> {
  static const std::vector<std::string>& names();
};

namespace analysis {

class ReportNodeMetaParam final : public Pass {
 public:
  struct Config {
    std::vector<Which> which = {Which::all};
    std::string save_path = "node_meta_param.txt";
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit ReportNodeMetaParam(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  bool wants(Which which) const;

  Config config_;
};

}  // namespace analysis
}  // namespace mase
