// Metadata: grids, lists looked up by name, and the schema of the hardware branch.
#include "mase/meta.h"

#include <cmath>

#include "mase/text.h"

namespace mase {

double FixedPoint::low() const { return is_signed ? -std::ldexp(1.0, width - 1 - frac_width) : 0.0; }

double FixedPoint::high() const {
  const double steps = std::ldexp(1.0, is_signed ? width - 1 : width);
  return std::ldexp(steps - 1.0, -frac_width);
}

std::string FixedPoint::str() const {
  return format("{}{}.{}", is_signed ? "Q" : "UQ", width - frac_width, frac_width);
}

const TensorMeta* TensorMetas::find(std::string_view name) const {
  for (const TensorMeta& meta : *this)
    if (meta.name == name) return &meta;
  return nullptr;
}

TensorMeta* TensorMetas::find(std::string_view name) {
  return const_cast<TensorMeta*>(std::as_const(*this).find(name));
}

const TensorMeta& TensorMetas::at(std::string_view name) const {
  if (const TensorMeta* meta = find(name)) return *meta;
  NameList names;
  std::string all;
  for (const TensorMeta& meta : *this) names.add(meta.name), all += (all.empty() ? "" : ", ") + meta.name;
  throw Error("no tensor '" + std::string(name) + "' here" + did_you_mean(name, names), {},
              all.empty() ? "the node has none; its metadata is filled when it is added" : "there are: " + all);
}

TensorMeta& TensorMetas::at(std::string_view name) { return const_cast<TensorMeta&>(std::as_const(*this).at(name)); }

TensorMeta& TensorMetas::add(std::string name) {
  if (TensorMeta* meta = find(name)) return *meta;
  emplace_back().name = std::move(name);
  return back();
}

void HardwareMeta::schema(Schema<HardwareMeta>& s) {
  s.field("is_implicit", &HardwareMeta::is_implicit, "whether the node needs no hardware of its own");
  s.field("toolchain", &HardwareMeta::toolchain, "where the module comes from: INTERNAL_RTL or EXTERNAL_RTL");
  s.field("module", &HardwareMeta::module, "the SystemVerilog module");
  s.field("generator", &HardwareMeta::generator, "the generator whose model is the integer reference");
  s.field("dependence_files", &HardwareMeta::dependence_files, "source files that the module needs");
  s.field("device_id", &HardwareMeta::device_id, "the device the node is placed on, -1 for none");
  s.field("interface", &HardwareMeta::interface, "how each parameter is stored");
  s.field("max_parallelism", &HardwareMeta::max_parallelism, "most elements per beat and axis");
  s.field("verilog_param", &HardwareMeta::verilog_param, "parameters of the module, in order");
  s.field("map", &HardwareMeta::map, "wishes for this node");
}

}  // namespace mase
