#pragma once

#include <torch/optim/optimizer.h>
#include <torch/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "dircn/config/config.h"
#include "dircn/model/network.h"
#include "train/loop/focal_weights.h"
#include "train/loop/moving_average.h"
#include "train/plan/phase_plan.h"
#include "train/plan/rate_schedule.h"
#include "train/state/run_position.h"

namespace dircn {

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

/// Writes a checkpoint (see `save_checkpoint`) that training can continue from. Python's optimiser
/// of the same kind can load its `optimizer`, too.
void save_training_state(const std::filesystem::path& path, TrainingState& state,
                         const Config& config);

/// Reads such a checkpoint. Throws `Error` if the file is no checkpoint of a training run, or is of
/// a run with another model, seed, split or optimiser (naming every key that differs); other
/// differences of the configuration are logged and allowed, so that a run can be given more epochs.
TrainingState load_training_state(const std::filesystem::path& path, const Config& config,
                                  torch::Device device);

}  // namespace dircn
