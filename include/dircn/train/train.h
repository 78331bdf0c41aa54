#pragma once

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <optional>

#include "dircn/config/config.h"
#include "dircn/core/interrupt.h"
#include "dircn/train/run_folder.h"

namespace dircn {

/// Trains a network as a configuration says: phase after phase, epoch after epoch, a validation on
/// the labels after each; in `folder`, which gets the configuration, logs and checkpoints. `start`:
/// a checkpoint to continue from. On a CPU a run that was interrupted and resumed, wherever it was,
/// ends at the same bits as one that was not (same LibTorch, same number of threads).
///
/// False if `stop()` became true before the last epoch was done. `last.pt` holds the state in
/// either case, and when something was thrown after a step: `Error` for a slice that cannot be
/// read, or for want of memory; for NaN or Inf (slice, terms) it keeps an earlier state, and the
/// present one goes to `failed.pt`. Before anything is written, throws `Error` if the sets cannot
/// be used, something in `config` needs a validation set where there is none, or `start` is of
/// another run.
bool train(const Config& config, torch::Device device, const RunFolder& folder,
           const std::optional<std::filesystem::path>& start = std::nullopt,
           const std::function<bool()>& stop = interrupted);

}  // namespace dircn
