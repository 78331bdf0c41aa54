#pragma once

#include <torch/optim/adam.h>

#include <cstdint>
#include <filesystem>

#include "dircn/config/config.h"
#include "dircn/nn/dircn.h"

namespace dircn {

/// How far a run has come. With the network's parameters and the optimiser's moments it is all that
/// a resumed run needs: the order of an epoch's slices follows from seed and epoch.
struct RunPosition {
  int64_t epoch = 0;            // epochs that are complete; the number of the running one, from 0
  int64_t slices = 0;           // of the running epoch, already trained on
  int64_t steps = 0;            // of the optimiser, in all
  int64_t slices_in_epoch = 0;  // size of the training set
  double loss_sum = 0;          // sums over `slices`
  double gt_ssim_sum = 0;
  double pred_ssim_sum = 0;
  double best_ssim = -1;      // best validation score; -1: none yet
  int64_t best_epoch = 0;     // after which it was reached
  int64_t metrics_bytes = 0;  // size of metrics.jsonl
};

/// Writes a checkpoint (see `save_checkpoint`) that training can continue from. Python's Adam can
/// load its `optimizer`, too.
void save_training_state(const std::filesystem::path& path, const Dircn& network,
                         torch::optim::Adam& optimizer, const Config& config,
                         const RunPosition& position);

/// Restores network and optimiser from such a checkpoint. Throws `Error`, before anything is
/// changed, if the file is no checkpoint of a training run, or is of a run with another model or
/// seed (naming every key that differs); other differences of the configuration are logged and
/// allowed, so that a run can be given more epochs.
RunPosition load_training_state(const std::filesystem::path& path, Dircn& network,
                                torch::optim::Adam& optimizer, const Config& config);

}  // namespace dircn
