#pragma once

#include <cstdint>
#include <vector>

#include "dircn/config/train_config.h"
#include "train/state/run_position.h"

namespace dircn {

/// Where a step stands in its phase.
struct PhaseProgress {
  int64_t epoch = 0;      // complete epochs of the phase
  double part = 0;        // of the running epoch that was done before this step, 0 ... 1
  double part_after = 0;  // and will be after it
  int64_t epochs = 1;     // of the phase
};

/// The running phase.
const PhaseConfig& phase_of(const RunPosition& position, const std::vector<PhaseConfig>& phases);

/// Whether the running phase is over.
bool phase_is_over(const RunPosition& position, const std::vector<PhaseConfig>& phases);

/// Where the next step of `slices` slices stands in its phase.
PhaseProgress progress_of(const RunPosition& position, const std::vector<PhaseConfig>& phases,
                          int64_t slices);

/// Epochs of a run: those that are complete, and those planned from there on.
int64_t total_epochs(const RunPosition& position, const std::vector<PhaseConfig>& phases);

}  // namespace dircn
