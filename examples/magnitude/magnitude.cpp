// magnitude.abs and magnitude.fixed_abs: an operator, its hardware, and the integers that both agree on.
#include <ATen/ops/abs.h>
#include <dlfcn.h>
#include <mase/generator.h>
#include <mase/op.h>
#include <mase/plugin.h>
#include <mase/text.h>

#include <filesystem>

namespace {

// |-2^(w-1)| does not fit a signed word of w bits, but an unsigned one: nothing is lost, and no bit is added.
mase::FixedPoint exact_grid(const mase::FixedPoint& in) { return {in.width, in.frac_width, false}; }

struct Abs final : mase::Op {
  mase::Tensors forward(const mase::Tensors& inputs, mase::Tensors&, mase::OpContext&) const override {
    return {at::abs(inputs.at(0))};
  }
  mase::OpCost cost(const std::vector<mase::Shape>&, const std::vector<mase::Shape>& results) const override {
    mase::OpCost cost{0, 1};
    for (size_t i = 1; i < results.at(0).size(); ++i) cost.operations *= static_cast<double>(results[0][i]);
    return cost;
  }
  std::optional<mase::FixedPoint> result_format(const mase::OpFormats& formats) const override {
    if (!formats.inputs.at(0)) return std::nullopt;
    return exact_grid(*formats.inputs[0]);
  }
};

class FixedAbs final : public mase::Generator {
 public:
  std::string mase_op() const override { return "abs"; }

  std::string refuses(const mase::Node& node) const override {
    const auto& common = node.meta.common;
    if (!common.args.at("data_in_0").point()) return "its input has no fixed-point format";
    if (!common.results.at("data_out_0").point()) return "its result has no fixed-point format";
    const mase::Map& format = common.results.at("data_out_0").format.with();
    for (const auto& [field, known] : {std::pair{"rounding", "nearest_even"}, {"overflow", "saturate"}})
      if (const mase::Value* v = format.find(field); v && v->as_string() != known)
        return mase::format("its result has {}: {}, the module has {} only", field, v->as_string(), known);
    return {};
  }

  mase::RtlModule emit(const mase::Node& node) const override {
    mase::RtlModule m;
    m.module = "fixed_abs";
    m.sources = {"cast/rtl/mase_cast.sv", own_file("rtl/fixed_abs.sv")};
    int64_t beats = 1;
    for (const auto* tensor : {&node.meta.common.args.at("data_in_0"), &node.meta.common.results.at("data_out_0")}) {
      const bool input = tensor->name == "data_in_0";
      const std::string prefix = input ? "DATA_IN_0" : "DATA_OUT_0";
      const mase::FixedPoint point = *tensor->point();
      m.parameters.set(prefix + "_PRECISION_0", point.width);
      m.parameters.set(prefix + "_PRECISION_1", point.frac_width);
      int64_t lanes = 1;
      beats = 1;
      for (size_t dim = 0; dim < 2; ++dim) {
        const int64_t size = dimension(*tensor, dim), par = parallelism(node, dim, size);
        m.parameters.set(mase::format("{}_TENSOR_SIZE_DIM_{}", prefix, dim), size);
        m.parameters.set(mase::format("{}_PARALLELISM_DIM_{}", prefix, dim), par);
        lanes *= par, beats *= size / par;
      }
      m.ports.push_back({tensor->name, input, point.width, lanes});
    }
    m.parameters.set("DATA_IN_0_SIGNED", node.meta.common.args.at("data_in_0").point()->is_signed ? 1 : 0);
    m.parameters.set("DATA_OUT_0_SIGNED", node.meta.common.results.at("data_out_0").point()->is_signed ? 1 : 0);
    m.initiation_interval = static_cast<int>(beats);
    return m;
  }

  // What the module does: the magnitude, exactly, then one cast to the result's grid.
  std::vector<mase::Codes> model(const mase::Node& node, const std::vector<mase::Codes>& inputs,
                                 const std::vector<mase::Codes>&) const override {
    mase::Codes out;
    out.point = node.meta.common.results.at("data_out_0").point();
    const at::Tensor magnitude = at::abs(inputs.at(0).elements);
    out.elements = mase::to_codes(mase::from_codes(magnitude, exact_grid(*inputs[0].point)), *out.point);
    return {out};
  }

 private:
  // MASE counts dimensions from the last axis and puts all axes before it (but the batch) into dimension 1.
  static int64_t dimension(const mase::TensorMeta& tensor, size_t dim) {
    if (dim == 0) return tensor.shape.back();
    int64_t rows = 1;
    for (size_t i = 1; i + 1 < tensor.shape.size(); ++i) rows *= tensor.shape[i];
    return rows;
  }
  // The largest divisor within the budget, which begins with the highest dimension.
  static int64_t parallelism(const mase::Node& node, size_t dim, int64_t size) {
    const auto& budget = node.meta.hardware.max_parallelism;
    int64_t par = std::min<int64_t>(size, dim < budget.size() ? budget[budget.size() - 1 - dim] : 1);
    while (size % par) --par;
    return par;
  }
  // A file that mase_plugin(... FILES) has put into the folder beside this library.
  static std::string own_file(const char* name) {
    Dl_info info{};
    dladdr(reinterpret_cast<const void*>(&own_file), &info);
    const std::filesystem::path library = std::filesystem::absolute(info.dli_fname);
    return (library.parent_path() / library.stem() / name).string();
  }
};

}  // namespace

MASE_PLUGIN("magnitude", "0.1.0", "The absolute value, in software and in hardware") {
  r.add<Abs>("magnitude.abs", "Absolute value of every element");
  r.add<FixedAbs>("magnitude.fixed_abs", "fixed_abs: absolute value and a cast, combinational");
}
