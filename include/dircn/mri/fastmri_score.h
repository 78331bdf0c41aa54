#pragma once

#include <torch/types.h>

namespace dircn {

/// Structural similarity of a slice as fastMRI's papers give it, in double precision: mean over all
/// positions of the uniform window, no mask. `image`, `target`: [H, W] real.
double whole_ssim(const torch::Tensor& image, const torch::Tensor& target, double data_range);

}  // namespace dircn
