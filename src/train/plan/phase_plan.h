#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/formats/pickle_value.h"

namespace dircn {

/// The phases of a run with every default filled in; never empty. `cascades` is the number that the
/// network has in the phase, and never falls. `start_cascades`: those of the checkpoint to begin
/// with, 0 if there is none; `config.model.cascades` is what the first phase trains unless it names
/// a number itself. Throws `Error` naming the key at fault (`train.phases[2].cascades`; the first
/// is 0), also where a pattern of a late phase will freeze nothing or all.
std::vector<PhaseConfig> plan(const Config& config, int64_t start_cascades);

/// The rule by which a phase ends before its epochs are over: see `PhaseConfig::patience`.
class OverfittingRule {
 public:
  explicit OverfittingRule(int64_t patience) : patience_(patience) {}

  /// Tells of an epoch; true if validation has now stayed at or below its best for `patience`
  /// epochs in a row, each of which had a lower training loss than the best epoch.
  bool overfits(double training_loss, double validation_score);

  /// Begins anew, as where the best weights are not at hand.
  void forget();

  /// What a checkpoint keeps.
  PickleDict state() const;
  /// Continues from there. Throws `Error` naming `subject` if it is no such state.
  void load(const PickleDict& state, const std::string& subject);

 private:
  int64_t patience_;
  int64_t epochs_in_a_row_ = 0;
  double best_score_ = -std::numeric_limits<double>::infinity();
  double loss_of_best_ = -std::numeric_limits<double>::infinity();
};

}  // namespace dircn
