#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn {

/// PSNR and NMSE of images that come one after the other, such as the slices of a volume; in
/// double precision.
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

/// The same of one pair of images.
double nmse(const torch::Tensor& image, const torch::Tensor& target);
double psnr(const torch::Tensor& image, const torch::Tensor& target, double data_range);

/// The part of an image that the challenge scores: target > threshold, then one 3×3 erosion, 15
/// dilations and 14 erosions, which close holes and drop specks. Beyond the border counts as
/// foreground when eroding and as background when dilating. target [H, W] real -> bool [H, W].
torch::Tensor foreground_mask(const torch::Tensor& target, double threshold);

}  // namespace dircn
