#pragma once

#include <cstdint>

#include "config/field.h"
#include "dircn/config/config.h"

namespace dircn::config {

/// The keys of each struct, bound to the given object's members; see Note [Fields].
/// Of the network that it names.
Fields fields(ModelConfig& model);

/// Of all networks, which is what a file may say before its network is known.
Fields fields_of_all_networks(ModelConfig& model);

Fields fields(DataConfig& data);
Fields fields(TrainConfig& train);
Fields fields(Config& config);
Fields fields_of_all_networks(Config& config);

/// Slices of a batch at most.
constexpr int64_t kMaxBatch = 65536;

}  // namespace dircn::config
