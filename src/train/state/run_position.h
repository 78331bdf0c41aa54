#pragma once

#include <cstdint>

namespace dircn {

class PickleDict;
struct Checkpoint;

/// How far a run has come. The order of an epoch's slices, and whatever is drawn for them, follow
/// from seed, epoch and slice, so this is the state of everything random, too.
struct RunPosition {
  int64_t start_cascades = 0;   // of the checkpoint that the run began with; 0: none
  int64_t phase = 0;            // the running one, from 0
  int64_t phase_epoch = 0;      // epochs of it that are complete
  bool overfitted = false;      // it ends before its epochs are over
  int64_t epoch = 0;            // epochs of the run that are complete; the running one, from 0
  int64_t slices = 0;           // of the running epoch, already trained on
  int64_t steps = 0;            // of the optimisers, in all
  int64_t slices_in_epoch = 0;  // size of the training set
  double loss_sum = 0;          // sums over `slices`
  double input_distance_sum = 0;
  double output_distance_sum = 0;
  double best_ssim = -1;        // best validation score; -1: none yet
  int64_t best_epoch = 0;       // after which it was reached
  double best_ema_ssim = -1;    // of the averaged weights
  double phase_best_ssim = -1;  // of the running phase
  int64_t metrics_bytes = 0;    // size of metrics.jsonl
};

/// Begins the next epoch: none of its slices is done.
void begin_epoch(RunPosition& position);

/// What a checkpoint calls it.
constexpr const char* kPosition = "training";

/// The position as it stands in a checkpoint.
PickleDict to_dict(const RunPosition& position);

/// The reverse. Throws `Error` for a missing key, a wrong type or an impossible value.
RunPosition position_of(const Checkpoint& checkpoint);

}  // namespace dircn
