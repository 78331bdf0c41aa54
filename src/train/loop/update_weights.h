#pragma once

#include "dircn/config/train_config.h"
#include "train/plan/rate_schedule.h"
#include "train/state/training_state.h"

namespace dircn {

/// What a step of the optimiser went by.
struct WeightUpdate {
  double learning_rate = 0;
  double gradient_norm = 0;  // before clipping
};

/// One step of the optimiser by the gradients that the parameters have, and of the moving average.
/// Throws `NotFinite`, before anything has changed, if the gradients are not; it names no slice.
WeightUpdate update_weights(TrainingState& state, const TrainConfig& train,
                            const PhaseProgress& progress);

}  // namespace dircn
