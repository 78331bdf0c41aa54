#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/options.h"
#include "dircn/config/config.h"

namespace dircn::bench {

/// Measures what `options` ask for, each task in a process of its own (the loader in this one), and
/// reports: {command, libtorch, device, threads, processor, simd, cores_used_by_others (where that
/// is known), results[]}, with `command` the words on the command line. Also written to the file of
/// --json.
nlohmann::json make_report(const std::vector<std::string>& command, const Options& options,
                           const Config& config);

/// Measures one task in this process: see `measure` and `measure_floor`. The fast form keeps freed
/// memory, as every other program does; the literal form is LibTorch as it comes.
nlohmann::json measure_here(const Task& task);

/// The report of `make_report` as text. One number of cascades and coils: a line a form, the floor,
/// their ratios, and the seconds of each part. Several: a line for each. Or the loader's line.
std::string table(const nlohmann::json& report);

}  // namespace dircn::bench
