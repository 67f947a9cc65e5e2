// Zip archives of models, read by libzip from the mapped file.
#include "archive.h"

#include <ATen/ops/empty.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cstring>

#include "archive_source.h"
#include "file_kind.h"
#include "mase/error.h"
#include "mase/text.h"

namespace models {
namespace {

constexpr int64_t kMostMembers = 100'000;
constexpr uint64_t kCheckedBytes = uint64_t{256} << 20;  // beyond these, tensors stay unread until something uses them
constexpr size_t kChunk = 1 << 18;
constexpr uint64_t kSmall = 1 << 20;       // what tensors may inflate to in any case
constexpr uint64_t kSmallTexts = 4 << 20;  // and texts

std::string shown(std::string_view name) {
  std::string text(name.substr(0, 100));
  for (char& c : text)
    if (c < 0x20 || c == 0x7f) c = '?';  // what is no ASCII too: it may be no UTF-8 either
  return text;
}

// Nothing is ever written under a member's name; a name that points elsewhere was still made to deceive.
bool leaves_folder(std::string_view name) {
  if (name.empty() || name[0] == '/' || name[0] == '\\' || (name.size() > 1 && name[1] == ':')) return true;
  for (size_t begin = 0, end = 0; end != name.npos; begin = end + 1) {
    end = name.find_first_of("/\\", begin);
    if (name.substr(begin, end - begin) == "..") return true;
  }
  return false;
}

std::string common_folder(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const std::string folder = names[0].substr(0, names[0].find('/') + 1);
  const bool common = std::all_of(names.begin(), names.end(), [&](const auto& n) { return n.starts_with(folder); });
  return common ? folder : std::string();
}

struct FileCloser {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

// Pages of the file that were read to be checked are no memory of ours until somebody reads them again.
void forget_pages(std::string_view bytes) {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = (reinterpret_cast<uintptr_t>(bytes.data()) + page - 1) / page * page;
  const auto last = reinterpret_cast<uintptr_t>(bytes.data() + bytes.size()) / page * page;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

}  // namespace

struct Archive::Source {
  explicit Source(std::string_view bytes) : input(bytes) {}
  ~Source() {
    if (zip) zip_discard(zip);
  }
  ArchiveSource input;
  zip_t* zip = nullptr;
  uint64_t checked = 0, inflated = 0, texts = 0;  // bytes so far
};

Archive::Archive(const std::string& file)
    : file_(file), bytes_(file), source_(std::make_unique<Source>(bytes_.bytes())) {
  if (!is_archive(bytes_.bytes())) {
    refuse_other_kind(file, bytes_.bytes());
    fail("is no zip archive");
  }
  if (claimed_members(bytes_.bytes()) > kMostMembers)
    fail(mase::format("the archive claims more than {} members", kMostMembers));
  std::string why;
  source_->zip = source_->input.open(why);
  if (!source_->zip) fail("is no whole zip archive: " + why, "it may have been cut short; fetch or save it again");
  list();
}

Archive::~Archive() = default;

bool Archive::is_archive(std::string_view bytes) { return bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6"); }

void Archive::fail(const std::string& what, const std::string& hint) const {
  throw mase::Error(what, mase::Loc{mase::Loc::intern(file_)}, hint);
}

void Archive::list() {
  std::vector<std::string> names;
  std::vector<Member> found;
  const zip_int64_t count = zip_get_num_entries(source_->zip, 0);
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(std::max<zip_int64_t>(count, 0)); ++i) {
    zip_stat_t info;
    if (zip_stat_index(source_->zip, i, ZIP_FL_ENC_RAW, &info) != 0)
      fail(mase::format("member {} of the archive cannot be read: {}", i, zip_strerror(source_->zip)));
    const std::string name = info.name ? info.name : "";
    if (leaves_folder(name))
      fail("the archive's member '" + shown(name) + "' lies outside of the archive's own folder");
    if (name.back() == '/') continue;
    if (info.encryption_method != ZIP_EM_NONE) fail("the archive's member '" + shown(name) + "' is encrypted");
    if (info.comp_method != ZIP_CM_STORE && info.comp_method != ZIP_CM_DEFLATE)
      fail(mase::format("the archive's member '{}' is compressed by method {}, expected 0 (stored) or 8 (deflated)",
                        shown(name), info.comp_method));
    const bool stored = info.comp_method == ZIP_CM_STORE;
    if (info.size > INT64_MAX || (stored && info.size != info.comp_size))
      fail("the archive's member '" + shown(name) + "' has a size that contradicts itself");
    names.push_back(name);
    found.push_back({i, info.size, stored});
  }
  folder_ = common_folder(names);
  for (size_t i = 0; i < names.size(); ++i) {
    names_.push_back(names[i].substr(folder_.size()));
    if (!members_.emplace(names_.back(), found[i]).second)
      fail("two members of the archive are called '" + shown(names_.back()) + "'");
  }
}

bool Archive::has(std::string_view member) const { return members_.find(member) != members_.end(); }

const Archive::Member& Archive::find(std::string_view member) const {
  const auto found = members_.find(member);
  if (found == members_.end())
    fail(mase::format("the archive has no member '{}'{}", shown(member),
                      mase::did_you_mean(member, mase::NameList(names_))));
  return found->second;
}

uint64_t Archive::size(std::string_view member) const { return find(member).size; }

// Hands out the member's bytes piece by piece, no more than it claims to have, and compares its checksum.
// Returns where in the file the first of them was read.
template <class Take>
uint64_t Archive::read(std::string_view name, const Member& member, Take take) const {
  const std::unique_ptr<zip_file_t, FileCloser> in(zip_fopen_index(source_->zip, member.index, 0));
  const std::string which = "the archive's member '" + shown(name) + "'";
  if (!in) fail(which + " cannot be read: " + zip_strerror(source_->zip));
  source_->input.forget_first_read();
  std::string chunk(std::min<uint64_t>(kChunk, member.size + 1), '\0');
  for (uint64_t total = 0, read_to = 0;;) {
    const zip_int64_t n = zip_fread(in.get(), chunk.data(), chunk.size());
    if (const uint64_t at = source_->input.position(); total > kSmall && at > read_to) {
      read_to = std::max(read_to, source_->input.first_read());
      forget_pages(bytes_.bytes().substr(read_to, at - read_to));
      read_to = at;
    }
    if (n < 0) fail(which + " is damaged: " + zip_file_strerror(in.get()), "fetch or save the file again");
    total += static_cast<uint64_t>(n);
    if (total > member.size || (n == 0 && total < member.size))
      fail(mase::format("{} does not have the {} bytes that it claims", which, member.size));
    if (n == 0 || !take(std::string_view(chunk.data(), static_cast<size_t>(n)))) return source_->input.first_read();
  }
}

std::string Archive::text(std::string_view name, uint64_t longest) const {
  const Member& member = find(name);
  if (member.size > longest)
    fail(
        mase::format("the archive's member '{}' has {} bytes, expected at most {}", shown(name), member.size, longest));
  // JSON of a few bytes compresses a thousand times, and takes many times its length once parsed.
  if (!member.stored && (source_->texts += member.size) > bytes_.bytes().size() * 2 + kSmallTexts)
    fail("the archive's texts inflate to more than twice the file", "store them without compression, as PyTorch does");
  std::string result;
  read(name, member, [&](std::string_view part) {
    result += part;
    return true;
  });
  return result;
}

at::Tensor Archive::tensor(std::string_view name, at::ScalarType type, const mase::Shape& shape,
                           uint64_t offset) const {
  const Member& member = find(name);
  unsigned __int128 bytes = c10::elementSize(type);
  for (const int64_t n : shape) {
    if (n < 0) fail(mase::format("a tensor in '{}' has an axis of {} elements", shown(name), n));
    bytes *= static_cast<uint64_t>(n);
    if (bytes >> 64) break;
  }
  if (offset > member.size || bytes > member.size - offset)
    fail(mase::format("the archive's member '{}' has {} bytes, fewer than the tensor in it needs", shown(name),
                      member.size));
  return member.stored ? mapped(name, member, type, shape, offset) : inflated(name, member, type, shape, offset);
}

at::Tensor Archive::mapped(std::string_view name, const Member& member, at::ScalarType type, const mase::Shape& shape,
                           uint64_t offset) const {
  if (member.size == 0) return at::empty(shape, at::TensorOptions().dtype(type));
  const bool is_checked = source_->checked + member.size <= kCheckedBytes;
  if (is_checked) source_->checked += member.size;
  std::string first;
  const uint64_t begin = read(name, member, [&](std::string_view part) {
    if (first.empty()) first = part.substr(0, 64);
    return is_checked;
  });
  if (bytes_.bytes().substr(std::min<uint64_t>(begin, bytes_.bytes().size()), first.size()) != first)
    fail("the archive's member '" + shown(name) + "' does not lie where the archive says");
  forget_pages(bytes_.bytes().substr(begin, member.size));
  return bytes_.map(begin + offset, type, shape);
}

at::Tensor Archive::inflated(std::string_view name, const Member& member, at::ScalarType type, const mase::Shape& shape,
                             uint64_t offset) const {
  source_->inflated += member.size;
  if (source_->inflated > bytes_.bytes().size() + bytes_.bytes().size() / 2 + kSmall)
    fail("the archive's tensors inflate to more than one and a half times the file",
         "store them without compression, as torch.save does");
  at::Tensor result = at::empty(shape, at::TensorOptions().dtype(type));
  char* const data = static_cast<char*>(result.mutable_data_ptr());
  uint64_t at = 0;  // in the member
  const uint64_t end = offset + result.nbytes();
  read(name, member, [&](std::string_view part) {
    const uint64_t from = std::max(at, offset), to = std::min(at + part.size(), end);
    if (from < to) std::memcpy(data + (from - offset), part.data() + (from - at), to - from);
    at += part.size();
    return true;
  });
  return result;
}

}  // namespace models
