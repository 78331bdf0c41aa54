#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dircn/config/train_config.h"
#include "dircn/model/dircn.h"

namespace dircn {

/// Whether `pattern` is `key` as a whole: * stands for any characters, dots too, ? for any one, and
/// [ab] for one of those.
bool matches(const std::string& pattern, const std::string& key);

/// The patterns of what `phase` freezes in a network that had `cascades_before` cascades before it
/// (0: there was no network): those of its method and its own.
std::vector<std::string> frozen_patterns(const PhaseConfig& phase, int64_t cascades_before);

/// Parameters (tensors and numbers) by what becomes of them in a phase.
struct FreezeCounts {
  int64_t trained_tensors = 0;
  int64_t trained_numbers = 0;
  int64_t frozen_tensors = 0;
  int64_t frozen_numbers = 0;
};

/// Freezes the parameters that match a pattern (they want no gradient, and have none any more, so
/// that optimisers leave them alone), and lets all others learn. Throws `Error`, before anything
/// has changed, about a pattern that matches nothing (naming what is nearest to it), and if nothing
/// is left to train.
FreezeCounts freeze(Dircn& network, const std::vector<std::string>& patterns);

}  // namespace dircn
