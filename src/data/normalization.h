#pragma once

#include <torch/types.h>

#include "dircn/config/data_config.h"

namespace dircn {

// Note [Normalization]
// The network is equivariant to scale: every U-net sees an image that was normalised for it, and
// all else (Fourier transforms, coil sums, aggregation, data consistency, root sum of squares) is
// homogeneous. So dividing k-space by s and multiplying the image by s again changes nothing but
// rounding (tests/model/scale_test.cpp), and "normalised training" is the same network under
// another loss: SSIM has no unit, so it does not change either (tests/train/data_scale_test.cpp),
// and L1 and MSE are divided by s and s². That is where dircn divides. What is written and scored
// is in the data's own units, whatever was chosen.

/// What a slice is divided by: 1 (`none`); the largest magnitude of `kspace` [C, H, W] (masked) in
/// its columns [⌊W/2⌋ − f, ⌊W/2⌋ + f), f = ⌊⌊W · fraction⌋ / 2⌋, at least 1 (`center_maximum`); or
/// the maximum of `zero_filled` [H, W]. 1 where that is 0.
double normalization_scale(Normalization kind, const torch::Tensor& kspace,
                           const torch::Tensor& zero_filled, double fraction);

}  // namespace dircn
