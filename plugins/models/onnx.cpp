// models.onnx: a network from an ONNX file, quantizers of QONNX and QDQ included.
#include <filesystem>

#include "import.h"
#include "mase/model.h"
#include "mase/text.h"
#include "onnx_formats.h"
#include "onnx_reader.h"
#include "register.h"

namespace models {

namespace {

struct Onnx final : mase::Model {
  struct Config : ImportFields {
    static void schema(mase::Schema<Config>& s) { import_fields(s); }
  };
  explicit Onnx(Config c) : config(std::move(c)) {}

  mase::Graph build(mase::Context& context) override {
    return import_with_errors(config, [&] { return read(context); });
  }

 private:
  mase::Graph read(mase::Context& context) {
    const std::filesystem::path path(context.path(config.file.name));
    if (!std::filesystem::exists(path))
      throw mase::Error(mase::format("there is no such file (looked at {})", path.string()), {},
                        "relative names are relative to the recipe");
    const onnx::File file(path.string());
    std::unique_ptr<onnx::Reader> reader;  // of the walk that succeeded
    const auto walk = [&](ImportBuilder& builder) {
      reader = std::make_unique<onnx::Reader>(file, builder);
      reader->read();
    };
    mase::Graph graph = import_graph(config, context, "ONNX", walk, [&](mase::Graph& read) {
      reader->place_formats(read);
      onnx::tidy_formats(read, context.components());
    });
    return graph;
  }
  Config config;
};

}  // namespace

void register_onnx(mase::Registrar& r) {
  r.add<Onnx>("models.onnx", "A network from an ONNX or QONNX file; quantizers in it become formats");
}

}  // namespace models
