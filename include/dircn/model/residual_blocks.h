#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "dircn/model/instance_norm.h"
#include "dircn/model/squeeze_excitation.h"

namespace dircn {

/// What all squeeze-and-excitation blocks of a network share.
struct SqueezeOptions {
  double ratio = 0.125;
  SeSqueeze squeeze = SeSqueeze::normalized;
};

/// 3×3 convolution, instance norm, SiLU: [B, in, H, W] -> [B, out, H, W]. The input may come in
/// pieces that follow each other along channels.
class ConvNormActImpl : public torch::nn::Module {
 public:
  ConvNormActImpl(int64_t in, int64_t out);
  torch::Tensor forward(const std::vector<torch::Tensor>& sources);

 private:
  torch::nn::Conv2d conv_;
  InstanceNorm norm_;
};
TORCH_MODULE(ConvNormAct);

/// Halves the grid: 2×2 convolution of stride 2, instance norm, SiLU: [B, in, H, W] -> [B, out,
/// H/2, W/2].
class DownsampleImpl : public torch::nn::Module {
 public:
  DownsampleImpl(int64_t in, int64_t out);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Conv2d down_;
  InstanceNorm norm_;
};
TORCH_MODULE(Downsample);

/// Doubles the grid: 2×2 transposed convolution of stride 2, norm, SiLU: [B, in, H, W] -> [B, out,
/// 2H, 2W].
class UpsampleImpl : public torch::nn::Module {
 public:
  UpsampleImpl(int64_t in, int64_t out);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::ConvTranspose2d up_;
  InstanceNorm norm_;
};
TORCH_MODULE(Upsample);

/// Residual block of two 3×3 convolutions, the second grouped, with squeeze-and-excitation (DIRCN,
/// §2.2). [B, channels, H, W] -> the same shape.
class BasicBlockImpl : public torch::nn::Module {
 public:
  BasicBlockImpl(int64_t channels, int64_t groups, const SqueezeOptions& se);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Conv2d conv1_;
  InstanceNorm norm1_;
  torch::nn::Conv2d conv2_;
  InstanceNorm norm2_;
  SqueezeExcitation se_;
};
TORCH_MODULE(BasicBlock);

/// Residual block 1×1 (to `mid` channels), grouped 3×3, 1×1 (back), with squeeze-and-excitation
/// (DIRCN, §2.2). [B, channels, H, W] -> the same shape.
class BottleneckImpl : public torch::nn::Module {
 public:
  BottleneckImpl(int64_t channels, int64_t mid, int64_t groups, const SqueezeOptions& se);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Conv2d conv1_;
  InstanceNorm norm1_;
  torch::nn::Conv2d conv2_;
  InstanceNorm norm2_;
  torch::nn::Conv2d conv3_;
  InstanceNorm norm3_;
  SqueezeExcitation se_;
};
TORCH_MODULE(Bottleneck);

}  // namespace dircn
