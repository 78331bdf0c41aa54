#pragma once

#include <cstdint>
#include <filesystem>

#include "dircn/config/config.h"
#include "dircn/model/network.h"

namespace dircn {

/// A new network on the CPU: the same seed, the same weights. LibTorch's own random numbers go on
/// afterwards as if it had not been made.
Network random_network(const ModelConfig& model, int64_t seed);

/// Loads a network to begin with from a checkpoint of ours or of the Python reference (`.pth`), on
/// the CPU. It has as many cascades as the file. In everything else `model`, which is what will be
/// trained, must be the file's model; of a reference file only shapes tell. Throws `Error` naming
/// the file and each key that differs.
Network load_start(const std::filesystem::path& file, const ModelConfig& model);

/// A network that has grown.
struct Growth {
  Network network;
  int64_t copied = 0;  // added cascades that began as copies
  int64_t fresh = 0;   // added cascades that began with random weights
};

/// A network of the same model but with `cascades` (at least as many) cascades: the old ones keep
/// their weights, to the bit. Each added one begins as a copy of the last old one if `added` says
/// so and all its shapes are the same (with interconnections the first cascade is narrower than the
/// others; with aggregation `concat` each is wider than the one before), else with random weights:
/// the same seed, the same weights. On the CPU, in the dtype of `network`; everything in it learns,
/// and checkpointing is off. Throws `Error` if `cascades` is too low, or too high for a model.
Growth grown(const Network& network, int64_t cascades, AddedCascades added, int64_t seed);

}  // namespace dircn
