#pragma once

#include <chrono>
#include <filesystem>

#include "dircn/config/config.h"
#include "dircn/train/run_folder.h"
#include "train/log/run_log.h"
#include "train/loop/not_finite.h"
#include "train/state/training_records.h"
#include "train/state/training_state.h"

namespace dircn {

/// Writes a run's checkpoints into its folder, each whole or not at all.
class RunCheckpoints {
 public:
  /// All must outlive it. A checkpoint remembers how much `log` holds.
  RunCheckpoints(const RunFolder& folder, const Config& config, RunLog& log)
      : folder_(folder), config_(config), log_(log) {}

  /// last.pt.
  void save_last(TrainingState& state);
  /// last.pt, if the last one is older than `train.save_minutes`.
  void save_last_if_due(TrainingState& state);
  /// failed.pt; then throws the `Error` that says so. The state is not to be saved otherwise.
  [[noreturn]] void fail(TrainingState& state, const NotFinite& what);

  /// After an epoch with these scores: the best ones, if these are better than any before, then
  /// last.pt, and the checkpoints of the last few epochs. `hands_on_best`: the running phase does.
  void save_epoch(TrainingState& state, const EpochRecord& record, bool hands_on_best);

 private:
  using Clock = std::chrono::steady_clock;

  void save(TrainingState& state, const std::filesystem::path& path);
  void save_best(TrainingState& state, const EpochRecord& record, bool hands_on_best);

  const RunFolder& folder_;
  const Config& config_;
  RunLog& log_;
  Clock::time_point saved_ = Clock::now();
};

}  // namespace dircn
