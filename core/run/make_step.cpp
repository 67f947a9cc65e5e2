// Steps that make something fresh: a model, or a data set.
#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

#include <algorithm>
#include <optional>

#include "mase/execute.h"
#include "mase/model.h"
#include "mase/text.h"
#include "recipe/scope.h"
#include "run/lineage.h"
#include "run/steps.h"

namespace mase {
namespace {

// The field that a model's misfit comes from, when it has only one; all of them, or its name.
Loc fields_place(const Step& step, const Level& level) {
  try {
    const Found with = follow(step.with, {level.scope});
    if (with.value->kind != Template::Kind::map || with.value->entries.empty()) return step.component_loc;
    if (with.value->entries.size() > 1) return with.value->loc;
    return follow(with.value->entries.front().value, with.view).value->loc;
  } catch (const Error&) {
    return step.component_loc;
  }
}

std::string shape_text(const Shape& shape) {
  std::string text;
  for (const int64_t size : shape) text += (text.empty() ? "[" : ", ") + std::to_string(size);
  return text.empty() ? "[]" : text + "]";
}

// The shapes that a graph's inputs were made for: of one sample, "[3]".
std::string inputs_text(const Graph& graph) {
  std::string text;
  for (const Node* n : graph.nodes()) {
    if (n->op_kind != OpKind::placeholder) continue;
    const TensorMeta* result = n->meta.common.results.find("data_out_0");
    if (!result || result->shape.empty()) return {};
    text += (text.empty() ? "" : ", ") + shape_text({result->shape.begin() + 1, result->shape.end()});
  }
  return text;
}

std::string sample_text(const Tensors& sample) {
  std::string text;
  for (const at::Tensor& t : sample) text += (text.empty() ? "" : ", ") + shape_text(t.sizes().slice(1).vec());
  return text;
}

// Which kind of numbers an operator works on; how many bits they have, the graph's arithmetic decides.
std::string kind_of(const std::string& dtype) {
  if (dtype == "bool") return dtype;
  return dtype.starts_with("int") || dtype.starts_with("uint") ? "integers" : "floating point";
}

struct WrongType {
  std::string input, made_for, found;
};

// The first input that was made for another kind of numbers than the sample's.
std::optional<WrongType> wrong_type(const Graph& graph, const Tensors& sample) {
  size_t place = 0;
  for (const Node* n : graph.nodes()) {
    if (n->op_kind != OpKind::placeholder || place >= sample.size()) continue;
    const TensorMeta* result = n->meta.common.results.find("data_out_0");
    const std::string found(c10::getDtypeNames(sample[place++].scalar_type()).first);
    if (result && !result->torch_dtype.empty() && kind_of(result->torch_dtype) != kind_of(found))
      return WrongType{n->target, result->torch_dtype, found};
  }
  return std::nullopt;
}

// Models that were made for other samples often take these, too; when one does not, that is why.
void fit_to_sample(Graph& graph, const Step& step, const Level& level, OpenData& data) {
  const Tensors sample = data.sample(std::max<int64_t>(graph.batch_size(), 1));
  const std::string made_for = inputs_text(graph), found = sample_text(sample);
  const std::optional<WrongType> wrong = wrong_type(graph, sample);
  try {
    infer_shapes(graph, level.session.registry, sample);
  } catch (const Error& e) {
    if (wrong && (made_for.empty() || made_for == found))
      throw Error(format("{} takes its input '{}' as {}, a sample of {} has {}", step.component, wrong->input,
                         wrong->made_for, data.name(), wrong->found),
                  step.component_loc, format("give {}; {}", wrong->made_for, e.message()));
    if (made_for.empty() || made_for == found) throw;
    throw Error(format("{} begins with inputs of shape {}, a sample of {} has {}", step.component, made_for,
                       data.name(), found),
                fields_place(step, level), e.message());
  }
}

}  // namespace

void make_model(const Step& step, State& state, const Level& level, StepRecord& record) {
  Registry& registry = level.session.registry;
  const Chosen chosen = resolve_component(step, level);
  const uint64_t seed = step_seed(step, level);
  const auto model = registry.create<Model>(chosen);
  StepContext context(level, state, step.name, seed);
  std::unique_ptr<Graph> graph;
  guard(chosen.name(), step.name, [&] { graph = std::make_unique<Graph>(model->build(context)); });
  try {
    graph->check();
    graph->detach_tensors();
    if (state.data) fit_to_sample(*graph, step, level, *state.data);
    derive(*graph, registry);
  } catch (const Error& e) {
    if (e.loc()) throw;
    throw Error(format("{}: {}", chosen.name(), e.message()), step.component_loc, e.hint());
  }
  state.graph = std::move(graph);
  record.nodes = static_cast<int64_t>(state.graph->nodes().size());
  record.report = context.take_report();
  if (level.keep_lineage) record.lineage.push_back(repeat_made(step, level));
}

void open_data(const Step& step, State& state, const Level& level, StepRecord& record) {
  const Chosen chosen = resolve_component(step, level);
  const uint64_t seed = step_seed(step, level);
  std::shared_ptr<OpenData>& data = level.session.opened[format("{} {}", seed, chosen.key())];
  if (!data) {
    const auto dataset = level.session.registry.create<Dataset>(chosen);
    StepContext context(level, state, step.name, seed);
    guard(chosen.name(), step.name, [&] {
      dataset->open(context);
      data = std::make_shared<OpenData>(dataset, chosen.name());
    });
  }
  state.data = data;
  record.report.set("samples", data->sizes());
  if (level.keep_lineage) record.lineage.push_back(repeat_made(step, level));
}

// Where targets are class indices and a sample gives one row of figures, there should be a figure for each class. One
// figure alone is a binary classifier's.
std::string classes_note(const State& state, size_t most_bytes) {
  if (!state.graph || !state.data) return {};
  const TensorMeta* result = state.graph->output().meta.common.results.find("data_out_0");
  if (!result || result->shape.size() != 2 || result->shape[1] < 2) return {};
  const int64_t classes = state.data->classes(most_bytes);
  if (classes <= result->shape[1]) return {};
  return format("the model has {} outputs, but {} has targets up to class {}: training and losses refuse that",
                result->shape[1], state.data->name(), classes - 1);
}

}  // namespace mase
