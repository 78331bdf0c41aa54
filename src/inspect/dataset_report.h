#pragma once

#include <filesystem>

#include "dircn/config/config.h"
#include "inspect/report.h"

namespace dircn::detail {

/// What the volumes below a folder are, part by part (train, val, leaderboard/acc4, ...). Headers
/// and masks are read, no values. A file that cannot be used is a problem, and the others are still
/// counted. Throws `Error` if there is no .h5 file, or the folder cannot be listed.
Report dataset_report(const std::filesystem::path& folder, const DataConfig& config,
                      Problems& problems);

}  // namespace dircn::detail
