#pragma once

#include <H5Cpp.h>

#include <filesystem>

namespace dircn::detail {

/// How untrusted files are opened: by HDF5's usual driver, which here also
/// - opens regular files only, since external links may lead to a pipe and so wait for ever;
/// - checks global heaps (where texts of variable length lie) before HDF5 parses them: HDF5 1.10
///   trusts the sizes in there, and crashes or loops on damaged ones.
/// `path` is an existing regular file. Throws H5::Exception if HDF5 has no such driver.
H5::FileAccPropList checked_access(const std::filesystem::path& path);

}  // namespace dircn::detail
