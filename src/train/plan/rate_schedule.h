#pragma once

#include <cstdint>
#include <string>

#include "dircn/config/train_config.h"
#include "dircn/formats/pickle_value.h"
#include "train/plan/phase_progress.h"

namespace dircn {

/// The learning rate of each step of a phase, with the curves of PyTorch's schedules of these
/// names:
///
/// - constant: the rate;
/// - multi_step: times `factor` after every milestone, in complete epochs;
/// - cosine: half a cosine over the phase, step by step, from the rate to `lowest` times it;
/// - one_cycle: half a cosine up from 1/25 of the rate to the rate, reached at `peak_at` of the
///   phase, and half a one down to 1e-4 of where it began;
/// - plateau: times `factor`, but never below `lowest`, once validation was not above `1 +
///   threshold` times its best for more than `patience` epochs in a row.
///
/// Only `plateau` has a state.
class RateSchedule {
 public:
  RateSchedule(const ScheduleConfig& config, double learning_rate);

  /// The rate of a step. Warm-up multiplies whatever the schedule says.
  double rate(const PhaseProgress& progress) const;

  /// Tells of an epoch's validation score (larger is better; from 0).
  void validated(double score);

  /// What a checkpoint keeps.
  PickleDict state() const;
  /// Throws `Error` about `subject` if it is no such state.
  void load(const PickleDict& state, const std::string& subject);

 private:
  double scheduled(const PhaseProgress& progress) const;  // relative to the rate, without warm-up

  ScheduleConfig config_;
  double learning_rate_;
  double plateau_factor_ = 1;
  double best_;  // of plateau
  int64_t epochs_worse_ = 0;
};

}  // namespace dircn
