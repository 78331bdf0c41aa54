#pragma once

#include <torch/types.h>

#include "dircn/mri/sampling_space.h"

namespace dircn {

/// Note [Data consistency in blocks]
///
/// M is the mask, k0 the measured k-space (zero where not sampled), E(x) = F(S · x) the k-space of
/// an image. Of k_t and x a cascade's data consistency (DIRCN §2.1; E2E-VarNet eq. 6) makes
///
///   soft:         (k0 + λ E(x)) / (1 + λ) where sampled, else E(x)
///   variational:  k_t − λ · M · (k_t − k0) − E(x)
///
/// Either is linear in k0 and in single images, and differs between samples by whether they are
/// sampled alone. So two images and a number hold any k_t, exactly:
///
///   k_t = E(base) + M · (share · k0 + E(correction))
///
///                 base      correction                          share
///   at first:     0         0                                   1
///   soft:         x         −x / (1 + λ)                        1 / (1 + λ)
///   variational:  base − x  correction − λ (base + correction)  share + λ (1 − share)
///
/// What follows sums over coils: the next cascade's input, or the magnitude image. So multi-coil
/// k-space need not exist as a whole, and since E(base) is transformed back, the coil images are
/// S · base + F⁻¹(M · (share · k0 + E(correction))): as many transforms as k_t itself would take. A
/// block of it goes from the images to the sum while it stays in the cache of one core; a backward
/// pass does it again instead of keeping it. With a column mask rows are independent (Note
/// [Uncentred hybrid space]) and a block is some rows of all coils; with a 2-D mask it is some
/// coils, whose sums are added in order. Blocks and order are the same for any number of threads,
/// and so is the result, to the bit.

/// Which sum over the coil images y_c.
enum class CoilSum {
  combined,  // Σ conj(S_c) · y_c: complex
  squares,   // Σ |y_c|²: real
};

/// The sum over coils of the images y of the Note's k_t: [B, 1, H, W], rolled. `base`,
/// `correction`: rolled [B, 1, H, W] complex; `maps`: S, rolled [B, C, H, W] complex; `share`: [1]
/// real. Gradients for these four (and, by LibTorch's own bookkeeping, for measured k-space that
/// asks for one); first derivatives only.
torch::Tensor consistent_coil_sum(CoilSum sum, const SamplingSpace& space,
                                  const torch::Tensor& base, const torch::Tensor& correction,
                                  const torch::Tensor& maps, const torch::Tensor& share);

/// The Note's k_t, stored: [B, C, H, W] complex.
torch::Tensor consistent_kspace(const SamplingSpace& space, const torch::Tensor& base,
                                const torch::Tensor& correction, const torch::Tensor& maps,
                                const torch::Tensor& share);

}  // namespace dircn
