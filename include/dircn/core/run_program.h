#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dircn {

/// The executable file of this name in one of `folders`, or else in one of $PATH; none: there is
/// none.
std::optional<std::filesystem::path> find_program(
    const std::string& name, const std::vector<std::filesystem::path>& folders = {});

/// Where a program's standard error goes: to its standard output, or where this program's goes.
enum class ErrorOutput { returned, passed_on };

/// Runs a program to its end. `command`: its path and its arguments, which no shell looks at. It
/// inherits the environment and reads nothing. Returns the end of what it wrote to standard output
/// (and error), a few thousand bytes at most.
///
/// Throws `Error`, with the last lines it wrote, if it cannot be started, fails, or is ended by a
/// signal. It is killed if a signal comes that `catch_interrupts` catches: an `Error`, too.
std::string run_program(const std::vector<std::string>& command,
                        ErrorOutput errors = ErrorOutput::returned);

}  // namespace dircn
