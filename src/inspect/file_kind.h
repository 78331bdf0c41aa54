#pragma once

#include <filesystem>

namespace dircn::detail {

enum class FileKind { hdf5, zip, yaml, other };

/// HDF5 files and archives (torch.save's) are known by their first bytes, configurations by their
/// names. Throws `Error` if the file cannot be opened.
FileKind file_kind(const std::filesystem::path& path);

}  // namespace dircn::detail
