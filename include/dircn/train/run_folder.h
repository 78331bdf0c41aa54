#pragma once

#include <cstdint>
#include <filesystem>

namespace dircn {

/// The folder of one training run, held by one process at a time:
///
///     config.yaml     the configuration as run, with every default
///     train.log       what the program said
///     metrics.jsonl   one line a training step, one an epoch
///     curves.html     the same, drawn
///     tensorboard/    its losses, rates and scores, and pictures, for TensorBoard
///     last.pt         the newest checkpoint; resuming starts there
///     epoch-0007.pt   the checkpoints after the last few epochs
///     best.pt         the checkpoint with the best validation score
///     best_ema.pt     the averaged weights with the best validation score
///     phase_best.pt   the best of the running phase, where that is handed on to the next one
///     failed.pt       the state in which training came upon NaN or Inf
class RunFolder {
 public:
  /// Makes the folder if it is missing and locks it, until destroyed or until the process ends,
  /// however it ends. Removes unfinished files that a killed process left there. Throws `Error` if
  /// the folder cannot be written or another process holds it.
  explicit RunFolder(std::filesystem::path path);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.yaml"; }
  std::filesystem::path log() const { return path_ / "train.log"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path last() const { return path_ / "last.pt"; }
  std::filesystem::path best() const { return path_ / "best.pt"; }
  std::filesystem::path best_ema() const { return path_ / "best_ema.pt"; }
  std::filesystem::path phase_best() const { return path_ / "phase_best.pt"; }
  std::filesystem::path curves() const { return path_ / "curves.html"; }
  std::filesystem::path events() const { return path_ / "tensorboard"; }
  std::filesystem::path failed() const { return path_ / "failed.pt"; }

  /// Keeps the present last.pt as that of `epoch` (from 1), too, and of those checkpoints only the
  /// last `keep`. Throws `Error` if that cannot be done.
  void keep_epoch(int64_t epoch, int64_t keep) const;

 private:
  void remove_leftovers() const;

  std::filesystem::path path_;
  int lock_;  // descriptor
};

}  // namespace dircn
