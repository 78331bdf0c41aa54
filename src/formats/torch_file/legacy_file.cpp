#include "formats/torch_file/legacy_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "formats/little_endian.h"
#include "formats/torch_file/tensor_rebuild.h"
#include "formats/torch_file/unpickler.h"

namespace dircn {
namespace {

// The integer that the first pickle is: torch.serialization.MAGIC_NUMBER.
const std::string kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr size_t kMagicWithin = 32;  // behind a pickle's protocol and frame
constexpr int64_t kLegacyProtocol = 1001;

std::string beginning(const std::filesystem::path& path, size_t size) {
  std::string bytes(size, '\0');
  std::ifstream stream(path, std::ios::binary);
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return bytes;
}

class LegacyFile {
 public:
  explicit LegacyFile(const std::filesystem::path& path)
      : name_(path.string()),
        stream_(path, std::ios::binary),
        size_(std::filesystem::file_size(path)),
        pickles_(beginning(path, std::min<uint64_t>(size_, kMaxPickleSize))),
        position_(pickles_.find(kMagic) + kMagic.size() + 1) {}

  PickleValue load() {
    check(next_plain().as_int(name_) == kLegacyProtocol, "another version of the format");
    const PickleValue system = next_plain();
    check(system.as_dict(name_).at("little_endian", name_).as_bool(name_),
          "numbers that are not in little-endian order");
    // The values stand behind the content, so that is read twice: first to learn which storages
    // there are and where it ends, then with their values.
    const size_t content = position_;
    next([&](const std::string& key, torch::ScalarType dtype, int64_t numel) {
      return announce(key, dtype, numel);
    });
    find_values(next_plain());
    position_ = content;
    return next([&](const std::string& key, torch::ScalarType /*dtype*/, int64_t /*numel*/) {
      return values_of(storages_.at(key));
    });
  }

 private:
  struct Storage {
    torch::Tensor values;  // not filled before they are asked for
    uint64_t offset = 0;   // in the file; 0 while it is not known
    bool filled = false;
  };

  void check(bool fits, const std::string& found) const {
    require(fits, [&] {
      return Error::Parts{name_, found, "a whole torch.save file",
                          "The file is damaged, or not made by torch.save: fetch it again."};
    });
  }

  PickleValue next(Unpickler::LoadStorage load_storage) {
    Unpickler unpickler(name_, pickles_, std::move(load_storage), position_);
    PickleValue value = unpickler.load();
    position_ = unpickler.position();
    return value;
  }

  PickleValue next_plain() {
    return next([&](const std::string& key, torch::ScalarType /*dtype*/, int64_t /*numel*/) {
      check(false, "a storage " + excerpt(key) + " where there should be none");
      return torch::Tensor();
    });
  }

  torch::Tensor announce(const std::string& key, torch::ScalarType dtype, int64_t numel) {
    const auto [place, added] = storages_.try_emplace(key);
    torch::Tensor& values = place->second.values;
    if (added) {
      const auto width = static_cast<uint64_t>(torch::elementSize(dtype));
      check(numel >= 0 && static_cast<uint64_t>(numel) <= (size_ - announced_) / width,
            "a storage " + excerpt(key) + " larger than the file");
      announced_ += static_cast<uint64_t>(numel) * width;
      values = torch::empty({numel}, dtype);
    }
    check(values.scalar_type() == dtype && values.numel() == numel,
          "a storage " + excerpt(key) + " of two sizes");
    return values;
  }

  // Each storage is its number of elements, in 8 bytes, and its values.
  void find_values(const PickleValue& keys) {
    uint64_t offset = position_;
    for (const PickleValue& key : keys.as_list(name_)) {
      const std::string& text = key.as_string(name_);
      const auto place = storages_.find(text);
      check(place != storages_.end() && place->second.offset == 0,
            "a storage " + excerpt(text) + " without a tensor");
      std::array<unsigned char, 8> numel{};
      read_at(offset, numel.data(), numel.size());
      check(little_endian(numel.data(), 8) == static_cast<uint64_t>(place->second.values.numel()),
            "a storage " + excerpt(text) + " whose size is not what its tensor says");
      place->second.offset = offset + numel.size();
      offset = place->second.offset + place->second.values.nbytes();
    }
  }

  torch::Tensor values_of(Storage& storage) {
    check(storage.offset > 0, "a tensor whose values are not in the file");
    if (!storage.filled) {
      storage.values = read_storage(storage.values, [&](void* destination, uint64_t bytes) {
        read_at(storage.offset, destination, bytes);
      });
      storage.filled = true;
    }
    return storage.values;
  }

  void read_at(uint64_t offset, void* destination, uint64_t bytes) {
    check(offset <= size_ && bytes <= size_ - offset, "a file that ends too early");
    stream_.seekg(static_cast<std::streamoff>(offset));
    stream_.read(static_cast<char*>(destination), static_cast<std::streamsize>(bytes));
    check(static_cast<bool>(stream_), "a read error at byte " + std::to_string(offset));
  }

  std::string name_;
  std::ifstream stream_;
  uint64_t size_;
  std::string pickles_;
  size_t position_;
  uint64_t announced_ = 0;
  std::map<std::string, Storage> storages_;
};

}  // namespace

bool is_legacy_torch_file(const std::filesystem::path& path) {
  const std::string start = beginning(path, kMagicWithin);
  return start.rfind('\x80', 0) == 0 && start.find(kMagic) != std::string::npos;
}

PickleValue load_legacy_torch_file(const std::filesystem::path& path) {
  return LegacyFile(path).load();
}

}  // namespace dircn
