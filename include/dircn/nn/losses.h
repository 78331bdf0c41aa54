#pragma once

#include <torch/types.h>

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

/// A training loss and the terms that it is the sum of; scalars.
struct LossTerms {
  torch::Tensor total;
  torch::Tensor ssim;
  torch::Tensor l1;
};

/// What the challenge team trained with: Gaussian SSIM loss plus mean absolute error, both with
/// weight 1.
LossTerms gaussian_ssim_plus_l1_loss(const torch::Tensor& image, const torch::Tensor& target);

/// Maximum − minimum of each image: [B, H, W] -> [B].
torch::Tensor value_range(const torch::Tensor& images);

}  // namespace dircn
