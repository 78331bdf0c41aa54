#pragma once

#include "dircn/train/run_folder.h"
#include "train/state/training_state.h"

namespace dircn::detail {

/// Forgets those of a resumed state's best scores whose weights are not in `folder`: the next
/// validation is then the best so far. So it is with a checkpoint from another folder, with one
/// that was overtaken by a better epoch since, and after a kill between two saves.
void forget_lost_best(TrainingState& state, const RunFolder& folder);

}  // namespace dircn::detail
