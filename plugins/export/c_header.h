// export.c_header: parameters as arrays for a C or C++ program.
#pragma once
#include <mase/pass.h>

namespace mase::exporting {

class CHeader final : public Pass {
 public:
  struct Config {
    Path file{"model.h", {}};
    std::string prefix;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit CHeader(Config config) : config_(std::move(config)) {}
  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  Config config_;
};

}  // namespace mase::exporting
