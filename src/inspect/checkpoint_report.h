#pragma once

#include <filesystem>

#include "inspect/report.h"

namespace dircn::detail {

/// What a checkpoint holds, ours or the reference's. Throws `Error` if it is none.
Report checkpoint_report(const std::filesystem::path& path, Problems& problems);

}  // namespace dircn::detail
