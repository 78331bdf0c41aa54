#pragma once

#include <filesystem>
#include <optional>

#include "dircn/config/model_config.h"
#include "dircn/model/network.h"

namespace dircn {

/// The network of a checkpoint, with its weights, on the CPU in float32. The architecture is the
/// one that the checkpoint carries; `model` is needed for files that carry none (the Python
/// reference's), and warned about where it contradicts. Throws `Error` if there is neither, and as
/// `load_checkpoint` and `load_state` do.
Network load_network(const std::filesystem::path& path,
                     const std::optional<ModelConfig>& model = std::nullopt);

}  // namespace dircn
