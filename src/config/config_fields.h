#pragma once

#include <cstdint>

#include "config/field.h"
#include "dircn/config/config.h"

namespace dircn::config {

/// The keys of each struct, bound to the given object's members; see Note [Fields].
Fields fields(ModelConfig& model);
Fields fields(DataConfig& data);
Fields fields(TrainConfig& train);
Fields fields(Config& config);

/// Slices of a batch at most.
constexpr int64_t kMaxBatch = 65536;

}  // namespace dircn::config
