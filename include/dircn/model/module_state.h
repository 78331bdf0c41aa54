#pragma once

#include <filesystem>

#include "dircn/config/config.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/network.h"

namespace dircn {

/// The module's parameters and buffers by name. The tensors share its memory.
StateDict state_of(const torch::nn::Module& module);

/// Copies a checkpoint into the module's parameters and buffers, whatever their dtype and device.
/// An aggregation weight, which only some forms of a network have, keeps its initial value where
/// the checkpoint has none at all, and is ignored where the module has none. Any other key that is
/// missing, unexpected or of another shape, and any NaN or infinity, is an `Error` that names the
/// file, the first such keys with both shapes and their number; then the module is left as it was.
void load_state(torch::nn::Module& module, const Checkpoint& checkpoint);

/// The network of a checkpoint, with its weights, on the CPU in float32; its configuration is
/// `model_of(checkpoint, config)`. Throws `Error` as that, `load_checkpoint` and `load_state` do.
Network load_network(const std::filesystem::path& path, const Config& config = {});

}  // namespace dircn
