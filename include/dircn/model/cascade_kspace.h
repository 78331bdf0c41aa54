#pragma once

#include <torch/types.h>

#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/mri/sampling_space.h"

namespace dircn {

/// The k-space k_t that one cascade hands to the next. It is kept as what it is made of, two single
/// images and how much of the measurement, and is never stored as a whole (Note [Data consistency
/// in blocks]).
class CascadeKspace {
 public:
  /// k_0: what was measured in `space`. `maps`: rolled sensitivity maps [B, C, H, W] complex.
  CascadeKspace(const SamplingSpace& space, const torch::Tensor& maps);

  /// k_{t+1}. `image`: the refined image x_t, centred [B, 1, H, W] complex; `weight`: λ_t, [1].
  CascadeKspace updated(DataConsistency form, const torch::Tensor& image,
                        const torch::Tensor& weight) const;

  /// Σ conj(S_c) · y_c over its coil images y, centred [B, 1, H, W] complex.
  torch::Tensor combined() const;

  /// The root of the sum of their squares, centred [B, 1, H, W] real.
  torch::Tensor magnitude() const;

  /// All coils, in the sampling space: [B, C, H, W] complex.
  torch::Tensor whole() const;

  /// What `updated` changes.
  std::vector<torch::Tensor> tensors() const { return {base_, correction_, share_}; }

  /// With these three instead, of a k-space in the same space with the same maps.
  CascadeKspace with(const std::vector<torch::Tensor>& tensors) const;

 private:
  SamplingSpace space_;
  torch::Tensor maps_;
  torch::Tensor base_;        // an image of all samples, rolled [B, 1, H, W] complex
  torch::Tensor correction_;  // what is added to it where sampled, likewise
  torch::Tensor share_;       // of the measurement where sampled, [1] real
};

}  // namespace dircn
