#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn {

/// Complex images as U-nets take them (E2E-VarNet, §3.2; DIRCN §2.2), and the way back. Real and
/// imaginary parts are channels; each gets zero mean and unit (unbiased) standard deviation over
/// the image and is zero-padded to multiples of 16. No epsilon: image values lie near 1e-4. A
/// constant channel has no standard deviation and stays what it is.
class NormalizedImages {
 public:
  /// images: [B, K, H, W] complex.
  explicit NormalizedImages(const torch::Tensor& images);

  /// [B, 2K, H', W'] real: re, im of the first image, re, im of the second, ... In the layout and
  /// type that kernels want; all that follows keeps that form.
  const torch::Tensor& channels() const { return channels_; }

  /// What a network made of the channels, [B, 2, H', W'], as one complex image [B, 1, H, W], scaled
  /// back by the first image's mean and deviation.
  torch::Tensor restored(const torch::Tensor& refined) const;

 private:
  struct Padding {
    int64_t before;
    int64_t after;
  };
  static Padding padding_of(int64_t size);

  int64_t height_;
  int64_t width_;
  Padding rows_;
  Padding columns_;
  torch::Tensor mean_;
  torch::Tensor std_;
  torch::Tensor channels_;
};

}  // namespace dircn
