#pragma once

#include <string>

namespace dircn::testing {

struct CommandResult {
  int exit_code;       // of the program; 128 + signal where one ended it
  std::string output;  // standard output and error, as they came
};

/// Runs a shell command line to its end.
CommandResult run_command(const std::string& command);

}  // namespace dircn::testing
