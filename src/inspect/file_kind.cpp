#include "inspect/file_kind.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "dircn/core/error.h"
#include "dircn/formats/foreign_file.h"

namespace dircn::detail {

FileKind file_kind(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  require(stream.is_open(), [&] {
    return Error::Parts{path.string(), std::strerror(errno), "a readable file", ""};
  });
  std::array<char, 2> start{};
  stream.read(start.data(), start.size());
  if (stream && start == std::array<char, 2>{'P', 'K'}) {
    return is_npz(path) ? FileKind::other : FileKind::zip;
  }
  if (has_hdf5_signature(path)) {
    return FileKind::hdf5;
  }
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" ? FileKind::yaml : FileKind::other;
}

}  // namespace dircn::detail
