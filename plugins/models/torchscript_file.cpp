// The container of a TorchScript file: objects, tensors and sources.
#include <algorithm>
#include <charconv>

#include "file_kind.h"
#include "mase/text.h"
#include "torchscript.h"

namespace models {

namespace {

using Kind = PickleObject::Kind;

constexpr uint64_t kLongestSource = uint64_t{2} << 20;
constexpr int64_t kLargestAxis = int64_t{1} << 40;
constexpr int kDeepestValue = 32;  // lists in lists
constexpr size_t kMostItems = 100'000;
constexpr int64_t kOldest = 3;  // what files without newer operators have

int64_t version_of(const Archive& archive) {
  const std::string member = archive.has(".data/version") ? ".data/version" : "version";
  const std::string text = archive.text(member, 64);
  int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end == text.data()) throw mase::Error("the archive's version is no number");
  if (version < kOldest)
    throw mase::Error(mase::format("the file has version {} of TorchScript, expected {} or later", version, kOldest),
                      {}, "load the model in a PyTorch of today and save it again");
  return version;
}

std::string dotted(std::string_view text) {
  std::string name(text);
  std::replace(name.begin(), name.end(), '\n', '.');
  return name;
}

}  // namespace

ScriptModule::ScriptModule(const std::string& file) : archive_(file) {
  const mase::Loc place{mase::Loc::intern(file)};
  if (!archive_.has("constants.pkl")) {
    const FileKind kind = kind_of(archive_);
    throw mase::Error(kind.what + ", not of TorchScript", {}, kind.remedy);
  }
  if (!archive_.has("data.pkl"))
    throw mase::Error("the archive of TorchScript has no data.pkl", {}, "save the model with torch.jit.save");
  const int64_t version = version_of(archive_);
  if (archive_.has("byteorder") && archive_.text("byteorder", 64) != "little")
    throw mase::Error("the archive's tensors are big-endian, expected little");
  pickle_text_ = archive_.text("data.pkl"), constants_text_ = archive_.text("constants.pkl");
  objects_ = read_pickle(pickle_text_, place, true, archive_.file_size());
  const Pickle constants = read_pickle(constants_text_, place, true, archive_.file_size());
  std::vector<at::Tensor> tensors;
  if (constants[constants.root].kind != Kind::tuple) throw mase::Error("constants.pkl holds no tuple");
  for (const uint32_t item : constants[constants.root].items) {
    if (constants[item].kind != Kind::tensor) throw mase::Error("constants.pkl holds something that is no tensor");
    tensors.push_back(tensor(constants, constants[item], "constants/", mase::format("CONSTANTS.c{}", tensors.size())));
  }
  if (objects_[objects_.root].kind != Kind::object) throw mase::Error("data.pkl holds no module");
  compiler_ = std::make_unique<ScriptCompiler>(
      [this](const std::string& path) {
        const std::string member = mase::format("code/{}", path);
        return archive_.has(member) ? std::make_unique<std::string>(archive_.text(member, kLongestSource)) : nullptr;
      },
      tensors, version);
  read_traced_inputs();
}

// A traced file keeps what it was traced with: {"forward": [tensor, ...]}. Only shapes and types are of interest.
void ScriptModule::read_traced_inputs() {
  if (!archive_.has("traced_inputs.pkl")) return;
  const std::string text = archive_.text("traced_inputs.pkl");
  const Pickle pickle = read_pickle(text, mase::Loc{mase::Loc::intern(archive_.file())}, true, archive_.file_size());
  const PickleObject* const list =
      pickle[pickle.root].kind == Kind::dict ? pickle.find(pickle[pickle.root], "forward") : nullptr;
  if (!list || (list->kind != Kind::list && list->kind != Kind::tuple)) return;
  for (const uint32_t item : list->items) {
    std::optional<InputInfo>& info = traced_.emplace_back();
    if (pickle[item].kind != Kind::tensor) continue;
    info.emplace().dtype = pickle[item].type;
    info->shape.emplace();
    for (const uint32_t size : pickle[pickle[item].items[1]].items) {
      if (pickle[size].kind != Kind::integer || pickle[size].integer < 0 || pickle[size].integer > kLargestAxis)
        throw mase::Error("traced_inputs.pkl holds a size that is no integer");
      info->shape->push_back(pickle[size].integer);
    }
  }
}

