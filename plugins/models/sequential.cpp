// models.sequential: a network written in the recipe - layers, residual blocks and repeats.
#include "layers.h"
#include "mase/op.h"
#include "register.h"

namespace models {

namespace {

// Writes a list of layers behind the builder's last node.
class Writer {
 public:
  explicit Writer(Builder& builder) : builder_(builder), ops_(builder.context().list<mase::Op>()) {}

  void write(const std::vector<Layer>& layers, const std::string& path) {
    for (size_t i = 0; i < layers.size(); ++i) {
      const Layer& layer = layers[i];
      const std::string own = layer.name.empty() ? std::to_string(i) : layer.name;
      const bool top = path == top_ && !layer.name.empty();  // a name given at the top stands alone
      write(layer, top || path.empty() ? own : path + "." + own);
    }
  }
  void write_model(const std::vector<Layer>& layers, const std::string& prefix) {
    top_ = prefix, write(layers, prefix);
  }

 private:
  void write(const Layer& layer, const std::string& target) {
    if (layer.residual) return residual(*layer.residual, target, layer.loc);
    if (!layer.layers.empty()) {
      if (layer.repeat == 1) return write(layer.layers, target);
      for (int64_t i = 0; i < layer.repeat; ++i) write(layer.layers, mase::format("{}.{}", target, i));
      return;
    }
    add(target, resolve(layer), {builder_.last()}, layer.functional, layer.loc);
  }

  void residual(const Residual& block, const std::string& target, mase::Loc loc) {
    mase::Node* input = builder_.last();
    write(block.body, target + ".body");
    mase::Node* body = builder_.last();
    builder_.rewind(input);
    write(block.shortcut, target + ".shortcut");
    const mase::Shape& a = shape(*body);
    const mase::Shape& b = shape(*builder_.last());
    if (a != b)  // an addition would broadcast without a word
      throw mase::Error(
          mase::format("residual '{}': its body gives {}, its shortcut {}", target, text(a), text(b)), loc,
          block.shortcut.empty() ? "a shortcut can change the shape: a convolution of kernel size 1" : "");
    add(target + ".add", mase::Chosen(find("add", loc)->name, {}, loc), {body, builder_.last()}, true, loc);
  }

  static const mase::Shape& shape(const mase::Node& node) { return node.meta.common.results.at("data_out_0").shape; }
  static std::string text(const mase::Shape& shape) {
    std::string out;
    for (const int64_t n : shape) out += (out.empty() ? "" : ", ") + std::to_string(n);
    return "[" + out + "]";
  }

  // Errors of an operator know nothing of the recipe: they get the layer's place and name here.
  void add(const std::string& target, mase::Chosen op, std::vector<mase::Argument> inputs, bool functional,
           mase::Loc loc) {
    try {
      builder_.add(target, op, std::move(inputs), functional);
    } catch (const mase::Error& e) {
      if (e.loc()) throw;
      throw mase::Error(mase::format("layer '{}' ({}): {}", target, op.name(), e.message()), loc, e.hint());
    } catch (const std::exception& e) {
      const std::string text = e.what();
      throw mase::Error(mase::format("layer '{}' ({}): {}", target, op.name(), text.substr(0, text.find('\n'))), loc);
    }
  }

  mase::Chosen resolve(const Layer& layer) const {
    const mase::ComponentInfo* info = find(layer.op.empty() ? layer.use : layer.op, layer.loc);
    mase::Value with{layer.with};
    with.loc = layer.loc;
    if (info->check)
      if (mase::Problems problems = info->check(with); !problems.empty()) throw problems.front();
    return {info->name, layer.with, layer.loc};
  }

  // By full or by short name; a short name that several plugins bring must be written in full.
  const mase::ComponentInfo* find(const std::string& name, mase::Loc loc) const {
    std::vector<const mase::ComponentInfo*> found;
    mase::NameList known;
    for (const mase::ComponentInfo* info : ops_) {
      const std::string short_name = info->name.substr(info->name.find('.') + 1);
      if (info->name == name) return info;
      if (short_name == name) found.push_back(info);
      known.add(name.find('.') == name.npos ? short_name : info->name);
    }
    if (found.size() == 1) return found[0];
    if (found.size() > 1)
      throw mase::Error(mase::format("operator '{}' is ambiguous: {} and {}", name, found[0]->name, found[1]->name),
                        loc, "write the full name");
    throw mase::Error(mase::format("no operator '{}'{}", name, mase::did_you_mean(name, known)), loc, "mase list op");
  }

  Builder& builder_;
  std::vector<const mase::ComponentInfo*> ops_;
  std::string top_;
};

struct Sequential final : mase::Model {
  struct Config {
    std::vector<int64_t> input;
    std::vector<Layer> layers;
    std::string prefix = "layers";
    mase::Path weights;

    static void schema(mase::Schema<Config>& s) {
      s.field("input", &Config::input, "shape of one sample, without the batch: [1, 16]").range(1, 1000000).required();
      s.field("layers", &Config::layers,
              "in order: {op: linear, with: {out_features: 5}}, {use: nn.linear, with: ...}, {residual: "
              "{body, shortcut}}, "
              "{repeat: 3, layers: [...]}")
          .required();
      s.field("prefix", &Config::prefix,
              "module path of unnamed layers: seq_blocks gives seq_blocks.0, ...; empty: 0, 1, ... as "
              "nn.Sequential");
      s.field("weights", &Config::weights,
              "state dict, .safetensors or .pt, with PyTorch's names; empty: fresh weights");
    }
    void check(const mase::Value& v) const {
      if (input.empty()) throw mase::Error("'input' is empty, expected the shape of one sample", v.loc);
      if (layers.empty()) throw mase::Error("'layers' is empty", v.loc);
    }
  };
  explicit Sequential(Config c) : config(std::move(c)) {}

  mase::Graph build(mase::Context& context) override {
    Builder builder("sequential", config.input, context);
    Writer(builder).write_model(config.layers, config.prefix);
    return builder.finish(config.weights);
  }
  Config config;
};

}  // namespace

void register_sequential(mase::Registrar& r) {
  r.add<Sequential>("models.sequential", "A network written in the recipe: layers, residual blocks, repeats");
}

}  // namespace models
