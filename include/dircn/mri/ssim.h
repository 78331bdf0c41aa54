#pragma once

#include <torch/types.h>

namespace dircn {

/// The 7×7 windows under which structural similarity is measured. Gaussian: σ = 1.5, zero-padded by
/// 3, so that the map has the image's size. Uniform: valid positions only, 3 pixels less on every
/// side.
enum class SsimWindow { gaussian, uniform };

/// Structural similarity at every pixel: k1 = 0.01, k2 = 0.03, covariances times 49/48.
/// `image`, `target`: [B, H, W] real; `data_range`: [B] or a scalar tensor. Returns [B, H', W'].
/// The unit of images and range changes nothing, not a bit for a power of two: 1e-30 to 1e30 in
/// float32. Where range and contrast are zero: 1 if the images agree, else 0, with finite
/// gradients. Throws `Error` if shapes differ or an image is smaller than the window.
torch::Tensor ssim_map(const torch::Tensor& image, const torch::Tensor& target,
                       const torch::Tensor& data_range, SsimWindow window);

/// 1 − the mean of `ssim_map` of each slice, [B]. Never in bfloat16: variances are small
/// differences of large sums.
torch::Tensor ssim_losses(const torch::Tensor& image, const torch::Tensor& target,
                          const torch::Tensor& data_range, SsimWindow window);

}  // namespace dircn