at::Tensor ScriptModule::tensor(const Pickle& pickle, const PickleObject& object, const char* folder,
                                const std::string& name) const {
  const PickleObject& storage = pickle[object.items[0]];
  StridedPlace place;
  place.member = mase::format("{}{}", folder, storage.text);
  place.type = object.type, place.offset = object.integer;
  for (const auto& [from, to] : {std::pair(1, &place.sizes), std::pair(2, &place.strides)})
    for (const uint32_t item : pickle[object.items[static_cast<size_t>(from)]].items) {
      if (pickle[item].kind != Kind::integer)
        throw mase::Error(mase::format("tensor '{}' has a size that is no integer", name));
      to->push_back(pickle[item].integer);
    }
  const std::string key = mase::format("{} {} {} {} {}", place.member, static_cast<int>(place.type), place.offset,
                                       mase::Value(place.sizes).json(), mase::Value(place.strides).json());
  at::Tensor& result = read_[key];
  if (!result.defined()) result = read_strided(archive_, name, place);
  return result;
}

AtenValue ScriptModule::attribute(uint32_t place, const std::string& path, int depth) const {
  const PickleObject& object = objects_[place];
  // A tuple of one tuple twice, which is one of another twice, is a pickle of a few bytes.
  if (++items_ > kMostItems) throw mase::Error(mase::format("'{}' has more than {} items", path, kMostItems));
  switch (object.kind) {
    case Kind::none:
      return {};
    case Kind::boolean:
      return object.integer != 0;
    case Kind::integer:
      return Size(object.integer);
    case Kind::real:
      return object.real;
    case Kind::text:
      return std::string(object.text);
    case Kind::dtype:
      return object.type;
    case Kind::tensor: {
      const at::Tensor value = tensor(objects_, object, "data/", path);
      return ImportBuilder::known(value, keys_.try_emplace(value.unsafeGetTensorImpl(), path).first->second);
    }
    case Kind::object:
      return AtenValue::Object{place, path};
    case Kind::dict:
    case Kind::list:
    case Kind::tuple: {
      if (depth > kDeepestValue) throw mase::Error(mase::format("'{}' nests too deep", path));
      if (object.kind == Kind::dict) return pairs(object, path, depth);
      AtenValue::List list;
      for (size_t i = 0; i < object.items.size(); ++i)
        list.push_back(attribute(object.items[i], mase::format("{}.{}", path, i), depth + 1));
      return list;
    }
    default:
      throw mase::Error(mase::format("the attribute '{}' is of a kind that is not read", path));
  }
}

// A dictionary is a list of pairs.
AtenValue ScriptModule::pairs(const PickleObject& dict, const std::string& path, int depth) const {
  AtenValue::List pairs;
  for (size_t i = 0; i + 1 < dict.items.size(); i += 2)
    pairs.emplace_back(AtenValue::List{attribute(dict.items[i], path, depth + 1),
                                       attribute(dict.items[i + 1], mase::format("{}.{}", path, i / 2), depth + 1)});
  return pairs;
}

AtenValue ScriptModule::get_attribute(const AtenValue::Object& object, const std::string& name) const {
  if (name == "training") return false;  // networks are read as they evaluate
  items_ = 0;
  const PickleObject& self = objects_[object.index];
  const PickleObject* const state =
      self.kind == Kind::object && self.items.size() == 1 ? &objects_[self.items[0]] : nullptr;
  if (!state || state->kind != Kind::dict)
    throw mase::Error(mase::format("an object of '{}' has a state of its own making (__getstate__), which is not read",
                                   class_of(object)));
  for (size_t i = 0; i + 1 < state->items.size(); i += 2)
    if (const PickleObject& key = objects_[state->items[i]]; key.kind == Kind::text && key.text == name)
      return attribute(state->items[i + 1], object.path.empty() ? name : mase::format("{}.{}", object.path, name), 0);
  throw mase::Error(mase::format("'{}' ({}) has no attribute '{}'", object.path, class_of(object), name));
}

std::string ScriptModule::class_of(const AtenValue::Object& object) const {
  return dotted(objects_[object.index].text);
}

const ScriptFunction& ScriptModule::forward() { return compiler_->method(class_of({objects_.root, {}}), "forward"); }

}  // namespace models
