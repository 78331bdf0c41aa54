#pragma once

#include <torch/optim/adam.h>
#include <torch/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "dircn/config/config.h"
#include "dircn/core/interrupt.h"
#include "dircn/data/sample.h"
#include "dircn/data/slice_set.h"
#include "dircn/nn/dircn.h"
#include "dircn/nn/losses.h"
#include "dircn/train/metrics_log.h"
#include "dircn/train/run_folder.h"
#include "dircn/train/training_state.h"
#include "dircn/train/validation.h"

namespace dircn {

/// Trains a network as the challenge team did: Gaussian SSIM + L1 loss on the whole (FOV-cropped)
/// image, Adam with AMSGrad, multi-step rate, one slice a step; after each epoch a validation on
/// the labels. On a CPU a run that was interrupted and resumed, wherever it was, ends at the same
/// bits as one that was not (same LibTorch, same number of threads).
///
///     RunFolder folder("runs/base");
///     Trainer trainer(config, device, folder);
///     trainer.resume(folder.last());  // or not
///     trainer.run();
class Trainer {
 public:
  /// Opens `config`'s training set and, if one is named, its validation set. Throws `Error` if
  /// they cannot be used. `folder` must outlive the trainer.
  Trainer(const Config& config, torch::Device device, const RunFolder& folder);

  /// Continues where `checkpoint` was written. Throws `Error` if it is of another run, see
  /// `load_training_state`, or if the training set has another size now.
  void resume(const std::filesystem::path& checkpoint);

  /// Trains to the last epoch; false if `stop()` became true before. `last.pt` holds the state in
  /// either case, and when something was thrown: `Error` for a slice that cannot be read, for NaN
  /// or Inf in the loss or its gradient (slice, terms; the state then goes to `failed.pt`), or for
  /// want of memory.
  bool run(const std::function<bool()>& stop = interrupted);

  const RunPosition& position() const { return position_; }
  const Dircn& network() const { return network_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool train_epoch(const std::function<bool()>& stop);
  bool finish_epoch(const std::function<bool()>& stop);
  void log_start() const;
  double step(const Sample& sample);
  void require_finite(const LossTerms& loss, const Sample& sample, double gradient = 0);
  void log_step(const Sample& sample, const LossTerms& loss, const torch::Tensor& image);
  void log_epoch(const std::optional<ValidationScores>& scores);
  void save(const std::filesystem::path& path);
  double learning_rate() const;
  std::string epoch_title() const;

  Config config_;
  torch::Device device_;
  const RunFolder& folder_;
  SliceSet training_;
  std::optional<SliceSet> validation_;
  Dircn network_;
  torch::optim::Adam optimizer_;
  std::optional<MetricsLog> metrics_;
  RunPosition position_;
  bool consistent_ = true;  // network and optimiser are between two steps
  Clock::time_point saved_ = Clock::now();
  double epoch_seconds_ = 0;  // of this process's part of the epoch
  double waited_seconds_ = 0;
  int64_t epoch_slices_ = 0;
};

}  // namespace dircn
