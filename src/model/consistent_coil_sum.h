#pragma once

#include <torch/types.h>

#include "dircn/mri/sampling_space.h"

namespace dircn {

/// Note [Data consistency in blocks]
///
/// Soft data consistency needs a cascade's refined image, never the k-space that entered it, and
/// what follows sums over coils: the next cascade's input, or the magnitude image. So multi-coil
/// k-space need not exist as a whole. A block of it goes from the image to the sum while it stays
/// in the cache of one core; a backward pass does it again instead of keeping it. With a column
/// mask rows are independent (Note [Uncentred hybrid space]) and a block is some rows of all coils;
/// with a 2-D mask it is some coils, whose sums are added in order. Blocks and order are the same
/// for any number of threads, and so is the result, to the bit.

/// Which sum over the coil images y_c.
enum class CoilSum {
  combined,  // Σ conj(S_c) · y_c: complex
  squares,   // Σ |y_c|²: real
};

/// The sum over coils of the images y of `soft_consistency(space, F(S · x), share)`: [B, 1, H, W],
/// rolled. `image`: x, rolled [B, 1, H, W] complex; `maps`: S, rolled [B, C, H, W] complex;
/// `share`: see `measured_share`. Gradients for these three (and, by LibTorch's own bookkeeping,
/// for measured k-space that asks for one); first derivatives only.
torch::Tensor consistent_coil_sum(CoilSum sum, const SamplingSpace& space,
                                  const torch::Tensor& image, const torch::Tensor& maps,
                                  const torch::Tensor& share);

}  // namespace dircn
