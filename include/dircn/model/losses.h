#pragma once

#include <torch/types.h>

#include "dircn/config/train_config.h"

namespace dircn {

/// The terms of a training loss, each [B]: one value a slice. Undefined where its weight is 0.
struct LossTerms {
  ByLossTerm<torch::Tensor> values;
  torch::Tensor total;  // their weighted sum
};

/// The training loss of each slice (the weights by difficulty are not in it). `image`, `target`:
/// [B, H, W] real. `scale` [B]: what both are divided by first, see Note [Normalization] in
/// data/normalization.h; it acts on L1 and MSE alone, since SSIM takes its range along.
/// `volume_maximum` [B], in the target's units: the data range of `uniform_ssim` with
/// `SsimRange::volume_max`; else it may be undefined.
LossTerms training_loss(const LossConfig& config, const torch::Tensor& image,
                        const torch::Tensor& target, const torch::Tensor& scale,
                        const torch::Tensor& volume_maximum);

}  // namespace dircn
