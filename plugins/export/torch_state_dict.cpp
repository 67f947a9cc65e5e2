// export.torch_state_dict: a zip of data.pkl and one member per storage. Tied tensors share theirs.
#include "torch_state_dict.h"

#include <mase/text.h>

#include <map>
#include <tuple>

#include "archive.h"
#include "file_name.h"
#include "pickle.h"
#include "weights.h"

namespace mase::exporting {
namespace {

const char* storage_type(const std::string& key, at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return "FloatStorage";
    case at::kDouble:
      return "DoubleStorage";
    case at::kHalf:
      return "HalfStorage";
    case at::kBFloat16:
      return "BFloat16Storage";
    case at::kLong:
      return "LongStorage";
    case at::kInt:
      return "IntStorage";
    case at::kShort:
      return "ShortStorage";
    case at::kChar:
      return "CharStorage";
    case at::kByte:
      return "ByteStorage";
    case at::kBool:
      return "BoolStorage";
    default:
      throw Error(format("tensor '{}' is {}, which a state dict has no storage for", key, c10::toString(type)));
  }
}

std::vector<int64_t> row_major(const at::Tensor& t) {
  std::vector<int64_t> strides(static_cast<size_t>(t.dim()), 1);
  for (size_t i = strides.size(); i-- > 1;) strides[i - 1] = strides[i] * std::max<int64_t>(t.size(int64_t(i)), 1);
  return strides;
}

// Members of the archive, and the pickle that says what they are.
class StateDict {
 public:
  StateDict() {
    pickle_.ordered_dict();
    pickle_.mark();
  }
  void add(const std::string& key, const at::Tensor& tensor) {
    const at::Tensor& t = kept_.emplace_back(tensor.contiguous());
    pickle_.string(key);
    pickle_.global("torch._utils", "_rebuild_tensor_v2");
    pickle_.mark();
    storage(key, t);
    pickle_.integer(0);  // offset
    pickle_.integers(shape_of(t));
    pickle_.integers(row_major(t));
    pickle_.boolean_false();  // requires_grad
    pickle_.ordered_dict();   // backward hooks
    pickle_.tuple();
    pickle_.reduce();
  }
  void write(const std::string& file, const std::string& root) {
    pickle_.set_items();
    const std::string text = pickle_.finish();
    std::vector<ZipMember> members = {{root + "/data.pkl", text},
                                      {root + "/.format_version", "1"},
                                      {root + "/.storage_alignment", "64"},
                                      {root + "/byteorder", "little"}};
    for (size_t i = 0; i < storages_.size(); ++i) members.push_back({format("{}/data/{}", root, i), storages_[i]});
    members.push_back({root + "/version", "3\n"});
    write_zip(file, members);
  }
  size_t storages() const { return storages_.size(); }

 private:
  void storage(const std::string& key, const at::Tensor& t) {
    const std::string_view bytes(static_cast<const char*>(t.const_data_ptr()), t.nbytes());
    const auto type = t.scalar_type();
    auto place = storages_.size();
    if (!bytes.empty()) place = places_.emplace(std::tuple(bytes.data(), bytes.size(), type), place).first->second;
    if (place == storages_.size()) storages_.push_back(bytes);
    pickle_.mark();
    pickle_.string("storage");
    pickle_.global("torch", storage_type(key, type));
    pickle_.string(std::to_string(place));
    pickle_.string("cpu");
    pickle_.integer(t.numel());
    pickle_.tuple();
    pickle_.persistent_id();
  }

  Pickle pickle_;
  std::vector<at::Tensor> kept_;
  std::vector<std::string_view> storages_;
  std::map<std::tuple<const char*, size_t, at::ScalarType>, size_t> places_;
};

// A module that shares another's tensor has a name of its own for it in PyTorch: lm_head.weight beside wte.weight.
void add_tied_names(const Graph& graph, NamedTensors& state) {
  std::map<std::string, at::Tensor> known(state.begin(), state.end());
  for (const Node* node : graph.nodes()) {
    if (node->op_kind != OpKind::call_module || node->target.empty()) continue;
    for (const Parameter& p : node->params) {
      const std::string own = node->target + "." + p.name;
      const auto shared = known.find(p.key);
      if (shared != known.end() && known.emplace(own, shared->second).second) state.emplace_back(own, shared->second);
    }
  }
}

}  // namespace

void TorchStateDict::Config::schema(Schema<Config>& s) {
  s.field("file", &Config::file, "name of the file in the step's folder");
  s.field("quantized", &Config::quantized, "write what the formats make of the values; false: the values as they are");
}

void TorchStateDict::run(Graph& graph, Context& context) {
  const std::string file = file_in(context, config_.file);
  NamedTensors state = state_of(graph, context.components(), config_.quantized);
  add_tied_names(graph, state);
  StateDict dict;
  for (const auto& [key, tensor] : state) dict.add(key, tensor);
  const std::string& name = config_.file.name;
  dict.write(file, name.substr(0, name.rfind('.')));
  context.report("file", name);
  context.report("tensors", static_cast<int64_t>(state.size()));
  context.report("storages", static_cast<int64_t>(dict.storages()));
  context.info("wrote {} tensors to {}", state.size(), file);
}

}  // namespace mase::exporting
