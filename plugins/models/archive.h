// Zip archives of models (.pt, .pt2, TorchScript): a list of members, their texts, and tensors mapped where they lie.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mase/safetensors.h"

namespace models {

// Nothing that the archive claims is believed: texts and inflated tensors are bounded by what is counted while reading.
// Everything wrong is an Error with the archive's name as its place.
class Archive {
 public:
  static constexpr uint64_t kLongestText = uint64_t{64} << 20;

  explicit Archive(const std::string& file);
  ~Archive();
  Archive(const Archive&) = delete;

  static bool is_archive(std::string_view bytes);  // by its first bytes

  const std::string& file() const { return file_; }
  uint64_t file_size() const { return bytes_.bytes().size(); }
  const std::string& folder() const { return folder_; }  // that all members share, with its slash; "" for none
  // Without that folder, and without folders that are members themselves; in the archive's order.
  const std::vector<std::string>& members() const { return names_; }
  bool has(std::string_view member) const;
  uint64_t size(std::string_view member) const;  // in bytes, as the archive claims

  // A whole member; Error when it is longer than `longest`.
  std::string text(std::string_view member, uint64_t longest = kLongestText) const;
  // Elements that begin `offset` bytes into a member: mapped when the member is stored, else inflated. The checksum of
  // a member that is read is compared while all members read so far take 256 MB at most.
  at::Tensor tensor(std::string_view member, at::ScalarType type, const mase::Shape& shape, uint64_t offset = 0) const;

 private:
  struct Member {
    uint64_t index = 0, size = 0;
    bool stored = false;
  };
  struct Source;
  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const;
  void list();
  const Member& find(std::string_view member) const;
  template <class Take>
  uint64_t read(std::string_view name, const Member& member, Take take) const;
  at::Tensor mapped(std::string_view name, const Member& member, at::ScalarType type, const mase::Shape& shape,
                    uint64_t offset) const;
  at::Tensor inflated(std::string_view name, const Member& member, at::ScalarType type, const mase::Shape& shape,
                      uint64_t offset) const;

  std::string file_, folder_;
  mase::TensorFile bytes_;
  std::unique_ptr<Source> source_;
  std::vector<std::string> names_;
  std::map<std::string, Member, std::less<>> members_;
};

}  // namespace models
