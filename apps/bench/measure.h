#pragma once

#include <nlohmann/json.hpp>

#include "bench/work.h"

namespace dircn::bench {

/// Times an inference or a training step in this process: one warm-up run, `repeat` runs, one more
/// for the parts. One entry of the report's `results`: what `describe` says and {form,
/// seconds_median, seconds_min, peak_bytes, parts: {NAME: {seconds, share}}}. `peak_bytes` is the
/// process's largest resident memory, or on a GPU the allocator's peak.
nlohmann::json measure(const Task& task);

}  // namespace dircn::bench
