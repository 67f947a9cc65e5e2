// MASE's flat configuration: the names and keys of its parser, and what they are called here.
#include "flat_config.h"

#include <mase/text.h>

#include <algorithm>

namespace mase::quant {
namespace {

// A name of MASE's, the format's name here, and the keys that follow data_in_, weight_, bias_ and data_out_.
struct FlatFormat {
  std::string_view name, component;
  std::vector<std::string_view> keys;
};

const std::vector<FlatFormat>& flat_formats() {
  static const std::vector<FlatFormat> formats = {
      {"integer", "quant.integer", {"width", "frac_width"}},
      {"fixed", "quant.fixed", {"width", "frac_width"}},
      {"minifloat_ieee", "quant.minifloat_ieee", {"width", "exponent_width", "exponent_bias"}},
      {"minifloat_denorm", "quant.minifloat_denorm", {"width", "exponent_width", "exponent_bias"}},
      {"log", "quant.log", {"width", "exponent_bias"}},
      {"block_fp", "quant.block_fp", {"width", "exponent_width", "exponent_bias", "block_size", "skip_first_dim"}},
      {"block_minifloat",
       "quant.block_minifloat",
       {"width", "exponent_width", "exponent_bias_width", "block_size", "skip_first_dim"}},
      {"block_log", "quant.block_log", {"width", "exponent_bias_width", "block_size", "skip_first_dim"}},
      {"binary", "quant.binary", {"width", "stochastic", "bipolar"}},
      {"binary_residual", "quant.binary_residual_sign", {"width", "stochastic", "bipolar", "levels"}},
      {"ternary", "quant.ternary", {"width", "scaling_factor", "mean", "median", "max"}},
      {"mxint_hardware", "quant.mxint_hardware", {"width", "exponent_width", "parallelism"}},
      {"mxint", "quant.mxint", {"width", "block_size"}},
      {"mxfp", "quant.mxfp", {"exponent_width", "frac_width", "block_size"}},
  };
  return formats;
}

constexpr std::string_view kTensors[] = {"data_in", "weight", "bias", "data_out"};
constexpr std::string_view kCommonKeys[] = {"name", "bypass", "floor", "rule"};
constexpr std::string_view kNoFormats[] = {"lutnet", "logicnets", "flexround"};

// MASE's files have no null: they write NA.
bool is_absent(const Value& v) {
  return v.is_null() || (v.is_string() && (v.as_string() == "NA" || v.as_string() == "None"));
}

bool has_prefix(std::string_view key, std::string_view tensor) {
  return key.size() > tensor.size() + 1 && key.substr(0, tensor.size()) == tensor && key[tensor.size()] == '_';
}

const FlatFormat& format_named(const Value& name) {
  const std::string& text = name.as_string();
  NameList known;
  for (const FlatFormat& f : flat_formats()) {
    if (f.name == text) return f;
    known.add(f.name);
  }
  if (std::find(std::begin(kNoFormats), std::end(kNoFormats), text) != std::end(kNoFormats))
    throw Error(mase::format("'{}' replaces whole layers, expected the name of a number format", text), name.loc);
  throw Error(mase::format("'{}' is no name of a format in MASE{}", text, did_you_mean(text, known)), name.loc,
              "formats that MASE lacks go into format, weight, data_in, bias, data_out");
}

void check_key(const Entry& e, const FlatFormat& format) {
  if (std::find(std::begin(kCommonKeys), std::end(kCommonKeys), e.key) != std::end(kCommonKeys)) return;
  NameList known{kCommonKeys};
  for (const std::string_view tensor : kTensors)
    for (const std::string_view key : format.keys) {
      const std::string full = std::string(tensor) + "_" + std::string(key);
      if (full == e.key) return;
      known.add(full);
    }
  throw Error(mase::format("unknown key '{}' of {}{}", e.key, format.name, did_you_mean(e.key, known)), e.key_loc);
}

bool flag(const Map& config, std::string_view key) {
  const Value* v = config.find(key);
  return v && !is_absent(*v) && v->as_bool();
}

// exponent_width and frac_width of MASE's mxfp: together the name of an element format.
void name_element(Map& with, Loc loc) {
  const Value *exponent = with.find("exponent_width"), *fraction = with.find("frac_width");
  if (!exponent || !fraction) throw Error("mxfp needs exponent_width and frac_width", loc);
  const std::string element = mase::format("e{}m{}", exponent->as_int(), fraction->as_int());
  with.erase("exponent_width"), with.erase("frac_width");
  with.set("element", Value(element));
}

// What the keys of one tensor come to; nothing when there are none.
Chosen format_of(std::string_view tensor, const Map& config, const FlatFormat& format) {
  Map with;
  Loc loc;
  bool any = false;
  for (const Entry& e : config) {
    if (!has_prefix(e.key, tensor)) continue;
    const std::string key = e.key.substr(tensor.size() + 1);
    any = true, loc = loc ? loc : e.key_loc;
    if (!is_absent(e.value)) with.set(key, e.value, e.key_loc);
  }
  if (!any) return {};
  const bool needs_width = format.keys[0] == "width" && format.name != "binary" && format.name != "ternary" &&
                           format.name != "binary_residual";
  if (needs_width && !with.find("width"))
    throw Error(mase::format("{}_width is missing, which {} needs", tensor, format.name), loc);
  // Without a fractional width MASE takes half of the width.
  const bool is_point = format.keys.size() == 2 && format.keys[1] == "frac_width";
  if (is_point && !with.find("frac_width")) with.set("frac_width", with.at("width").as_int() / 2);
  if (format.name == "mxfp") name_element(with, loc);
  if (flag(config, "floor")) with.set("rounding", "floor");
  if (const Value* rule = config.find("rule")) with.set("rule", *rule);
  return {std::string(format.component), std::move(with), loc};
}

// The other forms of binary numbers that MASE's parser asks for, at the value under which they mean nothing.
bool says_nothing(const Entry& e) {
  return (e.key == "stochastic" && e.value == Value(false)) || (e.key == "bipolar" && e.value == Value(true));
}

}  // namespace

FlatConfig read_flat_config(const Map& config, Loc loc) {
  const Value* name = config.find("name");
  if (!name) throw Error("config has no name", loc, "name: integer, or another format's name in MASE");
  FlatConfig flat;
  if (is_absent(*name)) {
    flat.untouched = true;
    return flat;
  }
  const FlatFormat& format = format_named(*name);
  for (const Entry& e : config) check_key(e, format);
  const bool bypass = flag(config, "bypass");
  bool any = false;
  for (const std::string_view tensor : kTensors) {
    flat.entries.push_back({std::string(tensor), bypass ? Chosen() : format_of(tensor, config, format)});
    any = any || flat.entries.back().format;
  }
  if (!any && !bypass)
    throw Error(mase::format("config names no tensor, expected keys such as data_in_{} and weight_{}", format.keys[0],
                             format.keys[0]),
                loc);
  return flat;
}

Chosen fitted(const Chosen& format, const std::vector<const ComponentInfo*>& formats) {
  const auto info =
      std::find_if(formats.begin(), formats.end(), [&](const ComponentInfo* i) { return i->name == format.name(); });
  if (info == formats.end() || !(*info)->fields) return format;  // creating it will say what is wrong
  Map with;
  for (const Entry& e : format.with()) {
    if ((*info)->fields->find(e.key)) {
      with.set(e.key, e.value, e.key_loc);
    } else if (e.key != "width" && !says_nothing(e)) {
      NameList known;
      for (const Fields::Field& field : (*info)->fields->all()) known.add(field.info.name);
      throw Error(mase::format("{} has no '{}'{}", format.name(), e.key, did_you_mean(e.key, known)), e.key_loc);
    }
  }
  return {format.name(), std::move(with), format.loc()};
}

}  // namespace mase::quant
