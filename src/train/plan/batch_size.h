#pragma once

#include <cstdint>

#include "dircn/config/train_config.h"

namespace dircn {

/// Slices of a step in the `epoch`-th epoch of a phase, from 0.
int64_t batch_size(const BatchConfig& config, int64_t epoch);

}  // namespace dircn
