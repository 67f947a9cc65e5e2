// data.npy: inputs and targets in NumPy's .npy files (versions 1 to 3, C or Fortran order).
#include "file.h"
#include "npy_reader.h"
#include "register.h"
#include "table.h"

namespace data {

namespace {

struct Npy final : TableDataset {
  struct Config : Preparation {
    mase::Path inputs, targets;
    double scale = 1;
    static void schema(mase::Schema<Config>& s) {
      s.field("inputs", &Config::inputs, "file of the samples, [rows, ...]").required();
      s.field("targets", &Config::targets, "file of the targets: integers are classes, real numbers are values")
          .required();
      s.field("scale", &Config::scale, "factor on the inputs, 1/255 for bytes");
      fields(s);
    }
  };
  explicit Npy(Config c) : TableDataset(c), config(std::move(c)) {}

  Table read(mase::Context& context) override {
    const std::string inputs = find_file(context, config.inputs), targets = find_file(context, config.targets);
    Table table;
    table.source = inputs;
    table.inputs = parse_npy(read_all(inputs), inputs);
    table.scale = config.scale;
    at::Tensor t = parse_npy(read_all(targets), targets);
    if (t.size(0) != table.inputs.size(0))
      bad_file(targets, mase::format("{} targets for the {} samples of {}", t.size(0), table.inputs.size(0), inputs));
    const bool classes = !at::isFloatingType(t.scalar_type());
    if (classes && t.numel() != t.size(0))
      bad_file(targets, "integer targets of more than one dimension", "classes are one index per sample");
    table.targets = classes ? class_targets(t, targets) : t.to(at::kFloat);
    return table;
  }
  Config config;
};

}  // namespace

void register_npy(mase::Registrar& r) { r.add<Npy>("data.npy", "Inputs and targets in NumPy's .npy files"); }

}  // namespace data
