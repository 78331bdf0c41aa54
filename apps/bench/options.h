#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "bench/loader.h"
#include "bench/work.h"
#include "command_line.h"
#include "dircn/config/config.h"

namespace dircn::bench {

/// What a user of dircn_bench can say.
struct Options {
  ConfigOptions config;
  Task task;  // its model, form, coils follow from what is below
  LoaderTask loader;
  std::string form = "fast";
  std::vector<int64_t> cascades;  // empty: the configuration's
  std::vector<int64_t> coils{15};
  std::string simd;  // empty: the best
  std::string json_file;
  bool child = false;

  void add_to(CLI::App& app);

  /// Throws `CLI::Error` if they contradict one another.
  void check() const;
};

/// One task for every number of cascades, number of coils and form; where the fast form's inference
/// is among them, its floor, too.
std::vector<Task> tasks_of(const Options& options, const Config& config);

/// The command line on which this program measures `task` alone, one of those that `options` asks
/// for, in its own process.
std::vector<std::string> child_arguments(const Options& options, const Task& task);

}  // namespace dircn::bench
