#pragma once

#include <torch/optim/optimizer.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "dircn/config/config.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/network.h"
#include "train/loop/focal_weights.h"
#include "train/loop/moving_average.h"
#include "train/plan/phase_plan.h"
#include "train/plan/rate_schedule.h"

namespace dircn {

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
  double gt_ssim_sum = 0;
  double pred_ssim_sum = 0;
  double best_ssim = -1;        // best validation score; -1: none yet
  int64_t best_epoch = 0;       // after which it was reached
  double best_ema_ssim = -1;    // of the averaged weights
  double phase_best_ssim = -1;  // of the running phase
  int64_t metrics_bytes = 0;    // size of metrics.jsonl
};

/// All that a run has learnt so far, and where it stands.
struct TrainingState {
  RunPosition position;
  Network network;
  std::unique_ptr<torch::optim::Optimizer> optimizer;
  RateSchedule schedule;
  OverfittingRule overfitting;
  FocalWeights focal;
  std::optional<MovingAverage> average;
  bool consistent = true;  // between two steps: fit to be saved
  std::string metrics;  // of the last complete epoch, as its line in metrics.jsonl; empty: none yet
};

/// Begins the next epoch: none of its slices is done.
void begin_epoch(RunPosition& position);

/// Writes a checkpoint (see `save_checkpoint`) that training can continue from. Python's optimiser
/// of the same kind can load its `optimizer`, too.
void save_training_state(const std::filesystem::path& path, TrainingState& state,
                         const Config& config);

/// Reads such a checkpoint. Throws `Error` if the file is no checkpoint of a training run, or is of
/// a run with another model, seed, split or optimiser (naming every key that differs); other
/// differences of the configuration are logged and allowed, so that a run can be given more epochs.
TrainingState load_training_state(const std::filesystem::path& path, const Config& config,
                                  torch::Device device);

/// The position that such a checkpoint holds.
RunPosition position_of(const Checkpoint& checkpoint);

}  // namespace dircn
