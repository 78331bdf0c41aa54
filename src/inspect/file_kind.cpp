#include "inspect/file_kind.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "dircn/core/error.h"

namespace dircn::detail {
namespace {

/// HDF5's signature stands at the beginning, or behind a block of the user's of 512, 1024, ...
/// bytes.
bool has_hdf5_signature(std::ifstream& stream, uint64_t size) {
  constexpr std::string_view kSignature("\x89HDF\r\n\x1a\n", 8);
  constexpr uint64_t kSmallestBlock = 512;
  for (uint64_t place = 0; place + kSignature.size() <= size;
       place = std::max(2 * place, kSmallestBlock)) {
    std::array<char, 8> found{};
    stream.seekg(static_cast<std::streamoff>(place));
    if (!stream.read(found.data(), found.size())) {
      return false;
    }
    if (kSignature == std::string_view(found.data(), found.size())) {
      return true;
    }
  }
  return false;
}

}  // namespace

FileKind file_kind(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  require(stream.is_open(), [&] {
    return Error::Parts{path.string(), "a file that cannot be opened", "a readable file", ""};
  });
  std::array<char, 2> start{};
  stream.read(start.data(), start.size());
  if (stream && start == std::array<char, 2>{'P', 'K'}) {
    return FileKind::zip;
  }
  stream.clear();
  if (has_hdf5_signature(stream, std::filesystem::file_size(path))) {
    return FileKind::hdf5;
  }
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" ? FileKind::yaml : FileKind::other;
}

}  // namespace dircn::detail
