// export.safetensors: float values, or what the formats make of them.
#include "safetensors.h"

#include "file_name.h"
#include "weights.h"

namespace mase::exporting {

void Safetensors::Config::schema(Schema<Config>& s) {
  s.field("file", &Config::file, "name of the file in the step's folder");
  s.field("quantized", &Config::quantized, "write what the formats make of the values; false: the values as they are");
}

void Safetensors::run(Graph& graph, Context& context) {
  const std::string file = file_in(context, config_.file);
  const NamedTensors state = state_of(graph, context.components(), config_.quantized);
  write_safetensors(file, state);
  context.report("file", config_.file.name);
  context.report("tensors", static_cast<int64_t>(state.size()));
  context.info("wrote {} tensors to {}", state.size(), file);
}

}  // namespace mase::exporting
