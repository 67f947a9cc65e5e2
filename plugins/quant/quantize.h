// quant.quantize: gives arguments, parameters and results of the selected nodes their formats.
#pragma once
#include <mase/format.h>
#include <mase/pass.h>

#include <map>

#include "flat_config.h"

namespace mase {

namespace quant {

// A format that may be named, named as null (float), or not named at all: the last two differ beside a common
// `format`.
struct FormatField {
  bool named = false;
  Chosen chosen;
};

}  // namespace quant

template <>
struct Codec<quant::FormatField> {
  static TypeInfo type() { return {TypeInfo::Kind::component, {}, {}, {}, Format::kKind}; }
  static bool read(quant::FormatField& out, const Value& v, Problems& p) {
    out.named = detail::read_chosen(out.chosen, v, Format::kKind, p);
    return out.named;
  }
  static Value write(const quant::FormatField& f) { return f.chosen.value(); }
};

namespace quant {

// Quantization is metadata: nothing is replaced, and the executor applies what stands there.
class Quantize final : public Pass {
 public:
  struct Config {
    FormatField format, data_in, data_in_0, data_in_1, data_in_2, weight, bias, data_out;
    std::map<std::string, FormatField> parameters;
    Map config;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const;
  };
  explicit Quantize(Config config);
  Quantize(const Quantize&) = delete;  // named_ points into config_

  void run(Graph& graph, Context& context) override;
  bool changes_graph() const override { return false; }

 private:
  // The field that decides about an argument or parameter of this name; nullptr: none does.
  const FormatField* field_for(const std::string& argument) const;
  void read_flat(Context& context);
  bool quantize(Node& node, std::vector<const FormatField*>& used) const;
  void refuse(const Node& node, Context& context) const;
  void check_used(const std::vector<const FormatField*>& used, const std::vector<Node*>& nodes) const;

  Config config_;
  FlatConfig flat_;                                                // of MASE's keys, when they were given
  std::vector<std::pair<std::string, const FormatField*>> named_;  // all fields that were named, but `format`
};

}  // namespace quant
}  // namespace mase
