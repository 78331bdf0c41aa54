#include "train/loop/update_weights.h"

#include <cmath>
#include <string>

#include "dircn/train/optimizer.h"
#include "train/loop/not_finite.h"

namespace dircn {

WeightUpdate update_weights(TrainingState& state, const TrainConfig& train,
                            const PhaseProgress& progress) {
  const WeightUpdate update{state.schedule.rate(progress),
                            clip_gradients(state.network->parameters(), train.optimizer.clip_norm)};
  if (!std::isfinite(update.gradient_norm)) {
    throw NotFinite("", "gradient norm " + std::to_string(update.gradient_norm));
  }
  set_learning_rate(*state.optimizer, train.optimizer, update.learning_rate);
  state.optimizer->step();
  if (state.average) {
    state.average->update(state.network);
  }
  return update;
}

}  // namespace dircn
