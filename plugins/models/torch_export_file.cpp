// The container of a .pt2 file: which members there are, and what lies in them.
#include "file_kind.h"
#include "limits.h"
#include "mase/text.h"
#include "torch_export.h"

namespace models {

namespace {

constexpr int64_t kMajor = 8;  // of the schema
constexpr const char* kWeights = "data/weights/";
constexpr const char* kConstants = "data/constants/";

// The numbers that these files have for types.
at::ScalarType serialized_type(int64_t number) {
  switch (number) {
    case 1:
      return at::kByte;
    case 2:
      return at::kChar;
    case 3:
      return at::kShort;
    case 4:
      return at::kInt;
    case 5:
      return at::kLong;
    case 6:
      return at::kHalf;
    case 7:
      return at::kFloat;
    case 8:
      return at::kDouble;
    case 12:
      return at::kBool;
    case 13:
      return at::kBFloat16;
    default:
      throw mase::Error(mase::format("a tensor has the type {}, expected a real, integer or bool one", number));
  }
}

std::vector<int64_t> plain_sizes(const mase::Value& list) {
  std::vector<int64_t> sizes;
  for (const mase::Value& item : list.as_list()) sizes.push_back(item.as_map().at("as_int").as_int());
  return sizes;
}

mase::Value read_json(const Archive& archive, const std::string& member) {
  const std::string text = archive.text(member);
  check_json_size(text, archive.file_size());
  return mase::Value::parse_json(text, mase::Loc::intern(member));
}

}  // namespace

at::ScalarType exported_type(int64_t number) { return serialized_type(number); }

ExportedProgram::ExportedProgram(const std::string& file) : archive_(file) {
  const std::string model = find_model();
  const std::string json = mase::format("models/{}.json", model);
  program_ = read_json(archive_, json);
  const mase::Map& version = program_.as_map().at("schema_version").as_map();
  const int64_t major = version.at("major").as_int(), minor = version.at("minor").as_int();
  if (major != kMajor)
    throw mase::Error(
        mase::format("the file has version {}.{} of torch.export's schema, expected {}.x", major, minor, kMajor), {},
        "export the model again with a PyTorch of today, as 2.8 to 2.15");
  read_table(kWeights, mase::format("{}{}_weights_config.json", kWeights, model));
  read_table(kConstants, mase::format("{}{}_constants_config.json", kConstants, model));
}

// torch.export.save writes one model, "model".
std::string ExportedProgram::find_model() const {
  if (archive_.has("archive_format") && archive_.text("archive_format", 64) != "pt2")
    throw mase::Error("the archive is no .pt2 file", {}, "save the model with torch.export.save");
  if (archive_.has("byteorder") && archive_.text("byteorder", 64) != "little")
    throw mase::Error("the archive's tensors are big-endian, expected little", {}, "save the model on another machine");
  if (archive_.has("models/model.json")) return "model";
  std::vector<std::string> names;
  for (const std::string& member : archive_.members())
    if (member.starts_with("models/") && member.ends_with(".json") && member.find('/', 7) == member.npos)
      names.push_back(member.substr(7, member.size() - 12));
  if (names.size() == 1) return names[0];
  const FileKind kind = kind_of(archive_);
  if (names.empty() && !archive_.has("archive_format"))
    throw mase::Error(kind.what + ", not of torch.export", {}, kind.remedy);
  throw mase::Error(mase::format("the archive has {} models, expected one: models/model.json", names.size()), {},
                    "save the model with torch.export.save");
}

void ExportedProgram::read_table(const std::string& folder, const std::string& config) {
  if (!archive_.has(config)) return;
  const mase::Value table = read_json(archive_, config);
  for (const auto& entry : table.as_map().at("config").as_map()) {
    const mase::Map& item = entry.value.as_map();
    Stored stored;
    stored.member = folder + item.at("path_name").as_string();
    stored.is_pickle = item.at("use_pickle").as_bool();
    if (const mase::Value* meta = item.find("tensor_meta"); meta && meta->is_map()) {
      const mase::Map& tensor = meta->as_map();
      stored.type = serialized_type(tensor.at("dtype").as_int());
      stored.sizes = plain_sizes(tensor.at("sizes")), stored.strides = plain_sizes(tensor.at("strides"));
      stored.offset = tensor.at("storage_offset").as_map().at("as_int").as_int();
      if (tensor.at("layout").as_int() != 7)
        throw mase::Error(
            mase::format("tensor '{}' is not strided (layout {})", entry.key, tensor.at("layout").as_int()));
    } else if (!stored.is_pickle) {
      throw mase::Error(mase::format("tensor '{}' has no description", entry.key));
    }
    stored_[entry.key] = std::move(stored);
  }
}

at::Tensor ExportedProgram::tensor(const std::string& name) const {
  const auto found = stored_.find(name);
  if (found == stored_.end()) {
    mase::NameList names;
    for (const auto& [key, stored] : stored_) names.add(key);
    throw mase::Error(mase::format("the archive has no tensor '{}'{}", name, mase::did_you_mean(name, names)));
  }
  const Stored& stored = found->second;
  const std::string key = mase::format("{} {} {} {} {}", stored.member, static_cast<int>(stored.type), stored.offset,
                                       mase::Value(stored.sizes).json(), mase::Value(stored.strides).json());
  at::Tensor& tensor = read_[key];
  if (!tensor.defined()) tensor = read(name, stored);
  return tensor;
}

at::Tensor ExportedProgram::read(const std::string& name, const Stored& stored) const {
  if (stored.is_pickle)
    throw mase::Error(mase::format("tensor '{}' is pickled, which can run code", name), {},
                      "export the model with ordinary tensors as weights: no subclasses, nothing quantized or sparse");
  return read_strided(archive_, name, stored);
}

}  // namespace models
