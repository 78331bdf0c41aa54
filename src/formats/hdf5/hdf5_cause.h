#pragma once

#include <filesystem>
#include <string>

#include "dircn/core/error.h"

/// Why HDF5 failed, for messages, by what it gave as its reason.
namespace dircn::detail {

/// What to do about a file that HDF5 cannot read.
inline constexpr const char* kCopyAgain = "Copy or create the file again.";

/// Why an existing file could not be opened.
Error::Parts open_failure(const std::filesystem::path& path, const std::string& reason);

/// `failure` with the reason added to what was found; or, where the system refused to read ("errno
/// = 5, error message = 'Input/output error'"), that in place of what the file was blamed for.
Error::Parts with_reason(Error::Parts failure, const std::string& reason);

}  // namespace dircn::detail
