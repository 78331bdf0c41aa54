#pragma once

#include <torch/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/core/interrupt.h"
#include "dircn/data/loader.h"
#include "dircn/data/slice_set.h"
#include "dircn/nn/dircn.h"
#include "dircn/train/run_checkpoints.h"
#include "dircn/train/run_folder.h"
#include "dircn/train/run_log.h"
#include "dircn/train/training_state.h"
#include "dircn/train/training_step.h"
#include "dircn/train/validation.h"

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
  /// either case, and when something was thrown: `Error` for a slice that cannot be read, for NaN
  /// or Inf in the loss or its gradient (slice, terms; the state then goes to `failed.pt`), or for
  /// want of memory.
  bool run(const std::function<bool()>& stop = interrupted);

  /// After `resume` or `run`.
  const RunPosition& position() const { return state_->position; }
  const Dircn& network() const { return state_->network; }

 private:
  using Clock = std::chrono::steady_clock;

  bool run_phases(const std::function<bool()>& stop);
  bool add_difficulties(const std::function<bool()>& stop);
  bool train_epoch(const std::function<bool()>& stop);
  double step(Loader& loader, int64_t slices);
  double update(const TrainingStep& step);
  [[noreturn]] void fail(const NotFinite& what);
  bool finish_epoch(const std::function<bool()>& stop);
  EpochRecord epoch_record() const;
  void end_epoch(const EpochRecord& record);
  LoaderOptions loader_options_of_epoch(int64_t epoch) const;
  const PhaseConfig& phase() const;
  PhaseProgress progress(int64_t slices) const;
  std::string epoch_title() const;

  Config config_;
  torch::Device device_;
  const RunFolder& folder_;
  SliceSet training_;
  std::optional<SliceSet> validation_;
  std::vector<PhaseConfig> phases_;
  std::optional<TrainingState> state_;
  std::optional<RunLog> log_;
  std::optional<RunCheckpoints> checkpoints_;
  bool consistent_ = true;    // the state is one between two steps
  double epoch_seconds_ = 0;  // of this process's part of the epoch
  double waited_seconds_ = 0;
  int64_t epoch_slices_ = 0;
};

}  // namespace dircn
