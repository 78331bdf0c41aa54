#pragma once

#include <torch/types.h>

#include "dircn/config/model_config.h"
#include "dircn/mri/sampling_space.h"

namespace dircn {

/// Brings measured k-space into a cascade's estimate (DIRCN §2.1; E2E-VarNet eq. 6 for the
/// variational form). `estimate`: k-space of the refined image, E; `current`: k-space that entered
/// the cascade, k_t; both in `space`, [B, C, H, W] complex; `weight`: λ, [1].
///   soft:         (k0 + λE) / (1 + λ) where sampled, else E
///   variational:  k_t − λ · mask · (k_t − k0) − E
torch::Tensor data_consistency(DataConsistency form, const SamplingSpace& space,
                               const torch::Tensor& current, const torch::Tensor& estimate,
                               const torch::Tensor& weight);

/// The soft form as E + share · (k0 − E), which takes no complex division: `share` is how much of a
/// sample comes from the measurement, 1 / (1 + λ) where sampled and 0 elsewhere; real, of the
/// mask's shape, on the device of `weight`.
torch::Tensor soft_consistency(const SamplingSpace& space, const torch::Tensor& estimate,
                               const torch::Tensor& share);
torch::Tensor measured_share(const SamplingSpace& space, const torch::Tensor& weight);

}  // namespace dircn
