// quant.calibrate: which tensors, their values, and what their formats make of them.
#include "calibrate.h"

#include <ATen/ops/mse_loss.h>
#include <mase/output.h>
#include <mase/text.h>

#include <algorithm>

namespace mase {

const std::vector<std::string>& EnumNames<quant::Method>::names() {
  static const std::vector<std::string> names = {"min_max", "percentile", "mse", "entropy"};
  return names;
}
const std::vector<std::string>& EnumNames<quant::Granularity>::names() {
  static const std::vector<std::string> names = {"tensor", "channel"};
  return names;
}

namespace quant {

// One tensor that has a format.
struct Calibrate::Use {
  Node* node = nullptr;
  TensorMeta* meta = nullptr;
  Role role = Role::activation;
  std::optional<Place> place;  // of an activation or result; a parameter has none
  at::Tensor samples;
};

namespace {

constexpr const char* kAllTensors[] = {"weight", "bias", "data_in", "data_out"};

bool has_list(const Map& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const Entry& e) { return e.value.is_list(); });
}

Role role_of(const std::string& name, bool is_parameter) {
  if (!is_parameter) return name == "weight" ? Role::weight : Role::activation;
  return name == "bias" ? Role::bias : Role::weight;
}

// The error of a format whose trainable tensors are as it would start with.
double mean_squared_error(const Chosen& chosen, const at::Tensor& x, QuantizeContext quantize, Context& context) {
  const std::shared_ptr<Format> format = context.components().shared<Format>(chosen);
  for (FormatParameter& p : format->parameters(shape_of(x))) quantize.parameters.push_back(p.initial);
  return at::mse_loss(format->quantize(x, quantize), x).item<double>();
}

// `chosen` with the fields that calibration gave.
Chosen with_fields(const Chosen& chosen, const Value& fields) {
  Map with = chosen.with();
  for (const Entry& e : fields.as_map()) with.set(e.key, e.value);
  return {chosen.name(), std::move(with), chosen.loc()};
}

// What training would start from follows the choice.
void restart_parameters(Node& node, const TensorMeta& meta, const Format& format) {
  for (FormatParameter& p : format.parameters(meta.shape))
    node.graph().set_tensor(node.name + "." + meta.name + "." + p.name, p.initial);
}

}  // namespace

void Calibrate::Config::schema(Schema<Config>& s) {
  s.field("method", &Config::method,
          "min_max: nothing saturates; percentile: all but the greatest magnitudes fit; mse: least squared error; "
          "entropy: least loss of information");
  s.field("percentile", &Config::percentile, "share of the magnitudes that fit, for method percentile")
      .range(0, 100)
      .unit("%");
  s.field("per", &Config::per, "one choice for the whole tensor, or one for each channel where the format can");
  s.field("tensors", &Config::tensors,
          "only these: weight, bias, data_in, data_out, or names; empty: all with a format");
  Batches::fields(s);
}

bool Calibrate::wanted(const TensorMeta& tensor, bool is_result) const {
  if (!tensor.format) return false;
  if (config_.tensors.empty()) return true;
  const auto is = [&](const std::string& name) {
    return name == tensor.name || (name == "data_out" && is_result) ||
           (name == "data_in" && tensor.name.compare(0, 8, "data_in_") == 0);
  };
  return std::any_of(config_.tensors.begin(), config_.tensors.end(), is);
}

std::vector<Calibrate::Use> Calibrate::uses(Context& context) const {
  std::vector<Use> uses;
  for (Node* node : context.selected()) {
    TensorMetas& args = node->meta.common.args;
    for (size_t i = 0; i < args.size(); ++i) {
      if (!wanted(args[i], false)) continue;
      const bool is_parameter = node->param(args[i].name) != nullptr;
      Use use{node, &args[i], role_of(args[i].name, is_parameter), {}, {}};
      if (!is_parameter) {
        if (i >= node->args.size() || !node->args[i].node) continue;  // a constant
        use.place = Place(node->args[i].node->index(), static_cast<size_t>(node->args[i].result));
      }
      uses.push_back(std::move(use));
    }
    TensorMetas& results = node->meta.common.results;
    for (size_t i = 0; i < results.size(); ++i)
      if (wanted(results[i], true)) uses.push_back({node, &results[i], Role::result, Place(node->index(), i), {}});
  }
  return uses;
}

