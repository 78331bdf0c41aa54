#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/command.h"
#include "support/paths.h"

namespace dircn::testing {

/// dircn_bench on the CPU: how it ended, and what it wrote to --json.
struct Bench {
  TemporaryFolder folder;
  CommandResult result;
  nlohmann::json report;  // null if it failed

  /// Of a small network, or of the one in `config`.
  explicit Bench(const std::string& arguments,
                 const std::filesystem::path& config = test_data("reference_small.yaml"))
      : result(run_command(testing::program("bench") + " --config " + config.string() +
                           " --device cpu --json " + (folder / "bench.json").string() + " " +
                           arguments)) {
    if (result.exit_code == 0) {
      report = nlohmann::json::parse(read_file(folder / "bench.json"));
    }
  }
  bool prints(const std::string& text) const {
    return result.output.find(text) != std::string::npos;
  }
};

}  // namespace dircn::testing
