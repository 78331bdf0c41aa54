#pragma once

#include <torch/types.h>

#include <optional>

#include "dircn/kernels/activation.h"

namespace dircn {

/// Mean and biased standard deviation of every channel of every image: [B, C] each.
struct ChannelStatistics {
  torch::Tensor mean;
  torch::Tensor std;
};

/// An image [B, C, H, W] and, where they are at hand, its statistics.
struct NormInput {
  torch::Tensor x;
  std::optional<ChannelStatistics> statistics = std::nullopt;
};

/// Statistics of x [B, C, H, W], in float32 or double.
ChannelStatistics channel_statistics(const torch::Tensor& x);

/// Instance normalisation, scaling, shortcut and activation in one go:
///
///     y = act(scale · (x − mean) / sqrt(var + 1e-5) + shift + residual)
///
/// x [B, C, H, W] -> the same shape, dtype and memory layout; mean and biased variance per image
/// and channel; scale and shift [C] or [B, C]; residual as x. Gradients are as if x's statistics
/// were always taken here.
///
/// Channels-last tensors of float32 or bfloat16 on the CPU take kernels of dircn's own
/// (norm_act_cpu.h), with first derivatives only; all others LibTorch's operators. A temporary x
/// that nobody else holds is overwritten where no gradient is recorded, which saves a buffer.
torch::Tensor norm_act(NormInput input, const torch::Tensor& scale, const torch::Tensor& shift,
                       Activation activation,
                       const std::optional<torch::Tensor>& residual = std::nullopt);

/// The same without what is learned: act((x − mean) / sqrt(var + 1e-5)).
torch::Tensor norm_act(NormInput input, Activation activation);

}  // namespace dircn
