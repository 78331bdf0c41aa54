#pragma once

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/core/interrupt.h"
#include "dircn/data/slice_source.h"
#include "dircn/model/network.h"
#include "dircn/train/run_folder.h"
#include "train/loop/training_epoch.h"
#include "train/loop/validation.h"
#include "train/state/training_records.h"
#include "train/state/training_state.h"

namespace dircn {

/// Trains a network as a configuration says: phase after phase, epoch after epoch, a validation on
/// the labels after each. On a CPU a run that was interrupted and resumed, wherever it was, ends at
/// the same bits as one that was not (same LibTorch, same number of threads).
///
///     RunFolder folder("runs/base");
///     Trainer trainer(config, device, folder);
///     trainer.resume(folder.last());  // or not
///     trainer.run();
class Trainer {
 public:
  /// Opens `config`'s training set and, if one is named, its validation set. Throws `Error` if
  /// they cannot be used, or if something in `config` needs a validation set where there is none.
  /// `folder` must outlive the trainer.
  Trainer(const Config& config, torch::Device device, const RunFolder& folder);

  /// Continues where `checkpoint` was written. Throws `Error` if it is of another run, see
  /// `load_training_state`, or if the training set has another size now.
  void resume(const std::filesystem::path& checkpoint);

  /// Trains to the last epoch; false if `stop()` became true before. `last.pt` holds the state in
  /// either case, and when something was thrown after a step: `Error` for a slice that cannot be
  /// read, or for want of memory; for NaN or Inf (slice, terms) it keeps an earlier state, and the
  /// present one goes to `failed.pt`.
  bool run(const std::function<bool()>& stop = interrupted);

  /// After `resume` or `run`.
  const RunPosition& position() const { return state_->position; }
  const Network& network() const { return state_->network; }

 private:
  bool run_phases(const RunParts& run, const std::function<bool()>& stop);
  bool add_difficulties(const RunParts& run, const std::function<bool()>& stop);
  bool train_epoch(const RunParts& run, const std::function<bool()>& stop);
  bool validate_epoch(const RunParts& run, EpochRecord& record, const std::function<bool()>& stop);
  EpochRecord epoch_record(const std::optional<EpochSpeed>& speed) const;
  void end_epoch(const RunParts& run, const EpochRecord& record);
  void save_what_was_done(RunCheckpoints& checkpoints);

  Config config_;
  torch::Device device_;
  const RunFolder& folder_;
  std::unique_ptr<SliceSource> training_;
  std::optional<ValidationSet> validation_;
  std::vector<PhaseConfig> phases_;
  std::optional<TrainingState> state_;
};

}  // namespace dircn
