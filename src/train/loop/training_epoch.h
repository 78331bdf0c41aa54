#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/loader.h"
#include "dircn/data/slice_source.h"
#include "train/log/run_log.h"
#include "train/loop/data_scale.h"
#include "train/loop/training_step.h"
#include "train/loop/update_weights.h"
#include "train/state/run_checkpoints.h"
#include "train/state/training_state.h"

namespace dircn {

/// What a run works with, and what it writes; all of it outlives who uses it.
struct RunParts {
  const Config& config;
  const std::vector<PhaseConfig>& phases;
  const SliceSource& training;
  torch::Device device;
  RunLog& log;
  RunCheckpoints& checkpoints;
};

/// How fast slices were trained on.
struct EpochSpeed {
  double slices_per_second = 0;
  double data_wait = 0;  // share of the time that the network waited for data
};

/// The slices of the running epoch of `state` that have not been trained on yet, in steps.
class TrainingEpoch {
 public:
  TrainingEpoch(const RunParts& run, TrainingState& state) : run_(run), state_(state) {}

  /// Trains; false if `stop()` became true before the last step. Saves last.pt as often as it is
  /// due. Throws as `Trainer::run` does; `state.consistent` then says whether a step was cut.
  bool train(const std::function<bool()>& stop);

  /// None before the first step.
  const std::optional<EpochSpeed>& speed() const { return speed_; }

 private:
  double step(Loader& loader, int64_t slices);
  /// In the first step of a run.
  void warn_at_first(const std::optional<ScaleProblem>& scale, const std::string& slice) const;
  double record_step(const std::vector<SliceRecord>& slices, const WeightUpdate& update);

  const RunParts& run_;
  TrainingState& state_;
  std::optional<EpochSpeed> speed_;
};

/// The options of an epoch's loader.
LoaderOptions loader_options_of_epoch(const RunParts& run, const RunPosition& position);

/// "epoch 3/50".
std::string epoch_title(const RunParts& run, const RunPosition& position);

}  // namespace dircn
