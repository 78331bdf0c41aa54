#pragma once

#include <torch/types.h>

#include <vector>

namespace dircn {

/// Note [Uncentred hybrid space]
///
/// A column mask acts along W only, and the Fourier transform is separable. So k-space is
/// transformed along H once, to (y, k_x), and everything that alternates between k-space and image
/// needs transforms along W alone: the transforms along H would cancel. Along the axes that are
/// still transformed nothing is centred: k-space, mask and maps are rolled once, when they come in,
/// so that no multi-coil tensor is shifted again. Single images are rolled where a convolution must
/// see them centred. Both are exact identities. A 2-D mask leaves no axis to cancel: then both axes
/// stay transformed, and only the rolling is saved.
///
/// `SamplingSpace` is that space for one batch of measurements.
class SamplingSpace {
 public:
  /// `kspace`: centred k-space [B, C, H, W], complex, zero where not sampled.
  /// `mask`: canonical, bool [B or 1, 1, H or 1, W].
  SamplingSpace(const torch::Tensor& kspace, const torch::Tensor& mask);

  /// The measured k-space and the mask, in this space.
  const torch::Tensor& measured() const { return measured_; }
  const torch::Tensor& mask() const { return mask_; }

  /// Coil images [B, C, H, W] (rolled) to k-space in this space, and back. Unitary.
  torch::Tensor to_kspace(const torch::Tensor& rolled_images) const;
  torch::Tensor to_images(const torch::Tensor& kspace) const;

  /// Centred images or masks to rolled ones, and back.
  torch::Tensor roll(const torch::Tensor& centred) const;
  torch::Tensor unroll(const torch::Tensor& rolled) const;

  /// Whether one row's k-space gives that row's images: so it is with a column mask.
  bool rows_are_independent() const { return mask_.size(2) == 1; }

  /// This space for indices [begin, end) of dimension `dim` of the measured k-space alone: coils
  /// (1), or rows (2) where those are independent.
  SamplingSpace part(int64_t dim, int64_t begin, int64_t end) const;

  /// The space with these `measured()` and `mask()`.
  static SamplingSpace restored(const torch::Tensor& measured, const torch::Tensor& mask);

 private:
  SamplingSpace() = default;

  torch::Tensor transformed(const torch::Tensor& kspace) const;

  std::vector<int64_t> axes_;
  torch::Tensor measured_;
  torch::Tensor mask_;
};

}  // namespace dircn
