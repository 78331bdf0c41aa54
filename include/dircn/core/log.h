#pragma once

#include <string>

namespace dircn {

/// One line of the program's log, on standard error. (spdlog works behind these: LibTorch ships a
/// {fmt} of its own that spdlog's headers do not compile with, so the two never meet in one file.)
void log_info(const std::string& message);
void log_warning(const std::string& message);
void log_error(const std::string& message);

}  // namespace dircn
