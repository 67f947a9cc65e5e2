// What kind of file it is, and where its storages lie.
#include "state_dict.h"

#include <ATen/core/Tensor.h>

#include <cstring>
#include <map>

#include "archive.h"
#include "file_kind.h"
#include "mase/error.h"
#include "mase/text.h"
#include "pickled_state_dict.h"

namespace models {
namespace {

// How files of torch.save begin that are no archive: the number 0x1950a86a20f9469cfc6c in a pickle of its own.
constexpr std::string_view kLegacy("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);

[[noreturn]] void refuse_file(const std::string& file, const std::string& what, const std::string& hint = {}) {
  throw mase::Error(what, mase::Loc{mase::Loc::intern(file)}, hint);
}

// A storage's elements as another type's: only untyped storages, which count bytes, are taken so.
int64_t elements_as(const std::string& file, const PickleObject& storage, at::ScalarType type) {
  if (storage.type == type) return storage.integer;
  if (storage.type != at::kByte)
    refuse_file(file, mase::format("storage '{}' is {}, but a tensor takes it as {}", storage.text,
                                   c10::toString(storage.type), c10::toString(type)));
  return storage.integer / static_cast<int64_t>(c10::elementSize(type));
}

mase::NamedTensors read_archive(const std::string& file) {
  const Archive archive(file);
  const bool has_graph = archive.has("archive_format") || archive.has("models/model.json");
  if (has_graph || archive.has("constants.pkl") || !archive.has("data.pkl")) {
    const FileKind kind = kind_of(archive);
    refuse_file(file, kind.what + ", expected tensors as torch.save writes them", kind.remedy);
  }
  if (archive.has("byteorder") && archive.text("byteorder", 64) != "little")
    refuse_file(file, "holds numbers of another byte order than little endian");
  const std::string bytes = archive.text("data.pkl");
  const Pickle pickle = read_pickle(bytes, mase::Loc{mase::Loc::intern(file)}, false, archive.file_size());
  uint64_t size = 0;
  for (const std::string& member : archive.members()) size += archive.size(member);
  const LoadStorage load = [&](const PickleObject& storage, at::ScalarType type) {
    return archive.tensor(mase::format("data/{}", storage.text), type, {elements_as(file, storage, type)});
  };
  return pickled_state_dict(pickle, load, std::min(size, archive.file_size()), mase::Loc{mase::Loc::intern(file)});
}

// Files of torch.save before its archives: five pickles, then each storage with the number of its elements before it.
class LegacyFile {
 public:
  explicit LegacyFile(const std::string& name) : name_(name), file_(name), at_(kLegacy.size()) {}

  mase::NamedTensors read() {
    next();  // the version of the layout
    const Pickle system = next();
    if (const PickleObject* little = system.find(system[system.root], "little_endian"); !little || !little->integer)
      refuse_file(name_, "holds numbers of another byte order than little endian");
    const Pickle objects = next(), keys = next();
    for (const PickleObject& object : objects.objects)
      if (object.kind == PickleObject::Kind::storage) types_[object.text] = object.type;
    for (const uint32_t key : keys[keys.root].items) place_storage(keys[key].text);
    const LoadStorage load = [this](const PickleObject& storage, at::ScalarType type) {
      const auto found = places_.find(storage.text);
      if (found == places_.end()) refuse_file(name_, mase::format("has no storage '{}'", storage.text));
      if (storage.integer > found->second.second)
        refuse_file(name_, mase::format("storage '{}' has {} elements, but {} are asked for", storage.text,
                                        found->second.second, storage.integer));
      return file_.map(found->second.first, type, {elements_as(name_, storage, type)});
    };
    return pickled_state_dict(objects, load, file_.bytes().size(), mase::Loc{mase::Loc::intern(name_)});
  }

 private:
  Pickle next() {
    Pickle pickle =
        read_pickle(file_.bytes().substr(at_), mase::Loc{mase::Loc::intern(name_)}, false, file_.bytes().size());
    at_ += pickle.length;
    return pickle;
  }

  void place_storage(std::string_view key) {
    const uint64_t left = file_.bytes().size() - at_;
    int64_t elements = 0;
    if (left < sizeof elements) refuse_file(name_, mase::format("ends before its storage '{}'", key));
    std::memcpy(&elements, file_.bytes().data() + at_, sizeof elements);
    at_ += sizeof elements;
    const auto type = types_.find(key);
    if (type == types_.end()) refuse_file(name_, mase::format("has a storage '{}' that no tensor is in", key));
    const uint64_t size = c10::elementSize(type->second);
    if (elements < 0 || static_cast<uint64_t>(elements) > (left - sizeof elements) / size)
      refuse_file(name_, mase::format("ends within its storage '{}' of {} elements", key, elements));
    places_[key] = {at_, elements};
    at_ += static_cast<uint64_t>(elements) * size;
  }

  std::string name_;
  mase::TensorFile file_;
  uint64_t at_;
  std::map<std::string_view, at::ScalarType> types_;
  std::map<std::string_view, std::pair<uint64_t, int64_t>> places_;  // first byte and number of elements
};

// One of Python's pickles alone: what it would run is named.
[[noreturn]] void refuse_pickle(const std::string& file, std::string_view bytes) {
  read_pickle(bytes, mase::Loc{mase::Loc::intern(file)});
  refuse_file(file, "is a pickle alone, without the archive that torch.save makes",
              "torch.save(model.state_dict(), file) writes a state dict");
}

}  // namespace

mase::NamedTensors read_state_dict(const std::string& file) {
  const mase::TensorFile content(file);
  if (Archive::is_archive(content.bytes())) return read_archive(file);
  if (content.bytes().starts_with(kLegacy)) return LegacyFile(file).read();
  try {
    return mase::read_safetensors(file);
  } catch (const mase::Error&) {
    if (is_pickle(content.bytes())) refuse_pickle(file, content.bytes());
    refuse_other_kind(file, content.bytes(), "`weights`");
    throw;
  }
}

}  // namespace models
