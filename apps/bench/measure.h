#pragma once

#include <nlohmann/json.hpp>

#include "bench/work.h"

namespace dircn::bench {

/// Times an inference or a training step in this process: one warm-up run, `repeat` runs, one more
/// for the parts. One entry of the report's `results`: what `describe` says and {form,
/// seconds_median, seconds_min, peak_bytes, parts: {NAME: {seconds, share}}}. `peak_bytes` is the
/// process's largest resident memory, or on a GPU the allocator's peak.
nlohmann::json measure(const Task& task);

/// What an inference cannot undercut with LibTorch's convolutions: each convolution of the literal
/// form timed alone, in channels-last memory, the fastest of `repeat` runs. Beside it the time in
/// which a copy moves as many bytes as the convolutions read and write. One entry of the report's
/// `results`: what `describe` says (with mode "floor") and {form: "floor", convolutions, gflop,
/// seconds, gflop_per_second, bytes, copy_bytes_per_second, copy_seconds}. An addition and a
/// multiplication are two operations; those with the zeros of a border count.
nlohmann::json measure_floor(const Task& task);

}  // namespace dircn::bench