void Calibrate::read_values(Graph& graph, std::vector<Use>& uses, Context& context) const {
  std::vector<Place> places;
  for (Use& use : uses) {
    if (use.place) {
      places.push_back(*use.place);
    } else {
      const at::Tensor& tensor = graph.tensor(use.node->param(use.meta->name)->key);
      use.samples = tensor.scalar_type() == at::kFloat ? tensor : tensor.to(at::kFloat);
    }
  }
  if (places.empty()) return;  // parameters alone need no data
  Graph copy = float_copy(graph);
  const std::map<Place, at::Tensor> values = values_of(copy, places, config_, context);
  for (Use& use : uses)
    if (use.place) use.samples = values.at(*use.place);
}

Value Calibrate::choose(const Use& use, const Format& format, Context& context) const {
  CalibrationData data;
  data.samples = use.samples, data.role = use.role, data.percentile = config_.percentile;
  data.method = EnumNames<Method>::names()[static_cast<size_t>(config_.method)];
  const bool is_parameter = !use.place;
  const int64_t axis = is_parameter ? 0 : 1;
  const bool per_channel = config_.per == Granularity::channel && use.samples.dim() > axis;
  if (per_channel) data.channel_axis = static_cast<int>(axis);
  Value fields = format.calibrate(data);
  if (per_channel && use.samples.size(axis) > 1 && fields.is_map() && !has_list(fields.as_map()))
    context.fail(*use.node,
                 mase::format("{} has one choice for the whole of '{}', expected a format with one per channel; or set "
                              "per: tensor",
                              use.meta->format.name(), use.meta->name));
  return fields;
}

// Returns whether the format had something to choose.
bool Calibrate::calibrate(Use& use, Context& context, Map& chosen, std::string& csv) const {
  const std::string name = use.node->name + "." + use.meta->name;
  const std::shared_ptr<Format> format = context.components().shared<Format>(use.meta->format);
  const Value fields = choose(use, *format, context);
  if (!fields.is_map() || fields.as_map().empty()) return false;
  QuantizeContext quantize;
  quantize.role = use.role, quantize.tensor = name;
  quantize.channel_axis = use.place ? 1 : 0, quantize.batch_axis = use.place ? 0 : -1;
  const Chosen after = with_fields(use.meta->format, fields);
  csv += csv_row({use.node->name, use.meta->name, after.name(), fields.json(),
                  mean_squared_error(use.meta->format, use.samples, quantize, context),
                  mean_squared_error(after, use.samples, quantize, context)});
  chosen.set(name, fields);
  use.meta->format = after;
  restart_parameters(*use.node, *use.meta, *context.components().shared<Format>(after));
  return true;
}

void Calibrate::run(Graph& graph, Context& context) {
  std::vector<Use> found = uses(context);
  if (found.empty()) {
    std::string names;
    for (const char* name : kAllTensors) names += std::string(names.empty() ? "" : ", ") + name;
    throw Error(config_.tensors.empty() ? "no selected node has a tensor with a format"
                                        : "no selected node has such a tensor with a format",
                {},
                config_.tensors.empty() ? "calibration fills in formats: quant.quantize goes before it"
                                        : "tensors may hold " + names + ", or names of arguments and results");
  }
  read_values(graph, found, context);
  Map chosen;
  std::string csv =
      csv_row({"node", "tensor", "format", "chosen", "mean_squared_error_before", "mean_squared_error_after"});
  int64_t calibrated = 0;
  for (Use& use : found) {
    if (context.cancelled()) throw Cancelled();
    calibrated += calibrate(use, context, chosen, csv);
    use.samples.reset();
  }
  write_file(context.out_dir() + "/calibration.csv", csv);
  context.report("tensors", static_cast<int64_t>(found.size()));
  context.report("calibrated", calibrated);
  context.report("chosen", std::move(chosen));
  context.info("{} of {} tensors calibrated by {}; the others' formats have nothing to choose", calibrated,
               found.size(), EnumNames<Method>::names()[static_cast<size_t>(config_.method)]);
}

}  // namespace quant
}  // namespace mase
