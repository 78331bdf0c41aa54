#include "train/plan/phase_progress.h"

#include <cstddef>

namespace dircn {

const PhaseConfig& phase_of(const RunPosition& position, const std::vector<PhaseConfig>& phases) {
  return phases.at(static_cast<size_t>(position.phase));
}

bool phase_is_over(const RunPosition& position, const std::vector<PhaseConfig>& phases) {
  const PhaseConfig& phase = phase_of(position, phases);
  return (position.overfitted && phase.until == PhaseEnd::overfitting) ||
         position.phase_epoch >= phase.epochs;
}

PhaseProgress progress_of(const RunPosition& position, const std::vector<PhaseConfig>& phases,
                          int64_t slices) {
  const auto part = [&](int64_t done) {
    return static_cast<double>(done) / static_cast<double>(position.slices_in_epoch);
  };
  return {position.phase_epoch, part(position.slices), part(position.slices + slices),
          phase_of(position, phases).epochs};
}

int64_t total_epochs(const RunPosition& position, const std::vector<PhaseConfig>& phases) {
  int64_t epochs = position.epoch;
  if (!phase_is_over(position, phases)) {
    epochs += phase_of(position, phases).epochs - position.phase_epoch;
  }
  for (auto i = static_cast<size_t>(position.phase) + 1; i < phases.size(); ++i) {
    epochs += phases[i].epochs;
  }
  return epochs;
}

}  // namespace dircn
