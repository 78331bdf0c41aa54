#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

namespace dircn {

/// Twice: 3×3 convolution without bias, instance norm without parameters, LeakyReLU. [B, in, H, W]
/// -> [B, out, H, W]. The input may come in pieces that follow each other along channels.
class ConvBlockImpl : public torch::nn::Module {
 public:
  ConvBlockImpl(int64_t in, int64_t out);
  torch::Tensor forward(const std::vector<torch::Tensor>& sources);

 private:
  torch::nn::Conv2d first_;
  torch::nn::Conv2d second_;
};
TORCH_MODULE(ConvBlock);

/// Doubles the grid: 2×2 transposed convolution of stride 2 without bias, instance norm without
/// parameters, LeakyReLU. [B, in, H, W] -> [B, out, 2H, 2W].
class TransposeConvBlockImpl : public torch::nn::Module {
 public:
  TransposeConvBlockImpl(int64_t in, int64_t out);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::ConvTranspose2d up_;
};
TORCH_MODULE(TransposeConvBlock);

/// The U-net of E2E-VarNet (fastMRI, arXiv 1811.08839, §5.2): `pools` halvings by 2×2 average
/// pooling, n channels at full resolution and twice as many at each lower one.
class UnetImpl : public torch::nn::Module {
 public:
  UnetImpl(int64_t channels, int64_t pools);

  /// [B, 2, H, W] -> the same shape. Where one of these is odd at some level, the last row or
  /// column is mirrored on the way up. Throws `Error` if the lowest level would not have two
  /// pixels.
  torch::Tensor forward(const torch::Tensor& x);

 private:
  std::vector<ConvBlock> down_;
  ConvBlock bottom_;
  std::vector<TransposeConvBlock> doubled_;
  std::vector<ConvBlock> up_;
  torch::nn::Conv2d out_;
};
TORCH_MODULE(Unet);

/// A U-net on a normalised complex image: [B, 1, H, W] complex -> the same shape.
class NormalizedUnetImpl : public torch::nn::Module {
 public:
  NormalizedUnetImpl(int64_t channels, int64_t pools);
  torch::Tensor forward(const torch::Tensor& image);

 private:
  Unet unet_;
};
TORCH_MODULE(NormalizedUnet);

}  // namespace dircn
