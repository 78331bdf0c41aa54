#pragma once

#include <torch/types.h>

#include "dircn/config/train_config.h"

namespace dircn {

/// Losses of a reconstructed image against its target, both [B, H, W] real; each returns a scalar.

/// 1 − mean structural similarity under the Gaussian window, with the data range of each target its
/// own maximum − minimum: the challenge team's training loss.
torch::Tensor gaussian_ssim_loss(const torch::Tensor& image, const torch::Tensor& target);
/// The same with a given data range, [B] or one element.
torch::Tensor gaussian_ssim_loss(const torch::Tensor& image, const torch::Tensor& target,
                                 const torch::Tensor& data_range);

/// 1 − mean structural similarity under the uniform window, valid positions; `data_range`: [B] or
/// one element.
torch::Tensor uniform_ssim_loss(const torch::Tensor& image, const torch::Tensor& target,
                                const torch::Tensor& data_range);

/// The terms of a training loss, each [B]: one value a slice. Undefined where its weight is 0.
struct LossTerms {
  torch::Tensor gaussian_ssim;
  torch::Tensor uniform_ssim;
  torch::Tensor l1;
  torch::Tensor mse;
  torch::Tensor total;  // their weighted sum
};

/// The training loss of each slice (the weights by difficulty are not in it). `scale` [B]: what
/// image and target are divided by first, see Note [Normalization] in data/normalization.h; it acts
/// on L1 and MSE alone, since SSIM takes its range along. `volume_maximum` [B], in the target's
/// units: the data range of `uniform_ssim` with `SsimRange::volume_max`; else it may be undefined.
LossTerms training_loss(const LossConfig& config, const torch::Tensor& image,
                        const torch::Tensor& target, const torch::Tensor& scale,
                        const torch::Tensor& volume_maximum);

/// Maximum − minimum of each image: [B, H, W] -> [B].
torch::Tensor value_range(const torch::Tensor& images);

}  // namespace dircn
