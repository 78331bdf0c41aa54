#pragma once

#include <torch/types.h>

#include <algorithm>

#include "dircn/mri/image_grid.h"
#include "support/image_grids.h"

namespace dircn::testing {

/// The grid of k-space [..., H, W] whose images are the challenge's square, or have few pixels.
inline ImageGrid challenge_grid(const torch::Tensor& kspace) {
  const int64_t height = kspace.size(-2);
  const int64_t width = kspace.size(-1);
  return square_grid({height, width}, {std::min(height, width), width});
}

/// The challenge's crop of the readout: to min(H, W) rows.
inline torch::Tensor fov_crop(const torch::Tensor& kspace) {
  return challenge_grid(kspace).crop_readout(kspace);
}

}  // namespace dircn::testing
