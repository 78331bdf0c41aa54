#pragma once

#include <torch/types.h>

#include <vector>

#include "dircn/config/config.h"
#include "dircn/model/network.h"
#include "dircn/train/run_folder.h"
#include "train/state/training_state.h"

namespace dircn {

/// The state of a run whose phase `position.phase` begins with `network` (which has the phase's
/// number of cascades): what the phase freezes is frozen; optimiser, schedule and average are new.
/// Logs what is trained and what is frozen, by count.
TrainingState begin_phase(const Network& network, const RunPosition& position,
                          const std::vector<PhaseConfig>& phases, const Config& config,
                          torch::Device device);

/// The state in which a run begins: random weights, or those of `train.start`, with cascades added
/// if the first phase has more. Logs what was loaded and added, by count.
TrainingState first_phase(const Config& config, torch::Device device);

/// The state in which the phase after `before`'s begins: its network, or the best one of the phase
/// (in `folder`) where that ended `until: overfitting`, with cascades added if the next phase has
/// more.
TrainingState next_phase(const TrainingState& before, const std::vector<PhaseConfig>& phases,
                         const Config& config, const RunFolder& folder, torch::Device device);

}  // namespace dircn
