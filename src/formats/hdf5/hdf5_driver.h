#pragma once

#include <H5Cpp.h>

#include <filesystem>

namespace dircn::detail {

/// HDF5's reason for not opening a file that another program holds open for writing.
inline constexpr const char* kHeldOpen = "another program holds it open for writing";

/// How untrusted files are opened: by HDF5's usual driver, which here also
/// - opens regular files only, since external links may lead to a pipe and so wait for ever;
/// - checks global heaps (where texts of variable length lie) before HDF5 parses them: HDF5 1.10
///   trusts the sizes in there, and crashes or loops on damaged ones;
/// - does without locks where the file system has none (NFS without a lock daemon), and calls a
/// file
///   that another program is writing `kHeldOpen`.
/// `path` is an existing regular file. Throws H5::Exception if HDF5 has no such driver.
H5::FileAccPropList checked_access(const std::filesystem::path& path);

}  // namespace dircn::detail
