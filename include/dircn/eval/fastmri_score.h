#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn {

/// Scores as fastMRI's papers give them, in double precision.

/// Structural similarity of a slice: mean over all positions of the uniform window, no mask.
/// `image`, `target`: [H, W] real.
double whole_ssim(const torch::Tensor& image, const torch::Tensor& target, double data_range);

/// PSNR and NMSE of a volume whose slices come one after the other.
class ErrorSums {
 public:
  /// `image`, `target`: of one shape, real.
  void add(const torch::Tensor& image, const torch::Tensor& target);

  /// In dB, 10 log10(data_range² / mean squared error); infinite without error.
  double psnr(double data_range) const;
  /// ‖image − target‖² / ‖target‖².
  double nmse() const;

 private:
  double error_ = 0;
  double energy_ = 0;
  int64_t pixels_ = 0;
};

}  // namespace dircn
