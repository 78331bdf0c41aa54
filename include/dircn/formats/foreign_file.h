#pragma once

#include <filesystem>
#include <string>

namespace dircn {

/// Whether a file is HDF5: its signature stands at the beginning, or behind a block of the user's
/// of 512, 1024, ... bytes. False for a file that cannot be read.
bool has_hdf5_signature(const std::filesystem::path& path);

/// Whether a file is an archive of NumPy: a zip whose first file is an array.
bool is_npz(const std::filesystem::path& path);

/// What a file is that is not HDF5.
struct ForeignFile {
  std::string what;    // "a file packed by gzip", for messages
  std::string advice;  // how it becomes, or where there is, something that dircn reads
};

/// By the first bytes of a file, in a few cases (BART, Siemens) also by its name or size: what
/// people have in place of HDF5 files. "a file that is not HDF5" if it is none of these.
ForeignFile foreign_file(const std::filesystem::path& path);

}  // namespace dircn
