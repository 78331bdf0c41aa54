#pragma once

#include <string>

namespace dircn::testing {

/// The program dircn_NAME of this build, as a word for a shell.
std::string program(const std::string& name);

struct CommandResult {
  int exit_code;       // of the program; 128 + signal where one ended it
  std::string output;  // standard output and error, as they came
};

/// Runs a shell command line to its end.
CommandResult run_command(const std::string& command);

}  // namespace dircn::testing
