#pragma once

#include <cstdint>
#include <string>

#include "dircn/config/train_config.h"
#include "dircn/model/network.h"

namespace dircn {

/// Whether `pattern` is `key` as a whole: * stands for any characters, dots too, ? for any one, and
/// [ab] for one of those.
bool matches(const std::string& pattern, const std::string& key);

/// Parameters (tensors and numbers) by what becomes of them in a phase.
struct FreezeCounts {
  int64_t trained_tensors = 0;
  int64_t trained_numbers = 0;
  int64_t frozen_tensors = 0;
  int64_t frozen_numbers = 0;
};

/// Freezes what the phase's method says of a network that had `cascades_before` cascades before it
/// (0: there was no network), and the parameters that match one of its patterns: they want no
/// gradient, and have none any more, so that optimisers leave them alone. Lets all others learn.
/// Throws `Error`, before anything has changed, about a pattern that matches nothing (naming what
/// is nearest to it), and if nothing is left to train.
FreezeCounts freeze(const Network& network, const PhaseConfig& phase, int64_t cascades_before);

}  // namespace dircn
