#pragma once

#include <string>

namespace dircn {

/// One line of the program's log, on standard error and in the log file. (spdlog works behind
/// these: LibTorch ships a {fmt} of its own that spdlog's headers do not compile with, so the two
/// never meet in one file.)
void log_info(const std::string& message);
void log_warning(const std::string& message);
void log_error(const std::string& message);

/// A line in the log file alone: what a terminal shows in another form.
void log_to_file_only(const std::string& message);

/// From now on the log also goes to the end of this file. Throws `std::exception` if it cannot be
/// written.
void set_log_file(const std::string& path);

}  // namespace dircn
