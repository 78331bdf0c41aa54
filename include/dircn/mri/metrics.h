#pragma once

#include <torch/types.h>

namespace dircn {

/// Normalised mean squared error ‖image − target‖² / ‖target‖² over all elements; shapes equal.
double nmse(const torch::Tensor& image, const torch::Tensor& target);

/// Peak signal-to-noise ratio in dB, 10 log10(data_range² / mean squared error), over all elements;
/// shapes equal.
double psnr(const torch::Tensor& image, const torch::Tensor& target, double data_range);

/// The part of an image that the challenge scores: target > threshold, then one 3×3 erosion, 15
/// dilations and 14 erosions, which close holes and drop specks. Beyond the border counts as
/// foreground when eroding and as background when dilating. target [H, W] real -> bool [H, W].
torch::Tensor foreground_mask(const torch::Tensor& target, double threshold);

}  // namespace dircn
