#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "dircn/config/config.h"

namespace dircn::bench {

struct LoaderTask {
  std::string data;                 // folder of volumes
  std::optional<int64_t> workers;   // else the configuration's
  std::optional<int64_t> prefetch;  // else the configuration's
  int64_t slices = 100;             // at most
};

/// --data, --workers, --prefetch and --slices.
void add_loader_options(CLI::App& app, LoaderTask& task);

/// Loads slices of a data set in random order, as training does in its last epoch (masks and
/// augmentation are drawn, too), and does nothing with them. One entry of the report's `results`:
/// {mode, workers, prefetch, slices, volumes, seconds_open (the headers of all volumes), seconds,
/// seconds_median (from slice to slice), slices_per_second, kspace_bytes_per_second, peak_bytes}.
/// Files that were read lately come from the system's cache.
nlohmann::json measure_loader(const LoaderTask& task, const Config& config);

}  // namespace dircn::bench
