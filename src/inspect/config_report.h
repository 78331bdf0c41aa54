#pragma once

#include <filesystem>

#include "inspect/report.h"

namespace dircn::detail {

/// Every value of a configuration file, and the size of its network. Throws `Error` if it is not
/// valid.
Report config_report(const std::filesystem::path& path);

}  // namespace dircn::detail
