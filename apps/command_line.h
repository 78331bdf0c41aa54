#pragma once

#include <c10/util/Exception.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>

#include "dircn/core/device.h"
#include "dircn/core/log.h"

namespace dircn {

/// Parses the command line and runs `work`. Exit codes of every dircn program: 0 fine, 1 failed, 2
/// wrong use.
inline int run_command(CLI::App& app, int argc, char** argv, const std::function<int()>& work) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    use_all_cores();
    return work();
  } catch (const c10::Error& error) {
    log_error(error.what_without_backtrace());
  } catch (const std::exception& error) {
    log_error(error.what());
  }
  return 1;
}

}  // namespace dircn
